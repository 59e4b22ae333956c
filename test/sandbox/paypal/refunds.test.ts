/** Money given back, held and taken: refunds, disputes, and what transaction search says of them. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../src/sandbox/lib/json.ts'
import { isObject } from '../../../src/sandbox/lib/json.ts'
import { capture, issuesIn, makeOrder, orderFor, partIn, pay, textIn } from './support/pay.ts'
import { paypalServer, type PayPalServer } from './support/server.ts'

function refundPath(id: string): string {
  return `/v2/payments/captures/${id}/refund`
}

function usd(value: string): JsonObject {
  return { amount: { currency_code: 'USD', value } }
}

async function sums(server: PayPalServer): Promise<readonly unknown[]> {
  return (await server.ledger()).map(row => {
    const states = Array.isArray(row['states']) ? row['states'].filter(isObject) : []
    return [row['code'], row['minor'], states.map(({ status }) => status).join('')]
  })
}

test('refunds in part and in full never give back more than was paid', async () => {
  const server = await paypalServer()
  const { capture: id, order } = await pay(server)
  const part = await server.post(refundPath(id), {
    ...usd('4.00'),
    custom_id: 'ref_1',
    note_to_payer: 'Sorry',
  })
  expect(part).toMatchObject({ status: 201, body: { status: 'COMPLETED' } })
  expect(Object.keys(part.body)).toEqual(['id', 'status', 'links'])
  expect((await server.get(`/v2/payments/refunds/${textIn(part, 'id')}`)).body).toMatchObject({
    amount: { currency_code: 'USD', value: '4.00' },
    custom_id: 'ref_1',
    note_to_payer: 'Sorry',
    seller_payable_breakdown: { total_refunded_amount: { value: '4.00' } },
  })
  expect((await server.get(`/v2/payments/captures/${id}`)).body['status']).toBe('PARTIALLY_REFUNDED')
  expect(issuesIn(await server.post(refundPath(id), usd('6.01')))).toEqual([
    'REFUND_AMOUNT_EXCEEDED /amount/value',
  ])
  const rest = await server.post(refundPath(id), {}, 'key-1', { prefer: 'return=representation' })
  expect(rest.body).toMatchObject({ amount: { value: '6.00' } })
  expect(textIn(await server.post(refundPath(id), {}, 'key-1'), 'id')).toBe(textIn(rest, 'id'))
  expect(issuesIn(await server.post(refundPath(id), {}))).toEqual(['CAPTURE_FULLY_REFUNDED'])
  const seen = partIn(
    (await server.get(`/v2/checkout/orders/${order}`)).body,
    'purchase_units',
    0,
    'payments',
  )
  expect(seen).toMatchObject({ captures: [{ status: 'REFUNDED' }], refunds: [{ custom_id: 'ref_1' }, {}] })
  expect(await sums(server)).toEqual([
    ['T0006', 1000, 'S'],
    ['T1107', -400, 'S'],
    ['T1107', -600, 'S'],
  ])
})

test('a refund of another currency, of a pending or denied payment, or too late is refused', async () => {
  const server = await paypalServer()
  const [paid, slow] = [await pay(server), await pay(server, { payer: 'ben' })]
  const euros = { amount: { currency_code: 'EUR', value: '1.00' } }
  expect(issuesIn(await server.post(refundPath(paid.capture), euros))).toEqual([
    'REFUND_CAPTURE_CURRENCY_MISMATCH /amount/currency_code',
  ])
  expect(issuesIn(await server.post(refundPath(slow.capture), {}))).toEqual(['PENDING_CAPTURE'])
  await server.hand('capture-end', { capture: slow.capture, how: 'denied' })
  expect((await server.get(`/v2/payments/captures/${slow.capture}`)).body['status']).toBe('DECLINED')
  expect(issuesIn(await server.post(refundPath(slow.capture), {}))).toEqual(['REFUND_NOT_ALLOWED'])
  expect((await server.post(refundPath('none'), {})).status).toBe(404)
  await server.hand('clock', { seconds: 181 * 86_400 })
  await expect(server.hand('refund', { capture: paid.capture })).rejects.toThrow('REFUND_TIME_LIMIT_EXCEEDED')
})

test('a slow refund is pending; one that fails leaves the money to be refunded again', async () => {
  const server = await paypalServer()
  const { capture: id } = await pay(server, { payer: 'eva' })
  const first = await server.post(refundPath(id), usd('10.00'), 'key-1')
  expect(first.body['status']).toBe('PENDING')
  await server.hand('refund-end', { refund: first.body['id'], how: 'failed' })
  expect((await server.post(refundPath(id), usd('10.00'), 'key-1')).body['status']).toBe('FAILED')
  expect((await server.get(`/v2/payments/captures/${id}`)).body['status']).toBe('COMPLETED')
  const second = await server.post(refundPath(id), {})
  await server.hand('refund-end', { refund: second.body['id'], how: 'completed' })
  expect((await server.get(`/v2/payments/captures/${id}`)).body['status']).toBe('REFUNDED')
  expect(await sums(server)).toEqual([
    ['T0006', 1000, 'S'],
    ['T1107', -1000, 'PD'],
    ['T1107', -1000, 'PS'],
  ])
})

test('a claim holds the money, and is won, or lost and appealed', async () => {
  const server = await paypalServer()
  const { capture: id } = await pay(server)
  const inquiry = await server.hand('dispute', { capture: id, kind: 'inquiry' })
  expect(inquiry).toMatchObject({
    dispute_life_cycle_stage: 'INQUIRY',
    status: 'WAITING_FOR_SELLER_RESPONSE',
  })
  const dispute = textIn({ body: inquiry }, 'dispute_id')
  await expect(server.hand('dispute-move', { dispute, how: 'won' })).rejects.toThrow('DISPUTE_CANNOT_MOVE')
  expect(await sums(server)).toHaveLength(1)
  const claim = await server.hand('dispute-move', { dispute, how: 'escalate' })
  expect(Date.parse(textIn({ body: claim }, 'seller_response_due_date'))).toBeGreaterThan(Date.now())
  expect(issuesIn(await server.post(refundPath(id), usd('1.00')))).toEqual(['TRANSACTION_DISPUTED'])
  await server.hand('dispute-move', { dispute, how: 'answer' })
  await server.hand('dispute-move', { dispute, how: 'lost' })
  expect((await server.get(`/v1/customer/disputes/${dispute}`)).body).toMatchObject({
    status: 'RESOLVED',
    dispute_outcome: { outcome_code: 'RESOLVED_BUYER_FAVOUR', amount_refunded: { value: '10.00' } },
    disputed_transactions: [{ seller_transaction_id: id, custom: 'run_1' }],
  })
  expect((await server.get(`/v2/payments/captures/${id}`)).body['status']).toBe('REFUNDED')
  const list = await server.get('/v1/customer/disputes?dispute_state=APPEALABLE')
  expect(list.body).toMatchObject({ items: [{ dispute_id: dispute, dispute_state: 'APPEALABLE' }] })
  await server.hand('dispute-move', { dispute, how: 'appeal' })
  await server.hand('dispute-move', { dispute, how: 'won' })
  expect((await server.get(`/v2/payments/captures/${id}`)).body['status']).toBe('COMPLETED')
  expect(await sums(server)).toEqual([
    ['T0006', 1000, 'S'],
    ['T1110', -1000, 'S'],
    ['T1111', 1000, 'S'],
    ['T1106', -1000, 'SV'],
  ])
})

test('a bank takes the money at once, and gives it back to who wins', async () => {
  const server = await paypalServer()
  const { capture: id } = await pay(server)
  const opened = await server.hand('dispute', { capture: id, kind: 'chargeback' })
  expect(opened['dispute_channel']).toBe('EXTERNAL')
  expect((await server.get(`/v2/payments/captures/${id}`)).body['status']).toBe('REFUNDED')
  await expect(server.hand('dispute', { capture: id, kind: 'claim' })).rejects.toThrow(
    'CAPTURE_CANNOT_BE_DISPUTED',
  )
  await server.hand('dispute-move', { dispute: opened['dispute_id'], how: 'won' })
  expect(await sums(server)).toEqual([
    ['T0006', 1000, 'S'],
    ['T1201', -1000, 'SV'],
  ])
})

test('disputes are listed newest first, page by page', async () => {
  const server = await paypalServer()
  const paid = [await pay(server), await pay(server), await pay(server)]
  for (const { capture: id } of paid) await server.hand('dispute', { capture: id, kind: 'inquiry' })
  const first = await server.get('/v1/customer/disputes?page_size=2')
  const next = new URL(textIn({ body: partIn(first.body, 'links', 1) }, 'href'))
  const second = await server.get(next.pathname + next.search)
  const ids = [first, second].flatMap(({ body }) =>
    (Array.isArray(body['items']) ? body['items'].filter(isObject) : []).map(one => one['dispute_id']),
  )
  expect(new Set(ids).size).toBe(3)
  const one = await server.get(`/v1/customer/disputes?disputed_transaction_id=${paid[0]?.capture ?? ''}`)
  expect(one.body).toMatchObject({ items: [{ dispute_id: ids[2] }] })
  expect(issuesIn(await server.get('/v1/customer/disputes?no_such=1'))).toEqual(['NOT_SUPPORTED no_such'])
})

async function found(server: PayPalServer, more = ''): Promise<readonly (readonly unknown[])[]> {
  const [from, to] = [Date.now() - 86_400_000, Date.now() + 20 * 86_400_000].map(ms =>
    new Date(ms).toISOString(),
  )
  const range = `start_date=${from ?? ''}&end_date=${to ?? ''}`
  const { body } = await server.get(`/v1/reporting/transactions?${range}${more}`)
  const all = Array.isArray(body['transaction_details']) ? body['transaction_details'] : []
  return all.map(one => {
    const info = partIn(one, 'transaction_info')
    return [info['transaction_id'], info['transaction_status'], partIn(info, 'transaction_amount')['value']]
  })
}

test('transaction search knows of nothing, and of no change, before three hours have passed', async () => {
  const server = await paypalServer()
  const { capture: id } = await pay(server, { payer: 'ben' })
  await server.hand('clock', { seconds: 3 * 3600 - 60 })
  expect(await found(server)).toEqual([])
  await server.hand('clock', { seconds: 120 })
  expect(await found(server)).toEqual([[id, 'P', '10.00']])
  await server.hand('capture-end', { capture: id, how: 'completed' })
  expect(await found(server)).toEqual([[id, 'P', '10.00']])
  await server.hand('clock', { seconds: 3 * 3600 + 1 })
  expect(await found(server)).toEqual([[id, 'S', '10.00']])
  await server.hand('lag', { seconds: 0 })
  await server.hand('withdraw', { value: '5.00' })
  const [bank] = await found(server, '&transaction_type=T0400')
  expect(bank?.slice(1)).toEqual(['S', '-5.00'])
  expect(await found(server, `&transaction_id=${id}`)).toHaveLength(1)
  expect(await found(server, '&transaction_status=P')).toEqual([])
  expect(await found(server, '&page_size=1&page=2')).toHaveLength(1)
})

test.each([
  ['start_date=2026-01-01T00:00:00Z&end_date=2026-02-02T00:00:00Z', 'INVALID_PARAMETER_VALUE end_date'],
  ['start_date=2026-01-01T00:00:00Z', 'MISSING_REQUIRED_PARAMETER end_date'],
  ['start_date=2026-01-01&end_date=2026-01-02', 'INVALID_PARAMETER_VALUE start_date'],
  ['start_date=2099-01-01T00:00:00Z&end_date=2099-01-02T00:00:00Z', 'INVALID_PARAMETER_VALUE start_date'],
  ['start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T00:00:00Z&page=0', 'INVALID_PARAMETER_VALUE page'],
  ['start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T00:00:00Z&sort=1', 'NOT_SUPPORTED sort'],
])('transaction search refuses %s', async (query, issue) => {
  const server = await paypalServer()
  const answer = await server.get(`/v1/reporting/transactions?${query}`)
  expect(answer.status).toBe(400)
  expect(issuesIn(answer)).toEqual([issue])
})

test('a search that finds more than 10,000 is refused whole; a narrower one has pages', async () => {
  const server = await paypalServer()
  await server.hand('seed', { count: 10_100, days: 20, prefix: 'b' })
  await server.hand('lag', { seconds: 0 })
  const search = async (days: number): Promise<JsonObject> => {
    const [from, to] = [Date.now() - days * 86_400_000, Date.now() + 60_000].map(ms =>
      new Date(ms).toISOString(),
    )
    const range = `start_date=${from ?? ''}&end_date=${to ?? ''}&page_size=500&page=11`
    return (await server.get(`/v1/reporting/transactions?${range}`)).body
  }
  expect(await search(21)).toMatchObject({ name: 'RESULTSET_TOO_LARGE', maximum_items: 10_000 })
  const page = await search(10)
  expect(page).toMatchObject({ total_items: 5050, total_pages: 11, page: 11 })
  const all = Array.isArray(page['transaction_details']) ? page['transaction_details'] : []
  expect(partIn(all.at(-1), 'transaction_info')).toMatchObject({
    custom_field: 'b10100',
    transaction_amount: { value: '10.00' },
  })
})

test('the board does what people do, and says what is refused', async () => {
  const server = await paypalServer()
  const order = await makeOrder(server, orderFor('12.50'))
  const press = async (act: string, given: Record<string, string>): Promise<string> => {
    const body = new URLSearchParams(given)
    return (await fetch(`${server.url}/__sandbox/paypal/${act}`, { method: 'POST', body })).text()
  }
  expect(await press('approve', { order })).toContain('12.50 USD')
  await capture(server, order)
  const { capture: id } = await pay(server, { payer: 'ben' })
  expect(await press('refund', { capture: id })).toContain(
    'Cannot initiate a refund as the capture is pending',
  )
})
