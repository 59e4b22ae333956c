/** A clock that was ahead and is set right again: nothing waits for the time that it showed. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterFailure, type StageFailure } from '../../src/domain/after-failure.ts'
import { LONGEST_DELIVERY_WAIT_MS, LONGEST_RETRY_AFTER_MS } from '../../src/domain/retry-schedule.ts'
import { LEASE_MS } from '../../src/kernel/lease.ts'
import type { Store } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import {
  addTo,
  aCall,
  ANY,
  aPage,
  aRun,
  claimFrom,
  FAILED_SERVICE,
  NO_CAPS,
  SERVICE,
  testStore,
} from '../support/store.ts'

const DAY_MS = 86_400_000
const FIVE_YEARS_MS = 5 * 365 * DAY_MS
/** Longer than anything may wait. */
const LONGEST_MS = Math.max(LONGEST_DELIVERY_WAIT_MS, 2 * 3_600_000) + 10_000

const FAILED: StageFailure = {
  errorClass: 'transient',
  reason: '503',
  service: null,
  retryAfterMs: LONGEST_RETRY_AFTER_MS,
  jitter: 1,
}

async function fail(store: Store, changes: Partial<StageFailure> = {}): Promise<string> {
  const { claim } = await claimFrom(store)
  await store.stages.finish(
    claim,
    { kind: 'failed', decide: afterFailure, settlement: null, failure: { ...FAILED, ...changes } },
    null,
  )
  return claim.runId
}

async function hold(store: Store, untilMs: number): Promise<string> {
  const { claim } = await claimFrom(store)
  const held = { needNano: 0, reason: 'too many runs', notBeforeMs: untilMs }
  await store.stages.finish(claim, { kind: 'held', settlement: null, hold: held }, null)
  return claim.runId
}

/** Undelivered effects are due again at an instant. */
async function putOff(store: Store, untilMs: number): Promise<number> {
  let count = 0
  for (
    let effects = await store.outbox.claim('notion', 'all');
    effects.length > 0;
    effects = await store.outbox.claim('notion', 'all')
  ) {
    count += effects.length
    await store.outbox.failed(effects, {
      error: '503',
      notBeforeMs: untilMs,
      uncertain: true,
      lookedUp: true,
      dead: null,
    })
  }
  return count
}

test.each([DAY_MS, FIVE_YEARS_MS])(
  'set back by %d ms, all that waited by the wrong clock is due at once',
  async aheadMs => {
    const files = testStore()
    const store = files.open('first')
    await store.pickUps.pickUp(aPage('page'), aRun({ cause: 'tick' }))
    const retried = await fail(store)
    await addTo(store)
    const held = await hold(store, files.clock.now() + 3_600_000)
    expect(await putOff(store, files.clock.now() + 3_600_000)).toBeGreaterThanOrEqual(3)
    await addTo(store)
    const paused = await fail(store, {
      errorClass: 'credential',
      service: FAILED_SERVICE,
    })
    expect(await store.claims.claim(ANY)).toBeNull()
    expect(await store.runs.releaseHeld(NO_CAPS)).toEqual([])

    files.clock.setBack(aheadMs)
    expect(await store.runs.releaseHeld(NO_CAPS)).toEqual([held])
    // The first is the probe of the service that was paused; its success lets the others through.
    const probe = await claimFrom(store)
    await store.pauses.resume(SERVICE.service)
    const given = [probe, await claimFrom(store), await claimFrom(store)].map(({ run }) => run.id)
    expect(given.toSorted()).toEqual([retried, held, paused].toSorted())
    const due = [await store.outbox.claim('notion', 'all'), await store.outbox.claim('notion', 'all')].flat()
    expect(due.map(effect => effect.target)).toContain('page')
  },
)

test('a right clock keeps everything waiting as long as it was told to', async () => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store)
  const retried = await fail(store)
  await files.clock.advance(LONGEST_RETRY_AFTER_MS - 1)
  expect(await store.claims.claim(ANY)).toBeNull()
  await files.clock.advance(1)
  expect((await claimFrom(store)).run.id).toBe(retried)
})

test('what was just added waits for no time at all, however little the clock was ahead', async () => {
  const files = testStore()
  const store = files.open('first')
  await store.pickUps.pickUp(aPage('page'), aRun({ cause: 'tick' }))
  files.clock.setBack(60_000)
  expect(await store.outbox.claim('notion', 'all')).toHaveLength(1)
  expect((await claimFrom(store)).run.state).toBe('generating')
})

test('a lease of another machine that ends later than one can is over', async () => {
  const files = testStore()
  const gone = files.open('gone')
  await gone.pickUps.pickUp(aPage('page'), aRun({ cause: 'tick' }))
  await claimFrom(gone)
  const taken = [await gone.outbox.claim('notion', 'all'), await gone.outbox.claim('notion', 'all')].flat()
  expect(taken.map(({ kind }) => kind)).toEqual(['log', 'page', 'page'])
  files.machine.move('gone')
  files.clock.setBack(DAY_MS)
  const here = files.open('here')
  expect(await here.claims.recover()).toBe(1)
  expect(await here.outbox.claim('notion', 'all')).not.toEqual([])
})

