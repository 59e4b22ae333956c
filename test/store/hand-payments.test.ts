/** Money that came by bank beside what services tell of: whatever the order, the same books. */
import * as fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import type { PaymentFacts } from '../../src/domain/payment.ts'
import type { Store } from '../../src/store/index.ts'
import { billedRow } from '../support/bills.ts'
import { expectChainHolds, rowsOf } from '../support/books.ts'
import { testStore, type TestStore } from '../support/store.ts'
import { billed, disputed, eur, paidAt, refunded, type Billed } from './support/billed.ts'
import { expectWrongAreMarked } from './support/wrong-payments.ts'

let files: TestStore
let store: Store
let task: Billed

function openNew(): void {
  files = testStore()
  store = files.open('first')
}

beforeEach(async () => {
  openNew()
  task = await billed(store, files.path)
})

function byBank(minor: number, reference = 'RF18', isForced = false) {
  return { amount: eur(minor), paidMs: 0, reference, isForced }
}

async function fromService(facts: PaymentFacts): Promise<void> {
  await files.clock.advance(1)
  await store.payments.record('stripe', facts, { by: 'scan', askedMs: files.clock.now() })
}

/** What the books say of the bill, without what differs by when it was recorded. */
async function books(): Promise<unknown> {
  const bill = await store.bills.get(task.billId)
  if (bill === null) throw new Error('there is no bill')
  const payments = await store.payments.ofTask(task.taskId)
  return {
    state: bill.state,
    returnedMinor: bill.returnedMinor,
    feeNano: bill.feeNano,
    open: await store.payments.open(bill),
    payments: payments
      .map(({ outsideId, state, amount, withdrawnWhy }) => ({ outsideId, state, amount, withdrawnWhy }))
      .toSorted((a, b) => (a.outsideId < b.outsideId ? -1 : 1)),
  }
}

type Act = () => Promise<unknown>

/** Each may come at any time. */
function acts(): Readonly<Record<string, Act>> {
  const withdrawn: Act = async () => {
    const recorded = await store.payments.recordByHand(task.billId, byBank(700, 'RF wrong', true))
    if (recorded.kind === 'recorded') await store.payments.withdraw(recorded.id, 'of another client')
  }
  return {
    part: async () => store.payments.recordByHand(task.billId, byBank(2000, 'RF 1', true)),
    again: async () => store.payments.recordByHand(task.billId, byBank(2000, 'RF 1', true)),
    rest: async () => store.payments.recordByHand(task.billId, byBank(2900, 'RF 2', true)),
    withdrawn,
    paid: async () => fromService(paidAt(task)),
    refunded: async () => fromService(paidAt(task, { refunds: [refunded(900)] })),
  }
}

test('whatever comes in whatever order, the books are the same', async () => {
  const names = fc.subarray(Object.keys(acts()), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(
      names.chain(some => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))),
      async orders => {
        const ended: unknown[] = []
        for (const order of orders) {
          openNew()
          task = await billed(store, files.path)
          for (const name of order) {
            await acts()[name]?.()
            await expectWrongAreMarked(store)
          }
          // What is told twice changes nothing.
          for (const name of order) await acts()[name]?.()
          ended.push(await books())
          expectChainHolds(files.path)
          store.close()
        }
        expect(ended[1]).toEqual(ended[0])
      },
    ),
    { numRuns: 12, seed: 7 },
  )
})

test('recorded by two at once it is one payment', async () => {
  const other = files.open('second')
  const both = await Promise.all([
    store.payments.recordByHand(task.billId, byBank(2000)),
    other.payments.recordByHand(task.billId, byBank(2000)),
  ])
  expect(both.map(({ kind }) => kind).toSorted()).toEqual(['known', 'recorded'])
  expect(rowsOf(files.path, 'SELECT amount_minor FROM payments')).toEqual([{ amount_minor: 2000 }])
})

test('two that are too much together are not both taken', async () => {
  const other = files.open('second')
  const both = await Promise.all([
    store.payments.recordByHand(task.billId, byBank(3000, 'RF 1')),
    other.payments.recordByHand(task.billId, byBank(3000, 'RF 2')),
  ])
  expect(both.map(({ kind }) => kind).toSorted()).toEqual(['recorded', 'refused'])
})

test('a link that is paid while it is being closed is taken into the books, and said to be too much', async () => {
  await store.payments.recordByHand(task.billId, byBank(2000))
  expect((await store.links.ofBill(task.billId))[0]).toMatchObject({ state: 'closing' })
  await fromService(paidAt(task))
  expect(await store.bills.get(task.billId)).toMatchObject({ state: 'paid' })
  expect(await store.payments.problems()).toMatchObject([{ service: 'stripe', problem: 'paid_twice' }])
})

test('the outside is told that a person recorded it, and what is open', async () => {
  const recorded = await store.payments.recordByHand(task.billId, byBank(2000))
  const id = recorded.kind === 'recorded' ? recorded.id : ''
  await store.payments.withdraw(id, 'it did not come')
  const logs = `SELECT json_extract(body, '$.row.message') AS message, json_extract(body, '$.row.details') AS details
    FROM effects WHERE kind = 'log' AND json_extract(body, '$.row.message') LIKE '%by hand%' ORDER BY seq`
  expect(rowsOf(files.path, logs)).toEqual([
    { message: 'payment of 20.00 EUR by bank, recorded by hand', details: `${id}: 29.00 EUR is left to pay` },
    {
      message: 'payment of 20.00 EUR by bank, recorded by hand: withdrawn',
      details: `${id}: it did not come; 49.00 EUR is left to pay`,
    },
  ])
})

test('withdrawn while the bill over what is more is open, both are to be paid, each at a link of its own', async () => {
  const recorded = await store.payments.recordByHand(task.billId, byBank(4900))
  await billedRow(store, eur(7900))
  const id = recorded.kind === 'recorded' ? recorded.id : ''
  await store.payments.withdraw(id, 'of another client')
  expect(await store.bills.ofTask(task.taskId)).toMatchObject([
    { state: 'unpaid', amount: eur(4900) },
    { state: 'unpaid', amount: eur(3000) },
  ])
  expect(await store.links.wanted()).toMatchObject([{ amount: eur(3000) }])
})

test('what a lost dispute took is kept with its bill until it comes back', async () => {
  await fromService(paidAt(task, { disputes: [disputed('lost')] }))
  expect(await store.bills.get(task.billId)).toMatchObject({ state: 'disputed', returnedMinor: 4900 })
  await fromService(paidAt(task, { disputes: [disputed('won')] }))
  expect(await store.bills.get(task.billId)).toMatchObject({ state: 'paid', returnedMinor: 0 })
})
