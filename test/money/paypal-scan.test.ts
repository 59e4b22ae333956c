/** A scan of payments by PayPal: what a client approved is captured, and the books end as PayPal has them. */
import { dirname } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { paymentsScan } from '../../src/operations/payments-scan.ts'
import type { Link } from '../../src/store/link-rows.ts'
import { paidHooks } from '../integrations/paypal/support/hooks.ts'
import { paypalBench, SECRETS, type PayPalBench } from '../roles/support/paypal.ts'
import { billedRow, eur } from '../support/bills.ts'
import { httpServer } from '../support/servers.ts'
import { CALL, realSession } from '../support/session.ts'

let bench: PayPalBench
let taskId: string

beforeEach(async () => {
  bench = await paypalBench()
  await bench.clock.advance(Date.now() - bench.clock.now())
  taskId = await billedRow(bench.store, eur(4900))
  await scan()
})

async function scan(): Promise<Awaited<ReturnType<typeof paymentsScan.run>>> {
  const session = realSession({
    stateDir: dirname(bench.store.facts.path),
    env: { ...SECRETS, PAYPAL_BASE_URL: bench.server.url },
    clock: bench.clock,
  })
  try {
    return (await session.run(paymentsScan, {}, CALL)).result
  } finally {
    session.close()
  }
}

async function links(): Promise<Link[]> {
  const bills = await bench.store.bills.ofTask(taskId)
  return (await Promise.all(bills.map(async ({ id }) => bench.store.links.ofBill(id)))).flat()
}

async function billStates(): Promise<unknown[]> {
  return (await bench.store.bills.ofTask(taskId)).map(({ state }) => state)
}

async function approve(payer = 'ana'): Promise<void> {
  await bench.server.hand('approve', { order: (await links()).at(-1)?.outsideId, payer })
}

test('without any webhook, what was approved is captured once, and paid', async () => {
  await approve()
  const { links: looked } = await scan()
  expect(looked.captured).toEqual([(await links())[0]?.id])
  expect(await billStates()).toEqual(['paid'])
  expect((await links()).map(({ state }) => state)).toEqual(['paid'])
  expect((await scan()).links.looked).toBe(0)
})

test('an answer to the capture that is lost costs nothing: the next scan finds it paid', async () => {
  await approve()
  await bench.server.arm({ match: { kind: 'capture' }, action: { type: 'lose-answer' } })
  expect((await scan()).failed).toHaveLength(1)
  expect(await billStates()).toEqual(['unpaid'])
  await scan()
  expect(await billStates()).toEqual(['paid'])
})

test('a client whose card was declined pays in another way', async () => {
  await approve('dan')
  await scan()
  expect(await billStates()).toEqual(['unpaid'])
  expect((await links())[0]?.why).toContain('INSTRUMENT_DECLINED')
  await bench.server.hand('clock', { seconds: '60' })
  await approve()
  await scan()
  expect(await billStates()).toEqual(['paid'])
})

test('an order whose time is over is replaced in the same scan', async () => {
  await bench.server.hand('clock', { seconds: '14400' })
  await scan()
  expect((await links()).map(({ state }) => state)).toEqual(['expired', 'open'])
})

test('an event that was not verified is, and what it is about is captured and booked', async () => {
  const inbox = await httpServer(response => response.end())
  await bench.server.hand('endpoint', { url: inbox.url })
  await approve()
  await expect.poll(() => inbox.arrived.length).toBe(1)
  const { webhooks: reader } = await bench.open()
  const { body = '', headers = [] } = inbox.arrived[0] ?? {}
  const header = (name: string): string | null => headers[headers.indexOf(name) + 1] ?? null
  const atMs = bench.clock.now()
  const reading = reader?.read({ body: Buffer.from(body, 'latin1'), header, atMs })
  if (reading?.kind !== 'unverified') throw new Error('it was judged')
  await bench.store.webhooks.take('paypal', reading)
  expect((await scan()).webhooks).toEqual({ worked: 1, left: 0 })
  expect(await billStates()).toEqual(['paid'])
})

test('what was paid to the account for something else is kept, and belongs to no bill', async () => {
  const [, captured] = await paidHooks(bench.server)
  const { webhooks: reader } = await bench.open()
  const header = (name: string): string | null => captured?.headers[name] ?? null
  const reading = reader?.read({ body: captured?.body ?? Buffer.of(), header, atMs: bench.clock.now() })
  if (reading?.kind !== 'unverified') throw new Error('it was judged')
  await bench.store.webhooks.take('paypal', reading)
  await scan()
  expect(await billStates()).toEqual(['unpaid'])
  expect(await bench.store.payments.list({ state: null, clientId: null, limit: 9 })).toMatchObject([
    { billId: null, amount: { minor: 1000, currency: 'USD' } },
  ])
})

/** Time passes here and at PayPal. */
async function later(hours: number): Promise<void> {
  await bench.clock.advance(hours * 3_600_000)
  await bench.server.hand('clock', { seconds: String(hours * 3_600) })
}

/** The client pays, and the scan takes it into the books; returns PayPal's id of the payment. */
async function paid(): Promise<string> {
  await approve()
  await scan()
  const [payment] = await bench.store.payments.list({ state: 'paid', clientId: null, limit: 1 })
  return payment?.outsideId ?? ''
}

test('a refund at PayPal is found without webhooks once its search knows of it, and nothing is missed before', async () => {
  const capture = await paid()
  await later(1)
  await bench.server.hand('refund', { capture, value: '9.00' })
  expect(await scan()).toMatchObject({ changed: [], differences: [], failed: [] })
  expect(await billStates()).toEqual(['paid'])
  await later(4)
  expect(await scan()).toMatchObject({ changed: [capture], differences: [] })
  expect(await billStates()).toEqual(['partly_refunded'])
  const { coverage, changed } = await scan()
  expect(changed).toEqual([])
  expect(coverage).toMatchObject([{ service: 'paypal', keepsEvents: false, events: null, lagMinutes: 180 }])
  expect(Date.parse(coverage[0]?.objects?.to ?? '')).toBe(bench.clock.now() - 3 * 3_600_000)
})

test('a dispute is found without webhooks, and each of its turns', async () => {
  const capture = await paid()
  await later(5)
  await bench.server.hand('dispute', { capture, kind: 'claim' })
  await later(5)
  expect(await scan()).toMatchObject({ changed: [capture] })
  expect(await billStates()).toEqual(['disputed'])
  const [payment] = await bench.store.payments.list({ state: 'paid', clientId: null, limit: 1 })
  await bench.server.hand('dispute-move', { dispute: payment?.disputes[0]?.outsideId, how: 'won' })
  await later(5)
  await scan()
  expect(await billStates()).toEqual(['paid'])
})

test('a span of which search has too much for one answer is asked for in parts', async () => {
  await later(24 * 20)
  await bench.server.hand('seed', { count: '10050', days: '10' })
  await later(4)
  const span = { fromMs: bench.clock.now() - 30 * 86_400_000, toMs: bench.clock.now() - 3 * 3_600_000 }
  const { movements } = await bench.provider()
  const seen = new Set<string>()
  for await (const page of movements.in(span)) for (const { paymentId } of page) seen.add(paymentId)
  expect(seen.size).toBe(10_050)
}, 60_000)
