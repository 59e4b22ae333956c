/** No card data in any table, result or log (README, SAQ A): whatever the service tells of a card is left with it. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { stripeWebhooks } from '../../src/integrations/stripe/webhook.ts'
import { auditExport } from '../../src/operations/audit/export.ts'
import { paymentsEvidence } from '../../src/operations/payments/evidence.ts'
import { paymentsScan } from '../../src/operations/payments-scan.ts'
import { paymentsShow } from '../../src/operations/payments/show.ts'
import { refund } from '../../src/operations/refund.ts'
import { isObject } from '../../src/sandbox/lib/json.ts'
import { dumpStore, rowsOf } from '../support/books.ts'
import { CALL, realSession } from '../support/session.ts'
import { openShop } from './support/shop.ts'

/** What must be seen nowhere, each of it told by the service in every answer and webhook of a payment. */
const CARD = {
  number: '5555341244441115',
  cvc: 'cvc-8831',
  last4: 'last4-1115',
  exp_month: 'expires-in-11',
  exp_year: 'expires-in-2031',
  brand: 'brand-of-card',
  fingerprint: 'print-of-card',
  name: 'HOLDER OF CARD',
}

const OF_PAYMENTS = new Set(['charge', 'payment_intent', 'checkout.session', 'refund', 'dispute', 'event'])

/** The same answer, with the card in every object of a payment, and in every text about it. */
function withCard(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withCard)
  if (!isObject(value)) return value
  const inner = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withCard(one)]))
  if (!OF_PAYMENTS.has(String(value['object']))) return inner
  const details = { payment_method_details: { card: CARD }, billing_details: CARD, card: CARD, source: CARD }
  return { ...inner, ...details }
}

test('a payment with its refund, dispute, webhooks and evidence leaves no card data anywhere', async () => {
  const shop = await openShop()
  const { bill, link } = await shop.billed()
  const paymentId = await shop.pay(link)
  const logged: string[] = []
  let told = 0
  const session = realSession({
    ...shop.session,
    log: line => void logged.push(line),
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      const text = await answer.text()
      const given: unknown = JSON.parse(text)
      const body = JSON.stringify(withCard(given))
      if (body.includes(CARD.number)) told += 1
      const { status, headers } = answer
      const kept = new Headers(headers)
      kept.delete('content-length')
      return new Response(body, { status, headers: kept })
    },
  })
  const results: unknown[] = []
  const run = async (operation: Parameters<typeof session.run>[0], input: Record<string, unknown>) => {
    results.push((await session.run(operation, input, { ...CALL, confirmed: true })).result)
  }
  await run(paymentsScan, {})
  await run(refund, { payment: paymentId, amount: '9.00', reason: 'came late' })
  await shop.server.hand('dispute', { payment_intent: paymentId })
  // A webhook, signed, with the card in it.
  const [event] = (await shop.server.stripe.events.list({ limit: 1 })).data
  const body = JSON.stringify(withCard(event))
  expect(body).toContain(CARD.number)
  const time = Math.floor(shop.clock.now() / 1000)
  const digest = createHmac('sha256', 'whsec_x').update(`${time}.${body}`).digest('hex')
  const reading = stripeWebhooks({ secrets: ['whsec_x'], isLive: false }).read({
    body: Buffer.from(body),
    header: () => `t=${time},v1=${digest}`,
    atMs: shop.clock.now(),
  })
  if (reading.kind !== 'event') throw new Error('it was not taken')
  await shop.store.webhooks.take('stripe', reading)
  await shop.clock.advance(120_000)
  await run(paymentsScan, {})
  await run(paymentsShow, { id: bill.taskId })
  const [payment] = await shop.store.payments.ofBill(bill.id)
  const output = join(dirname(shop.files.path), 'evidence')
  await run(paymentsEvidence, { id: payment?.disputes[0]?.id ?? '', output })
  await run(auditExport, {})
  session.close()
  expect(payment).toMatchObject({ state: 'paid', refundedMinor: 900 })
  expect(payment?.disputes).toHaveLength(1)
  expect(told).toBeGreaterThan(4)
  const kept = [
    JSON.stringify(dumpStore(shop.files.path)),
    readFileSync(shop.files.path).toString('latin1'),
    JSON.stringify(results),
    logged.join('\n'),
  ].join('\n')
  for (const canary of Object.values(CARD)) expect(kept).not.toContain(canary)
})

test('no column of the store is for card data', async () => {
  const shop = await openShop()
  const columns = rowsOf<{ name: string }>(
    shop.files.path,
    `SELECT DISTINCT c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'`,
  )
  const ofCards = /card|\bpan\b|cvc|cvv|last.?4|expir|exp_(?:month|year)|fingerprint|holder/
  expect(columns.length).toBeGreaterThan(100)
  expect(columns.map(({ name }) => name).filter(name => ofCards.test(name))).toEqual([])
})