test('a process that lives keeps its lease over a clock that is set back, for as long as a new one lasts', async () => {
  const files = testStore()
  const slow = files.open('slow')
  await slow.pickUps.pickUp(aPage('page'), aRun({ cause: 'tick' }))
  const { claim } = await claimFrom(slow)
  const effects = await slow.outbox.claim('notion', 'all')
  files.clock.setBack(DAY_MS)
  const other = files.open('other')
  expect(await other.claims.recover()).toBe(0)
  expect(await slow.claims.renew(claim)).toBe(true)
  expect(await slow.outbox.renew(effects)).toBe(true)
  await files.clock.advance(LEASE_MS - 1)
  expect(await other.claims.recover()).toBe(0)
  await files.clock.advance(2)
  expect(await other.claims.recover()).toBe(1)
  expect(rowsOf(files.path, 'SELECT owner FROM effects WHERE owner IS NOT NULL')).toEqual([])
})

test('a call that was begun later than now, by a claim that is no more, is given up', async () => {
  const files = testStore()
  const gone = files.open('gone')
  const { taskId } = await addTo(gone)
  const { claim } = await claimFrom(gone)
  await gone.stages.reserve(claim, aCall(), NO_CAPS)
  await gone.decisions.cancel(taskId, 'tester')
  files.machine.move('gone')
  const here = files.open('here')
  await here.claims.recover()
  expect(await here.ledger.callsOfRun(claim.runId)).toMatchObject([{ certainty: 'reserved' }])
  files.clock.setBack(DAY_MS)
  await here.claims.recover()
  expect(await here.ledger.callsOfRun(claim.runId)).toMatchObject([{ certainty: 'unknown' }])
})

test('runs that were made later than now do not count as made within the hour', async () => {
  const files = testStore()
  const store = files.open('first')
  const { taskId } = await addTo(store)
  const since = (): number => files.clock.now() - 3_600_000
  expect(await store.runs.countSince(taskId, since())).toBe(1)
  files.clock.setBack(FIVE_YEARS_MS)
  expect(await store.runs.countSince(taskId, since())).toBe(0)
})

test('the latest call of an operation is the one that was begun last by a right clock', async () => {
  const files = testStore()
  const store = files.open('first')
  const ahead = await store.records.begin('poll', 'tester')
  expect(await store.records.latest()).toMatchObject([{ id: ahead }])
  files.clock.setBack(DAY_MS)
  expect(await store.records.latest()).toMatchObject([{ id: ahead }])
  const right = await store.records.begin('poll', 'tester')
  expect(await store.records.latest()).toMatchObject([{ id: right }])
})

test('a clock that went back is known by what it wrote: by a task, or by a call that changed something', async () => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store)
  expect(await store.records.ahead()).toBeNull()
  files.clock.setBack(1000)
  expect(await store.records.ahead()).toBeNull()
  files.clock.setBack(DAY_MS)
  expect(await store.records.ahead()).toMatchObject({ atMs: files.clock.now() + DAY_MS + 1000 })
  await files.clock.advance(3 * DAY_MS)
  expect(await store.records.ahead()).toBeNull()
  const atMs = files.clock.now()
  await store.records.begin('poll', 'tester')
  files.clock.setBack(DAY_MS)
  expect(await store.records.ahead()).toEqual({ what: 'poll', atMs })
})

test('whatever the clock did, within the longest delay all that waits is due', async () => {
  const turn = fc.record({ back: fc.boolean(), ms: fc.integer({ min: 0, max: FIVE_YEARS_MS }) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(turn, fc.constantFrom('fail', 'hold', 'claim')), { maxLength: 6 }),
      async turns => {
        const files = testStore()
        const store = files.open('first')
        const runIds: string[] = []
        for (const [{ back, ms }, what] of turns) {
          if (back) files.clock.setBack(ms)
          else await files.clock.advance(ms)
          const { runId } = await addTo(store)
          const claimed = await store.claims.claim({ ...ANY, runIds: [runId] })
          if (claimed === null) throw new Error('a new run was not due')
          runIds.push(runId)
          if (what === 'claim') continue
          const end =
            what === 'fail'
              ? ({ kind: 'failed', decide: afterFailure, settlement: null, failure: FAILED } as const)
              : ({
                  kind: 'held',
                  settlement: null,
                  hold: { needNano: 0, reason: 'held', notBeforeMs: files.clock.now() + 3_600_000 },
                } as const)
          await store.stages.finish(claimed.claim, end, null)
        }
        files.machine.move('first')
        const last = files.open('last')
        await files.clock.advance(LONGEST_MS)
        await last.claims.recover()
        await last.runs.releaseHeld(NO_CAPS)
        const given: string[] = []
        for (let left = runIds.length; left > 0; left -= 1) given.push((await claimFrom(last)).run.id)
        expect(given.toSorted()).toEqual(runIds.toSorted())
        store.close()
        last.close()
      },
    ),
    { seed: 20_261_125, numRuns: 20 },
  )
})
