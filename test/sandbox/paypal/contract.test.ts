/** The stand-in's answers against PayPal's own description of its API: plain calls through the contract proxy. */
import { expect, test } from 'vitest'
import { contractProxy, NO_CONTRACT_TOOL, type ContractProxy } from '../../support/contract.ts'
import { httpServer } from '../../support/servers.ts'
import { capture, makeOrder, orderFor, pay, textIn } from './support/pay.ts'
import { apiAt, askToken, paypalServer, type Api, type PayPalServer } from './support/server.ts'

/**
 * The description allows no hyphen in the ids of events, all of which begin with `WH-`; and where it lists the issues
 * of a call, it leaves out the fields that every detail of an error may have.
 */
const FORGOTTEN = /^(?:path\/event_id|body\/details\/\d+\/(?:field|location|value))$/

/** Findings that say that an answer or a call is not PayPal's. */
function wrong(proxy: ContractProxy): unknown[] {
  return proxy.violations.filter(
    ({ severity, pointer }) => (severity === 'error' || severity === 'warn') && !FORGOTTEN.test(pointer),
  )
}

test('no answer of any kind breaks the vendor’s description', { timeout: 60_000 }, async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const server = await paypalServer()
  const proxy = await contractProxy('paypal', server.url)
  const api = await apiAt(proxy.url)
  await payments(server, api)
  await lists(server, api)
  expect(wrong(proxy)).toEqual([])
  await refusals(server, api, proxy.url)
  expect(wrong(proxy)).toEqual([])
  expect(proxy.counts()['requests']).toBeGreaterThan(60)
})

/** A payment of each kind, with all that can become of it. */
async function payments(server: PayPalServer, api: Api): Promise<void> {
  const whole = { prefer: 'return=representation' }
  await api.post('/v2/checkout/orders', orderFor(), undefined, whole)
  const { application_context: experience_context, ...rest } = orderFor('500', 'JPY')
  await api.post('/v2/checkout/orders', { ...rest, payment_source: { paypal: { experience_context } } })
  for (const payer of ['ana', 'ben', 'cara', 'eva']) {
    const ids = await pay(server, { payer, api })
    const isSlow = payer === 'ben' || payer === 'cara'
    if (isSlow) await server.hand('capture-end', { capture: ids.capture, how: 'completed' })
    await api.post(`/v2/payments/captures/${ids.capture}/refund`, {
      amount: { currency_code: 'USD', value: '1.00' },
      custom_id: 'ref_1',
    })
    const key = `rest-${payer}`
    const all = await api.post(`/v2/payments/captures/${ids.capture}/refund`, {}, key, whole)
    await api.post(`/v2/payments/captures/${ids.capture}/refund`, {}, key, whole)
    await api.get(`/v2/payments/refunds/${textIn(all, 'id')}`)
    await api.get(`/v2/payments/captures/${ids.capture}`)
    await api.get(`/v2/checkout/orders/${ids.order}`)
  }
  const denied = await pay(server, { payer: 'ben', api })
  await server.hand('capture-end', { capture: denied.capture, how: 'denied' })
  await api.get(`/v2/payments/captures/${denied.capture}`)
  const key = 'same'
  const order = await makeOrder(api)
  await server.hand('approve', { order })
  for (const _ of [1, 2]) await capture(api, order, key)
}

async function lists(server: PayPalServer, api: Api): Promise<void> {
  for (const kind of ['claim', 'inquiry', 'chargeback']) {
    const { capture: id } = await pay(server, {
      api,
      given: orderFor('3.00', 'EUR', { invoice_id: `inv-${kind}` }),
    })
    const { dispute_id } = await server.hand('dispute', { capture: id, kind })
    await api.get(`/v1/customer/disputes/${String(dispute_id)}`)
    await server.hand('dispute-move', { dispute: dispute_id, how: kind === 'inquiry' ? 'accept' : 'lost' })
    await api.get(`/v1/customer/disputes/${String(dispute_id)}`)
  }
  await api.get('/v1/customer/disputes?page_size=2')
  await server.hand('clock', { seconds: 4 * 3600 })
  const [from, to] = [Date.now() - 86_400_000, Date.now() + 86_400_000].map(ms => new Date(ms).toISOString())
  const path = `/v1/reporting/transactions?start_date=${from ?? ''}&end_date=${to ?? ''}`
  await api.get(path)
  await api.get(`${path}&fields=all&page_size=2&page=2`)
  const { url } = await httpServer(response => response.end())
  const { id } = await server.hand('endpoint', { url })
  await api.get(`/v1/notifications/webhooks/${String(id)}`)
}

/** Every kind of error, by calls of the right shape: the calling side of the contract holds too. */
async function refusals(server: PayPalServer, api: Api, url: string): Promise<void> {
  const statuses: number[] = []
  const order = await makeOrder(api)
  const paid = await pay(server, { api })
  const refund = `/v2/payments/captures/${paid.capture}/refund`
  const much = { amount: { currency_code: 'USD', value: '99.00' } }
  const answers = [
    await capture(api, order),
    await capture(api, paid.order),
    await capture(api, 'NONE'),
    await api.get('/v2/checkout/orders/NONE'),
    await api.get('/v2/payments/refunds/NONE'),
    await api.post(refund, much),
    await api.post('/v2/checkout/orders', orderFor('0.00')),
    await askToken(url, 'no:no'),
  ]
  statuses.push(...answers.map(({ status }) => status))
  expect(statuses).toEqual([422, 422, 404, 404, 404, 422, 422, 401])
  // The description knows no 429, which PayPal's page on rate limits has.
  for (const status of [400, 401, 403, 404, 409, 422, 500, 503]) {
    await server.arm({ action: { type: 'status', status } })
    expect((await api.get(`/v2/checkout/orders/${order}`)).status).toBe(status)
  }
}
