import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { readRate, type DatedRate } from '../../src/domain/money.ts'
import type { PaymentFacts } from '../../src/domain/payment.ts'
import { moneyReport, type MoneyReport } from '../../src/figures/money.ts'
import type { Store } from '../../src/store/index.ts'
import type { Recorded } from '../../src/store/record-payment.ts'
import { expectChainHolds, rowsOf } from '../support/books.ts'
import { billedRow } from '../support/bills.ts'
import { testStore, type TestStore } from '../support/store.ts'
import { billed, disputed, eur, paidAt, refunded, type Billed } from './support/billed.ts'
import { expectWrongAreMarked } from './support/wrong-payments.ts'

let files: TestStore
let store: Store
let task: Billed

beforeEach(async () => {
  files = testStore()
  store = files.open('first')
  task = await billed(store, files.path)
})

/** Recorded as asked for now, a moment later than the last. */
async function record(facts: PaymentFacts, by = store): Promise<Recorded> {
  await files.clock.advance(1)
  return by.payments.record('stripe', facts, { by: 'webhook', askedMs: files.clock.now() })
}

async function billState(): Promise<string | undefined> {
  return (await store.bills.ofRun(task.runId))?.state
}

/** What the board was told of payments, oldest first. */
function told(): unknown[] {
  return rowsOf<{ kind: string; text: string }>(
    files.path,
    `SELECT kind, COALESCE(json_extract(body, '$.change.paymentStatus'), json_extract(body, '$.row.money.paymentStatus')
       || ' ' || json_extract(body, '$.row.money.profitNano'), json_extract(body, '$.row.message'),
       json_extract(body, '$.change.revenueNano')) AS text FROM effects
     WHERE kind IN ('page', 'job', 'log', 'client') ORDER BY seq`,
  ).map(({ kind, text }) => `${kind} ${text}`)
}

test('a payment of its amount pays a bill, and all who look at it are told', async () => {
  const before = told().length
  expect(await record(paidAt(task))).toMatchObject({ billId: task.billId, isNew: true, isChanged: true })
  const bill = await store.bills.ofRun(task.runId)
  // 1.72 EUR at 1.1.
  expect(bill).toMatchObject({ state: 'paid', feeNano: 1_892_000_000 })
  expect(told().slice(before)).toEqual([
    'client 53900000000',
    'page Paid',
    // 53.90 USD without the fee, and without the two calls of 400 nano-dollars.
    'job Paid 52007999200',
  ])
  const receipt = await store.receipts.get(task.runId)
  expect(receipt?.entries.map(({ kind, body }) => [kind, body])).toEqual([
    ['payment', expect.objectContaining({ state: 'paid', amountMinor: 4900, feeMinor: 172, isLive: false })],
    ['bill', { id: task.billId, state: 'paid' }],
  ])
  const events = await store.runs.events(task.runId)
  expect(events.at(-1)).toMatchObject({ what: 'payment: Paid' })
  expectChainHolds(files.path)
})

test('a fee in a currency without a rate is not known: the profit is not computed until the rate is told', async () => {
  const before = told().length
  await record(paidAt(task, { fee: { minor: 172, currency: 'CHF' } }))
  expect(await store.bills.ofRun(task.runId)).toMatchObject({ state: 'paid', feeNano: null })
  expect(told().slice(before)).toContain('job null')
  const rate = readRate('2026-01-01 CHF 1.25')
  const period = { fromMs: 0, toMs: files.clock.now() + 1 }
  const figures = async (rates: readonly DatedRate[]): Promise<MoneyReport> =>
    moneyReport(store, { period, clientId: null, rates })
  expect(await figures([])).toMatchObject({
    total: { grossUsd: '53.900000', feesUsd: null, profitUsd: null },
    withoutRate: ['CHF'],
  })
  expect(await figures(rate === null ? [] : [rate])).toMatchObject({
    total: { feesUsd: '2.150000', profitUsd: '51.750000' },
    withoutRate: [],
  })
})

test('told again it changes nothing, and tells nobody', async () => {
  await record(paidAt(task))
  const before = told()
  expect(await record(paidAt(task))).toMatchObject({ isNew: false, isChanged: false })
  expect(told()).toEqual(before)
  expect((await store.receipts.get(task.runId))?.entries).toHaveLength(2)
  expect(rowsOf(files.path, `SELECT * FROM audit_log WHERE kind = 'payment.record'`)).toHaveLength(1)
})

