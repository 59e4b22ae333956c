import { expect, test } from 'vitest'
import { workshop } from '../support/workshop.ts'

const CALL = {
  id: 'call_1',
  service: 'api.example.com',
  model: 'gpt-4o',
  reservedNano: 1_000_000,
  priceBasis: 'table',
  priceVersion: 'v',
} as const
const NO_CAPS = { taskNano: null, clientMonthNano: null, dayNano: null, monthNano: null }
const ENDED = {
  callId: CALL.id,
  usage: null,
  price: null,
  note: null,
  answeredModel: null,
  serviceTier: null,
  requestId: null,
  error: null,
} as const

test('a probe whose process dies stays on the books at its reservation, as uncertain', async () => {
  const shop = await workshop()
  await shop.store.proofCalls.book(CALL, NO_CAPS)
  const later = shop.hire()
  await later.store.claims.recover()
  expect(await later.store.ledger.summary('2000-01-01', '2999-01-01')).toMatchObject({
    calls: 1,
    totalNano: 1_000_000,
    uncertainNano: 1_000_000,
  })
})

test('a probe is settled once', async () => {
  const { store } = await workshop()
  await store.proofCalls.book(CALL, NO_CAPS)
  const metered = { ...ENDED, certainty: 'metered', costNano: 400 } as const
  expect(await store.proofCalls.settle(metered)).toBe(400)
  expect(await store.proofCalls.settle({ ...metered, costNano: 500 })).toBe(0)
  expect(await store.ledger.summary('2000-01-01', '2999-01-01')).toMatchObject({
    calls: 1,
    totalNano: 400,
    uncertainNano: 0,
  })
})

test('a probe that a cap of the day or the month has no room for is not booked', async () => {
  const { store } = await workshop()
  for (const caps of [{ dayNano: 999_999 }, { monthNano: 999_999 }]) {
    expect(await store.proofCalls.book(CALL, { ...NO_CAPS, ...caps })).not.toBeNull()
  }
  expect(await store.proofCalls.book(CALL, { ...NO_CAPS, taskNano: 0, clientMonthNano: 0 })).toBeNull()
  expect((await store.ledger.summary('2000-01-01', '2999-01-01')).calls).toBe(1)
  // What it holds is not free for runs.
  expect(
    await store.proofCalls.book({ ...CALL, id: 'call_2' }, { ...NO_CAPS, dayNano: 1_500_000 }),
  ).toMatchObject({
    scope: 'day',
    spentNano: 1_000_000,
  })
})
