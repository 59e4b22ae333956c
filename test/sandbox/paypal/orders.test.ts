/** Orders: tokens, making, approving and capturing, once each. */
import { expect, test } from 'vitest'
import { capture, captureIn, issuesIn, makeOrder, orderFor, partIn, pay, textIn } from './support/pay.ts'
import { apiAt, askToken, paypalServer } from './support/server.ts'

test('a token is had by id and secret, and ends', async () => {
  const server = await paypalServer()
  expect(await askToken(server.url)).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', expires_in: 32_400 },
  })
  expect(await askToken(server.url, 'no:no')).toMatchObject({
    status: 401,
    body: { error: 'invalid_client' },
  })
  expect(await askToken(server.url, undefined, 'grant_type=password')).toMatchObject({
    status: 400,
    body: { error: 'unsupported_grant_type' },
  })
  expect((await server.get('/v2/checkout/orders/x')).status).toBe(404)
  await server.hand('clock', { seconds: 32_401 })
  expect(await server.get('/v2/checkout/orders/x')).toMatchObject({
    status: 401,
    body: { name: 'AUTHENTICATION_FAILURE' },
  })
  const again = await apiAt(server.url)
  await server.hand('tokens-end')
  expect((await again.get('/v2/checkout/orders/x')).status).toBe(401)
})

test('an order is made, approved by a person at the page, and captured', async () => {
  const server = await paypalServer()
  const made = await server.post('/v2/checkout/orders', orderFor())
  expect(made).toMatchObject({ status: 201, body: { status: 'CREATED' } })
  expect(made.body['purchase_units']).toBeUndefined()
  const order = textIn(made, 'id')
  const approve = textIn({ body: partIn(made.body, 'links', 1) }, 'href')
  expect(partIn(made.body, 'links', 1)).toMatchObject({ rel: 'approve' })

  expect(issuesIn(await capture(server, order))).toEqual(['ORDER_NOT_APPROVED'])
  const page = await (await fetch(approve)).text()
  expect(page).toContain('10.00 USD')
  expect(page).toContain(`https://shop.example/no?token=${order}`)
  const form = new URLSearchParams({ token: order, payer: 'ana' })
  const after = await (await fetch(new URL('/checkoutnow', approve), { method: 'POST', body: form })).text()
  expect(after).toContain('https://shop.example/thanks?token=')
  expect(after).toContain('PayerID=BUYER2ANAXXXX')

  expect((await server.get(`/v2/checkout/orders/${order}`)).body).toMatchObject({
    status: 'APPROVED',
    intent: 'CAPTURE',
    payer: { payer_id: 'BUYER2ANAXXXX', email_address: 'ana@buyer.example' },
    purchase_units: [
      { reference_id: 'default', custom_id: 'run_1', amount: { currency_code: 'USD', value: '10.00' } },
    ],
  })
  const captured = await capture(server, order)
  expect(captured).toMatchObject({ status: 201, body: { status: 'COMPLETED' } })
  expect(partIn(captured.body, 'purchase_units', 0, 'payments', 'captures', 0)).toMatchObject({
    status: 'COMPLETED',
    final_capture: true,
    custom_id: 'run_1',
    seller_receivable_breakdown: {
      gross_amount: { currency_code: 'USD', value: '10.00' },
      paypal_fee: { currency_code: 'USD', value: '0.84' },
      net_amount: { currency_code: 'USD', value: '9.16' },
    },
  })
  expect(issuesIn(await capture(server, order))).toEqual(['ORDER_ALREADY_CAPTURED'])
  expect(await (await fetch(approve)).text()).toContain('the payment was taken')
  expect((await server.get(`/v2/payments/captures/${captureIn(captured)}`)).body).toMatchObject({
    status: 'COMPLETED',
    supplementary_data: { related_ids: { order_id: order } },
  })
})

test('the wallet by name asks for a request id and for the payer', async () => {
  const server = await paypalServer()
  const { application_context: experience_context, ...rest } = orderFor()
  const given = { ...rest, payment_source: { paypal: { experience_context } } }
  const made = await server.post('/v2/checkout/orders', given)
  expect(made).toMatchObject({
    status: 200,
    body: { status: 'PAYER_ACTION_REQUIRED', payment_source: { paypal: {} } },
  })
  expect(partIn(made.body, 'links', 1)).toMatchObject({ rel: 'payer-action' })
  expect(issuesIn(await server.post('/v2/checkout/orders', given, null))).toEqual([
    'PAYPAL_REQUEST_ID_REQUIRED',
  ])
})

test('a repeated request has one effect, and is answered with what has become of it', async () => {
  const server = await paypalServer()
  const first = await server.post('/v2/checkout/orders', orderFor(), 'key-1')
  const order = textIn(first, 'id')
  expect(await server.post('/v2/checkout/orders', orderFor(), 'key-1')).toMatchObject({
    status: 200,
    body: { id: order, status: 'CREATED' },
  })
  await server.hand('approve', { order })
  await server.arm({ match: { kind: 'capture' }, action: { type: 'lose-answer' } })
  await expect(capture(server, order, 'key-2')).rejects.toThrow('fetch failed')
  const second = await capture(server, order, 'key-2')
  expect(second).toMatchObject({ status: 200, body: { id: order, status: 'COMPLETED' } })
  expect(await server.ledger()).toHaveLength(1)
  expect(await server.post('/v2/checkout/orders', orderFor(), 'key-1')).toMatchObject({
    body: { id: order, status: 'COMPLETED' },
  })
  const other = await server.post('/v2/checkout/orders', orderFor('11.00'), 'key-1')
  expect(issuesIn(other)).toEqual(['SANDBOX_REQUEST_ID_REUSED'])
  await server.hand('clock', { seconds: 6 * 3600 + 1 })
  expect(textIn(await server.post('/v2/checkout/orders', orderFor(), 'key-1'), 'id')).not.toBe(order)
})