test('refunds and disputes have a row of the log each, which says the last of them', async () => {
  const pending = refunded(900, { state: 'pending' })
  await record(paidAt(task, { refunds: [pending] }))
  expect(await billState()).toBe('partly_refunded')
  await record(paidAt(task, { refunds: [refunded(900)], disputes: [disputed('needs_response')] }))
  expect(await billState()).toBe('disputed')
  await record(paidAt(task, { refunds: [refunded(900)], disputes: [disputed('won')] }))
  expect(await billState()).toBe('partly_refunded')
  const rows = rowsOf<{ thing: string; status: string; message: string }>(
    files.path,
    `SELECT json_extract(body, '$.thing') AS thing, json_extract(body, '$.row.status') AS status,
       json_extract(body, '$.row.message') AS message
     FROM effects WHERE kind = 'log' AND key NOT LIKE '%started' ORDER BY seq`,
  ).slice(1)
  expect(rows.map(({ status, message }) => `${status}: ${message}`)).toEqual([
    'Warning: refund of 9.00 EUR: pending',
    'Warning: refund of 9.00 EUR: succeeded',
    'Warning: dispute over 49.00 EUR: an answer is wanted',
    'Success: dispute over 49.00 EUR: won',
  ])
  expect(new Set(rows.map(({ thing }) => thing)).size).toBe(2)
})

test('a refund of ours is known by our id, and what failed here may have been made there', async () => {
  const { id } = await record(paidAt(task))
  insertFailedRefund(id)
  await record(paidAt(task, { refunds: [refunded(900, { ours: 'ref_1', state: 'pending' })] }))
  const books = await store.payments.get(id)
  expect(books?.refunds).toEqual([
    expect.objectContaining({ id: 'ref_1', origin: 'ours', state: 'pending', outsideId: 're_900' }),
  ])
  expect(await billState()).toBe('partly_refunded')
})

/** One of ours that the service was believed to have refused. */
function insertFailedRefund(paymentId: string): void {
  const db = new Database(files.path)
  db.prepare(
    `INSERT INTO refunds (id, payment_id, origin, amount_minor, state, reason, actor, planned_ms)
     VALUES ('ref_1', ?, 'ours', 900, 'failed', 'wrong', 'cli:ana', 0)`,
  ).run(paymentId)
  db.close()
}

test('what belongs to no bill is kept without one, and never guessed', async () => {
  const stranger = { ...paidAt(task), id: 'pi_other', linkId: 'plink_other', ids: { bill: task.billId } }
  expect(await record(stranger)).toMatchObject({ billId: null, isNew: true })
  expect(await billState()).toBe('unpaid')
  expect((await store.payments.problems()).map(({ problem }) => problem)).toEqual(['unknown_payer'])
  // The same amount at a link of another service is no match either.
  const elsewhere = await store.payments.record('paypal', paidAt(task), { by: 'scan', askedMs: 1 })
  expect(elsewhere.billId).toBeNull()
})

test('one that is matched only later is told then, with what became of it', async () => {
  const facts = paidAt(task, { refunds: [refunded(900)] })
  await record({ ...facts, linkId: null, ids: {} })
  const before = told().length
  expect(await record({ ...facts, linkId: null })).toMatchObject({ billId: task.billId, isChanged: true })
  expect(await billState()).toBe('partly_refunded')
  expect(told().slice(before)).toContain('log refund of 9.00 EUR: succeeded')
})

test.each([
  ['another amount', { amount: eur(4899) }, 'amount_differs'],
  ['another currency', { amount: { currency: 'USD', minor: 4900 } }, 'amount_differs'],
  ['real money at a link of test', { isLive: true }, 'mode_differs'],
] as const)('%s does not pay a bill', async (_name, changes, problem) => {
  await record(paidAt(task, changes))
  expect(await billState()).toBe('unpaid')
  expect(await store.payments.problems()).toEqual([expect.objectContaining({ problem, billId: task.billId })])
})

test('a bill that is paid twice is paid, and the second payment is listed until it went back', async () => {
  await record(paidAt(task))
  const second = paidAt(task, { id: 'pi_second', atMs: 2_000 })
  await record(second)
  expect(await billState()).toBe('paid')
  expect(await store.payments.problems()).toEqual([
    expect.objectContaining({ problem: 'paid_twice', outsideId: 'pi_second' }),
  ])
  await record({ ...second, refunds: [refunded(4900)] })
  expect(await billState()).toBe('paid')
  expect(await store.payments.problems()).toEqual([])
})

test('whatever becomes of a payment or its bill, what is wrong is found by its mark', async () => {
  const first = await record(paidAt(task))
  await store.payments.doubt(first.id)
  await expectWrongAreMarked(store)
  expect(await store.payments.problems()).toMatchObject([{ problem: 'not_paid' }])
  await record(paidAt(task))
  expect(await store.payments.problems()).toEqual([])
  const earlier = await record(paidAt(task, { id: 'pi_second', atMs: 1 }))
  expect(earlier.billId).toBe(task.billId)
  await record({ ...paidAt(task), id: 'pi_other', linkId: null, ids: {} })
  await expectWrongAreMarked(store)
  const problems = await store.payments.problems()
  expect(problems.map(({ problem }) => problem)).toEqual(['unknown_payer', 'paid_twice'])
})

