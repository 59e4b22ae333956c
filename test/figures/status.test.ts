/** The one screen: an alarm that is over is none. */
import { expect, test } from 'vitest'
import { hasFailed, statusFigures } from '../../src/figures/status.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import { testStore, addTo, aRun, claimFrom, aCall, aSettlement, NO_CAPS } from '../support/store.ts'

const HOUR_MS = 3_600_000

test.for(['ok', 'partial'] as const)(
  'an operation that died is told of until what takes back its work has ended: %s',
  async end => {
    const shop = testStore()
    const died = shop.open('died')
    const { store, failed } = watched(shop)
    await died.records.begin('deliver', 'cli:ana')
    shop.machine.kill('died')
    expect(await failed()).toBe(true)
    await shop.clock.advance(1000)
    const wrong = await store.records.begin('poll', 'timer')
    await store.records.end(wrong, 'busy', 'locked')
    expect(await failed()).toBe(true)
    const right = await store.records.begin('poll', 'timer')
    await store.records.end(right, end, null)
    expect(await failed()).toBe(false)
  },
)

test('a proof that failed is an alarm for a day, and one of the configuration only while that is wrong', async () => {
  const shop = testStore()
  const { store, failed } = watched(shop)
  const wrong = { outcome: 'failed' as const, detail: 'refused', fix: null }
  await store.proofs.save([{ subject: 'config', ...wrong }])
  // Who reads this could read the configuration.
  expect(await failed()).toBe(false)
  await store.proofs.save([{ subject: 'notion', ...wrong }])
  await shop.clock.advance(23 * HOUR_MS)
  expect(await failed()).toBe(true)
  await shop.clock.advance(2 * HOUR_MS)
  expect(await failed()).toBe(false)
  const { proofs } = await statusFigures(store, SCHEDULE, shop.clock.now())
  expect(proofs).toMatchObject([{ subject: 'notion', outcome: 'failed' }])
})

test('a failed task that is tried again is no alarm, and calls are those that a service may bill', async () => {
  const shop = testStore()
  const { store, failed } = watched(shop)
  const { taskId } = await addTo(store)
  const { claim } = await claimFrom(store)
  for (const certainty of ['unbilled', 'unknown'] as const) {
    const call = aCall({ stage: 'generate' })
    await store.stages.reserve(claim, call, NO_CAPS)
    await store.stages.settle(aSettlement(call.id, { certainty }))
  }
  const next = {
    kind: 'rest',
    state: 'failed_final',
    reason: 'too long',
    errorClass: 'data',
    score: null,
  } as const
  await store.stages.finish(claim, { kind: 'rested', settlement: null, next }, null)
  expect(await failed()).toBe(true)
  await store.decisions.retry(taskId, aRun({ cause: 'retry' }))
  expect(await failed()).toBe(false)
  const { tasks, today } = await statusFigures(store, SCHEDULE, shop.clock.now())
  expect({ queued: tasks['Queued'], failed: tasks['Failed-Final'], calls: today.calls }).toEqual({
    queued: 1,
    failed: 0,
    calls: 1,
  })
})

function watched(shop: ReturnType<typeof testStore>): {
  store: ReturnType<typeof shop.open>
  failed: () => Promise<boolean>
} {
  const store = shop.open('watcher')
  return { store, failed: async () => hasFailed(await statusFigures(store, SCHEDULE, shop.clock.now())) }
}
