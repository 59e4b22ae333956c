/** Refunds as intents: planned, sent and recorded once each, and never more than was paid. */
import { beforeEach, expect, test } from 'vitest'
import type { Refund } from '../../src/store/payment-rows.ts'
import type { Store } from '../../src/store/index.ts'
import type { RefundRequest } from '../../src/store/refunds.ts'
import { expectChainHolds, rowsOf } from '../support/books.ts'
import { testStore, type TestStore } from '../support/store.ts'
import { billed, eur, paidAt, refunded, type Billed } from './support/billed.ts'

let files: TestStore
let store: Store
let task: Billed
let paymentId: string

beforeEach(async () => {
  files = testStore()
  store = files.open('first')
  task = await billed(store, files.path)
  paymentId = (await tell()).id
})

/** What Stripe tells of the payment now. */
async function tell(refunds: ReturnType<typeof refunded>[] = []) {
  await files.clock.advance(1)
  const seen = { by: 'scan', askedMs: files.clock.now() } as const
  return store.payments.record('stripe', paidAt(task, { refunds }), seen)
}

const LEAVE = { ceilings: { each: [eur(5000)], aDay: [eur(5000)] }, repeated: null }

function want(minor: number, changes: Partial<RefundRequest> = {}): RefundRequest {
  return { paymentId, amount: eur(minor), reason: 'wrong', ...changes }
}

async function planned(minor: number, changes: Partial<RefundRequest> = {}): Promise<Refund> {
  const plan = await store.refunds.plan(want(minor, changes))
  if (plan.kind === 'refused') throw new Error(plan.why)
  return plan.refund
}

async function billState(): Promise<string | undefined> {
  return (await store.bills.ofRun(task.runId))?.state
}

test('a plan moves nothing, and counts against what is left', async () => {
  const refund = await planned(4000)
  expect(refund).toMatchObject({ state: 'planned', origin: 'ours', outsideId: null, sentMs: null })
  expect(await billState()).toBe('paid')
  expect(await store.refunds.plan(want(901))).toMatchObject({ kind: 'refused' })
  expect(await store.refunds.whyNot(want(901))).toContain('only 9.00 EUR is left')
  await store.refunds.cancel(refund.id)
  expect(await planned(901)).toMatchObject({ state: 'planned' })
})

test('the same request goes on with the plan that stands; after its end it is another one', async () => {
  const first = await planned(900)
  expect(await store.refunds.plan(want(900))).toMatchObject({ isNew: false, refund: { id: first.id } })
  expect((await planned(900, { reason: 'another' })).id).not.toBe(first.id)
  await store.refunds.send(first.id, LEAVE)
  expect(await store.refunds.plan(want(900))).toMatchObject({ isNew: false, refund: { id: first.id } })
  await store.refunds.record(first.id, refunded(900))
  expect((await planned(900)).id).not.toBe(first.id)
})

test('of plans made at one moment by several, no more comes about than was paid', async () => {
  const other = files.open('second')
  const all = await Promise.all(
    Array.from({ length: 8 }, async (_, index) =>
      (index % 2 === 0 ? store : other).refunds.plan(want(1000, { reason: `reason ${String(index)}` })),
    ),
  )
  expect(all.filter(({ kind }) => kind === 'planned')).toHaveLength(4)
})

test('sent again, it is told that it may have been made', async () => {
  const { id } = await planned(900)
  expect(await store.refunds.send(id, LEAVE)).toMatchObject({ kind: 'sent', mayBeMade: false })
  await files.clock.advance(90_000_000)
  expect(await store.refunds.send(id, LEAVE)).toMatchObject({ kind: 'sent', mayBeMade: true })
  await store.refunds.record(id, refunded(900))
  expect(await store.refunds.send(id, LEAVE)).toMatchObject({ kind: 'ended' })
})