test('a payment that was on its way when its bill was replaced is wrong once it is made', async () => {
  await record(paidAt(task, { state: 'pending', fee: null }))
  await record(paidAt(task, { id: 'pi_less', amount: eur(4800) }))
  await billedRow(store, eur(7900))
  expect(await store.bills.get(task.billId)).toMatchObject({ state: 'cancelled' })
  await expectWrongAreMarked(store)
  await record(paidAt(task))
  await expectWrongAreMarked(store)
  expect((await store.payments.problems()).map(({ problem }) => problem)).toEqual([
    'amount_differs',
    'bill_cancelled',
  ])
})

test('lists by state and by client, the newest first', async () => {
  const first = await record(paidAt(task))
  const other = await record({ ...paidAt(task), id: 'pi_x', linkId: null, ids: {}, state: 'pending' })
  const ids = async (filter: Partial<Parameters<Store['payments']['list']>[0]>): Promise<string[]> =>
    (await store.payments.list({ state: null, clientId: null, limit: 9, ...filter })).map(({ id }) => id)
  expect(await ids({})).toEqual([other.id, first.id])
  expect(await ids({ limit: 1 })).toEqual([other.id])
  expect(await ids({ state: 'paid' })).toEqual([first.id])
  expect(await ids({ clientId: task.clientId })).toEqual([first.id])
  expect((await store.payments.ofTask(task.taskId)).map(({ id }) => id)).toEqual([first.id])
  expect((await store.payments.pendingWithoutLink(9)).map(({ id }) => id)).toEqual([other.id])
})

/** What a payment's life leaves in the books, without when each word of it was heard. */
function booksNow(path: string): unknown {
  return {
    bills: rowsOf(path, 'SELECT state, fee_nano FROM bills'),
    payments: rowsOf(
      path,
      'SELECT outside_id, bill_id, link_id, currency, amount_minor, state, fee_minor, paid_ms FROM payments',
    ),
    refunds: rowsOf(path, 'SELECT outside_id, amount_minor, state FROM refunds ORDER BY outside_id'),
    disputes: rowsOf(path, 'SELECT outside_id, state, due_ms FROM disputes'),
  }
}

/** A life as the service tells of it, at one instant after another. */
function lifeOf(of: Billed): PaymentFacts[] {
  const unpaid = { fee: null, refunds: [], disputes: [] }
  const back = [refunded(900), refunded(1000, { state: 'pending' })]
  return [
    paidAt(of, { ...unpaid, state: 'pending' }),
    paidAt(of, { ...unpaid, state: 'failed' }),
    paidAt(of, { fee: null }),
    paidAt(of),
    paidAt(of, { refunds: [refunded(900, { state: 'pending' })] }),
    paidAt(of, { refunds: back, disputes: [disputed('warning')] }),
    paidAt(of, { refunds: back, disputes: [disputed('needs_response')] }),
    paidAt(of, { refunds: [refunded(900), refunded(1000)], disputes: [disputed('lost')] }),
    paidAt(of, {
      refunds: [refunded(900), refunded(1000, { state: 'failed' })],
      disputes: [disputed('won')],
    }),
  ]
}

test('any order and repetition of what was heard, by two processes, ends in the same books', async () => {
  const inOrder = lifeOf(task).map((facts, at) => ({ facts, askedMs: at }))
  for (const { facts, askedMs } of inOrder)
    await store.payments.record('stripe', facts, { by: 'scan', askedMs })
  const expected = booksNow(files.path)
  expect(expected).toMatchObject({ bills: [{ state: 'partly_refunded' }] })
  const orders = fc.shuffledSubarray([...inOrder, ...inOrder], { minLength: inOrder.length * 2 })
  await fc.assert(
    fc.asyncProperty(orders, async heard => {
      const other = testStore()
      const both = [other.open('first'), other.open('second')]
      const of = await billed(both[0] ?? store, other.path)
      await Promise.all(
        heard.map(async ({ facts, askedMs }, at) => {
          const again = { ...facts, linkId: of.outsideLinkId, ids: { link: of.linkId } }
          await both[at % 2]?.payments.record('stripe', again, { by: 'scan', askedMs })
        }),
      )
      const rename = (value: unknown): unknown =>
        JSON.parse(JSON.stringify(value).replaceAll(of.billId, 'bill').replaceAll(task.billId, 'bill'))
      expect(rename(booksNow(other.path))).toEqual(rename(expected))
    }),
    { numRuns: 25 },
  )
})