test('an order can be paid for three hours', async () => {
  const server = await paypalServer()
  const [order, paid] = [await makeOrder(server), await pay(server)]
  await server.hand('clock', { seconds: 3 * 3600 - 10 })
  expect((await server.get(`/v2/checkout/orders/${order}`)).status).toBe(200)
  await server.hand('clock', { seconds: 20 })
  expect(await server.get(`/v2/checkout/orders/${order}`)).toMatchObject({
    status: 404,
    body: { name: 'RESOURCE_NOT_FOUND', details: [{ issue: 'INVALID_RESOURCE_ID' }] },
  })
  expect((await capture(server, order)).status).toBe(404)
  expect((await fetch(`${server.url}/checkoutnow?token=${order}`)).status).toBe(404)
  expect((await server.get(`/v2/checkout/orders/${paid.order}`)).status).toBe(200)
})

test('a declined payer may choose another way to pay; a bill is paid once', async () => {
  const server = await paypalServer()
  const given = orderFor('5.00', 'EUR', { invoice_id: 'inv_1' })
  const order = await makeOrder(server, given)
  await server.hand('approve', { order, payer: 'dan' })
  const declined = await capture(server, order)
  expect(declined).toMatchObject({ status: 422, body: { name: 'UNPROCESSABLE_ENTITY' } })
  expect(issuesIn(declined)).toEqual(['INSTRUMENT_DECLINED'])
  expect(partIn(declined.body, 'links', 0)).toMatchObject({ rel: 'redirect' })
  await server.hand('approve', { order, payer: 'ana' })
  expect((await capture(server, order)).status).toBe(201)
  const second = await makeOrder(server, given)
  await server.hand('approve', { order: second })
  expect(issuesIn(await capture(server, second))).toEqual([
    'DUPLICATE_INVOICE_ID /purchase_units/0/invoice_id',
  ])
  expect(await server.ledger()).toHaveLength(1)
})

test.each([
  ['10.001', 'USD', 'DECIMAL_PRECISION /purchase_units/0/amount/value'],
  ['10.00', 'JPY', 'DECIMALS_NOT_SUPPORTED /purchase_units/0/amount/value'],
  ['0.00', 'USD', 'CANNOT_BE_ZERO_OR_NEGATIVE /purchase_units/0/amount/value'],
  ['-1', 'USD', 'CANNOT_BE_ZERO_OR_NEGATIVE /purchase_units/0/amount/value'],
  ['10', 'KWD', 'INVALID_CURRENCY_CODE /purchase_units/0/amount/currency_code'],
  ['9999999999999', 'USD', 'MAX_VALUE_EXCEEDED /purchase_units/0/amount/value'],
])('%s %s is refused', async (value, currency, issue) => {
  const server = await paypalServer()
  const answer = await server.post('/v2/checkout/orders', orderFor(value, currency))
  expect(answer).toMatchObject({ status: 422, body: { name: 'UNPROCESSABLE_ENTITY' } })
  expect(issuesIn(answer)).toEqual([issue])
})

test('currencies without decimals are paid and charged in whole units', async () => {
  const server = await paypalServer()
  const { capture: id } = await pay(server, { given: orderFor('1000', 'JPY') })
  expect((await server.get(`/v2/payments/captures/${id}`)).body).toMatchObject({
    amount: { currency_code: 'JPY', value: '1000' },
    seller_receivable_breakdown: { paypal_fee: { currency_code: 'JPY', value: '75' } },
  })
})

test.each<[given: unknown, issues: readonly string[]]>([
  [{}, ['MISSING_REQUIRED_PARAMETER /intent', 'MISSING_REQUIRED_PARAMETER /purchase_units']],
  ['{"intent"', ['MALFORMED_REQUEST_JSON /']],
  [{ ...orderFor(), intent: 'AUTHORIZE' }, ['INVALID_PARAMETER_VALUE /intent']],
  [{ ...orderFor(), purchase_units: [] }, ['INVALID_ARRAY_MIN_ITEMS /purchase_units']],
  [{ ...orderFor(), tip: '1.00' }, ['NOT_SUPPORTED /tip']],
  [orderFor('ten'), ['INVALID_PARAMETER_SYNTAX /purchase_units/0/amount/value']],
  [
    orderFor('10', 'USD', { custom_id: 'x'.repeat(128) }),
    ['INVALID_STRING_LENGTH /purchase_units/0/custom_id'],
  ],
  [orderFor('10', 'USD', { amount: '10' }), ['INVALID_PARAMETER_SYNTAX /purchase_units/0/amount']],
])('%j is not well-formed', async (given, issues) => {
  const server = await paypalServer()
  const answer = await server.post('/v2/checkout/orders', given)
  expect(answer).toMatchObject({ status: 400, body: { name: 'INVALID_REQUEST' } })
  expect(issuesIn(answer)).toEqual(issues)
})

test('a body must say that it is JSON; unknown paths and methods are refused', async () => {
  const server = await paypalServer()
  const form = await server.post('/v2/checkout/orders', orderFor(), null, { 'content-type': 'text/plain' })
  expect(form).toMatchObject({ status: 415, body: { name: 'UNSUPPORTED_MEDIA_TYPE' } })
  expect((await server.get('/v2/checkout')).status).toBe(404)
  expect((await server.post('/v2/checkout/orders/x')).status).toBe(405)
})