test('what is told meets the same row, whoever saw it first, and the bill follows', async () => {
  const { id } = await planned(900)
  await store.refunds.send(id, LEAVE)
  await tell([refunded(900, { ours: id, state: 'pending' })])
  await store.refunds.record(id, refunded(900))
  await tell([refunded(900, { ours: id, state: 'pending' })])
  const books = await store.payments.get(paymentId)
  expect(books?.refunds).toMatchObject([{ id, state: 'succeeded', outsideId: 're_900', reason: 'wrong' }])
  expect(await billState()).toBe('partly_refunded')
  const entries = (await store.receipts.get(task.runId))?.entries.filter(({ kind }) => kind === 'refund')
  expect(entries?.map(({ body }) => body)).toMatchObject([
    { id, state: 'planned' },
    { id, state: 'sent' },
    { id, state: 'pending' },
    { id, state: 'succeeded' },
  ])
  expectChainHolds(files.path)
})

test('one that fails later makes the bill paid again, and calls for a person until another is planned', async () => {
  const { id } = await planned(4900)
  await store.refunds.send(id, LEAVE)
  await store.refunds.record(id, refunded(4900))
  expect(await billState()).toBe('refunded')
  await tell([refunded(4900, { ours: id, state: 'failed' })])
  expect(await billState()).toBe('paid')
  expect(await store.refunds.failedSince(0)).toMatchObject([{ id, state: 'failed' }])
  const log = rowsOf<{ text: string }>(
    files.path,
    `SELECT json_extract(body, '$.row.status') || ' ' || json_extract(body, '$.row.message') AS text FROM effects
     WHERE kind = 'log' AND json_extract(body, '$.row.message') LIKE 'refund%' ORDER BY seq`,
  )
  expect(log.map(({ text }) => text)).toEqual([
    'Warning refund of 49.00 EUR: succeeded',
    'Error refund of 49.00 EUR: failed',
  ])
  await planned(4900)
  expect(await store.refunds.failedSince(0)).toEqual([])
})

test('what was refused leaves all as it was, and what was made after all is believed', async () => {
  const { id } = await planned(900)
  await store.refunds.send(id, LEAVE)
  expect(await store.refunds.refuse(id, 'no')).toMatchObject({ state: 'failed', error: 'no' })
  expect(await billState()).toBe('paid')
  expect(await store.refunds.refuse(id, 'again')).toMatchObject({ error: 'no' })
  await tell([refunded(900, { ours: id })])
  expect(await store.refunds.get(id)).toMatchObject({ state: 'succeeded', error: null })
})

test('what went back elsewhere after the plan is not given back a second time', async () => {
  const { id } = await planned(4000)
  await tell([refunded(2000)])
  expect(await store.refunds.send(id, LEAVE)).toMatchObject({ kind: 'refused', refund: { state: 'planned' } })
})

test('above a ceiling it is not sent, unless its amount is repeated; the sum of a day counts', async () => {
  const first = await planned(3000)
  const second = await planned(1500)
  const ceilings = { each: [eur(3000)], aDay: [eur(4000)] }
  const leave = { ceilings, repeated: null }
  expect(await store.refunds.send(first.id, leave)).toMatchObject({ kind: 'sent' })
  expect(await store.refunds.send(second.id, leave)).toMatchObject({
    kind: 'above',
    why: 'above the 40.00 EUR of a day, on which 30.00 EUR went back before',
  })
  expect(await store.refunds.send(second.id, { ceilings, repeated: eur(1501) })).toMatchObject({
    kind: 'above',
  })
  expect(await store.refunds.send(second.id, { ceilings, repeated: eur(1500) })).toMatchObject({
    kind: 'sent',
  })
  await files.clock.advance(86_400_000)
  const { id } = await planned(400)
  expect(await store.refunds.send(id, leave)).toMatchObject({ kind: 'sent' })
})

test('a plan is given up once, and then not sent; what was sent is not given up', async () => {
  const { id } = await planned(900)
  expect(await store.refunds.cancel(id)).toMatchObject({ state: 'cancelled' })
  expect(await store.refunds.cancel(id)).toBe(null)
  expect(await store.refunds.send(id, LEAVE)).toMatchObject({ kind: 'ended' })
  const sent = await planned(800)
  await store.refunds.send(sent.id, LEAVE)
  expect(await store.refunds.cancel(sent.id)).toBe(null)
  expect(await store.refunds.standing(9)).toMatchObject([{ id: sent.id }])
  expect(await store.refunds.list({ state: null, paymentId, limit: 9 })).toMatchObject([
    { id: sent.id },
    { id },
  ])
})
