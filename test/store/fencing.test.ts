import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterFailure } from '../../src/domain/after-failure.ts'
import { LEASE_MS, LeaseLost, type Claim } from '../../src/kernel/lease.ts'
import type { Store } from '../../src/store/index.ts'
import type { ClaimedRun } from '../../src/store/claims.ts'
import type { StageEnd } from '../../src/store/stage-end.ts'
import { dumpStore, expectAtRest, expectSpendAddsUp, rowsOf } from '../support/books.ts'
import {
  aCall,
  addTo,
  aJudgement,
  anOutput,
  aSettlement,
  ALL_STAGES,
  ANY,
  claimFrom,
  commitDraft,
  FAILED_SERVICE,
  NO_CAPS,
  testStore,
  TO_DONE,
  TO_JUDGE,
  type TestStore,
} from '../support/store.ts'

const FAILURE = {
  errorClass: 'transient',
  reason: 'late',
  service: FAILED_SERVICE,
  retryAfterMs: null,
  jitter: 0,
} as const

/** Every way out of a claim. */
const ENDS: { [Kind in StageEnd['kind']]: (callId: string, outputId: string) => StageEnd } = {
  written: callId => ({
    kind: 'written',
    settlement: aSettlement(callId),
    output: anOutput(),
    next: TO_JUDGE,
  }),
  judged: (callId, outputId) => ({
    kind: 'judged',
    settlement: aSettlement(callId),
    judgement: aJudgement(outputId),
    next: TO_DONE,
  }),
  rested: () => ({ kind: 'rested', settlement: null, next: TO_DONE }),
  failed: callId => ({
    kind: 'failed',
    decide: afterFailure,
    settlement: aSettlement(callId),
    failure: FAILURE,
  }),
  held: () => ({ kind: 'held', settlement: null, hold: { needNano: 1, reason: 'held', notBeforeMs: 0 } }),
  withdrawn: callId => ({ kind: 'withdrawn', settlement: aSettlement(callId), isAnswered: true }),
  released: callId => ({ kind: 'released', settlement: aSettlement(callId), why: 'broken off' }),
}

/** Every transition of a claimed run, as a worker might try it that does not know it has lost its lease. */
const TRANSITIONS: Record<
  string,
  (store: Store, claim: Claim, callId: string, outputId: string) => Promise<unknown>
> = {
  reserve: async (store, claim) => store.stages.reserve(claim, aCall(), NO_CAPS),
  ...Object.fromEntries(
    Object.entries(ENDS).map(([kind, end]) => [
      kind,
      async (store: Store, claim: Claim, callId: string, outputId: string) =>
        store.stages.finish(claim, end(callId, outputId), ANY),
    ]),
  ),
}

interface Lost {
  readonly files: TestStore
  readonly loser: Store
  readonly claim: Claim
  readonly callId: string
  readonly outputId: string
  readonly runId: string
}

/** A worker in the middle of a judgement whose lease ran out, and was taken over by `next`. */
async function lostLease(next: 'another process' | 'the same process'): Promise<Lost> {
  const files = testStore()
  const loser = files.open('loser')
  await addTo(loser)
  const { outputId } = await commitDraft(loser, (await claimFrom(loser)).claim)
  const { claim, run } = await claimFrom(loser)
  const call = aCall({ stage: 'judge' })
  await loser.stages.reserve(claim, call, NO_CAPS)
  await files.clock.advance(LEASE_MS + 1)
  // Something is ready that a commit could take; one that comes too late must not.
  await addTo(loser)
  const heir = next === 'another process' ? files.open('heir') : loser
  expect(await heir.claims.recover()).toBe(1)
  const taken = await claimOf(heir, run.id)
  expect(taken.claim).toMatchObject({ runId: run.id, claimNo: claim.claimNo + 1 })
  return { files, loser, claim, callId: call.id, outputId, runId: run.id }
}

async function claimOf(store: Store, runId: string): Promise<ClaimedRun> {
  const taken = await store.claims.claim({ ...ANY, runIds: [runId] })
  if (taken === null) throw new Error(`${runId} is not ready`)
  return taken
}

/** The store without what a worker may always do: book what it has spent, which is audited. */
function withoutMoney(files: TestStore): Record<string, unknown[]> {
  const { calls: _calls, spend: _spend, audit_log: _log, audit_head: _head, ...rest } = dumpStore(files.path)
  return rest
}

const HEIRS = ['another process', 'the same process'] as const

test.each(HEIRS.flatMap(heir => Object.keys(TRANSITIONS).map(transition => ({ heir, transition }))))(
  'taken over by $heir: a late $transition changes nothing, and books its cost',
  async ({ heir, transition }) => {
    const lost = await lostLease(heir)
    const before = withoutMoney(lost.files)
    const calls = rowsOf(lost.files.path, 'SELECT id FROM calls ORDER BY id')
    const act = TRANSITIONS[transition]
    await expect(act?.(lost.loser, lost.claim, lost.callId, lost.outputId)).rejects.toBeInstanceOf(LeaseLost)
    expect(withoutMoney(lost.files)).toEqual(before)
    expect(rowsOf(lost.files.path, 'SELECT id FROM calls ORDER BY id')).toEqual(calls)
    const settles = ['written', 'judged', 'failed', 'withdrawn', 'released'].includes(transition)
    expect(
      (await lost.loser.ledger.callsOfRun(lost.runId)).find(call => call.id === lost.callId),
    ).toMatchObject(
      settles ? { certainty: 'metered', costNano: 400 } : { certainty: 'unknown', costNano: 1000 },
    )
    expectSpendAddsUp(lost.files.path)
  },
)

test.each(HEIRS)('taken over by %s: a late renewal does not extend the lease', async heir => {
  const { files, loser, claim } = await lostLease(heir)
  const before = dumpStore(files.path)
  expect(await loser.claims.renew(claim)).toBe(false)
  expect(dumpStore(files.path)).toEqual(before)
})

test('a lease that is renewed in time is kept, and one that ran out but was not taken still works', async () => {
  const files = testStore()
  const owner = files.open('owner')
  const other = files.open('other')
  await addTo(owner)
  const { claim } = await claimFrom(owner)
  await files.clock.advance(LEASE_MS - 1)
  expect(await owner.claims.renew(claim)).toBe(true)
  await files.clock.advance(LEASE_MS - 1)
  expect(await other.claims.recover()).toBe(0)
  await files.clock.advance(10_000)
  await commitDraft(owner, claim)
  expect((await owner.runs.get(claim.runId))?.state).toBe('generated')
})

test('a dead process of this machine is not waited for; one elsewhere is, until its lease is over', async () => {
  const files = testStore()
  const here = files.open('here')
  await addTo(here)
  const gone = files.open('gone')
  const first = await claimFrom(gone)
  await gone.stages.reserve(first.claim, aCall(), NO_CAPS)
  files.machine.move('gone')
  expect(await here.claims.recover()).toBe(0)
  files.machine.kill('gone')
  expect(await here.claims.recover()).toBe(1)
  const [call] = await here.ledger.callsOfRun(first.run.id)
  expect(call).toMatchObject({ certainty: 'unknown', costNano: 1000, error: 'no answer: its process died' })
  expect(await here.claims.recover()).toBe(0)

  const far = files.open('far')
  const second = await claimFrom(far)
  files.machine.move('far')
  await files.clock.advance(LEASE_MS)
  expect(await here.claims.recover()).toBe(0)
  await files.clock.advance(1)
  expect(await here.claims.recover()).toBe(1)
  expect((await claimFrom(here)).claim.claimNo).toBe(second.claim.claimNo + 1)
})

test('the open call of a run that was cancelled is booked once its process is gone, wherever that was', async () => {
  for (const fate of ['kill', 'move'] as const) {
    const files = testStore()
    const worker = files.open('worker')
    const { taskId, runId } = await addTo(worker)
    const { claim } = await claimFrom(worker)
    await worker.stages.reserve(claim, aCall(), NO_CAPS)
    const here = files.open('here')
    await here.decisions.cancel(taskId, 'tester')
    files.machine[fate]('worker')
    await files.clock.advance(24 * 3_600_000)
    await here.claims.recover()
    expect(await here.ledger.callsOfRun(runId)).toMatchObject([{ certainty: 'unknown', costNano: 1000 }])
    expectAtRest(files.path)
  }
})

test('an attempt that was interrupted is the same attempt, and counts its interruptions', async () => {
  const files = testStore()
  const here = files.open('here')
  await addTo(here)
  for (let deaths = 0; deaths < 3; deaths += 1) {
    const name = `worker-${String(deaths)}`
    const claimed = await claimFrom(files.open(name))
    expect(claimed).toMatchObject({ interruptions: deaths, run: { attempt: 1 } })
    files.machine.kill(name)
    await here.claims.recover()
  }
})

test('several processes asking at once are each given another run', async () => {
  const files = testStore()
  const stores = ['a', 'b', 'c', 'd'].map(name => files.open(name))
  const [first] = stores
  if (first === undefined) throw new Error('no store')
  for (let tasks = 0; tasks < 10; tasks += 1) await addTo(first)
  const claims = await Promise.all(
    Array.from({ length: 12 }, async (_, index) =>
      stores[index % 4]?.claims.claim({ stages: ALL_STAGES, runIds: null, taskId: null }),
    ),
  )
  const runs = claims.flatMap(claimed => (claimed ? [claimed.run.id] : []))
  expect(runs).toHaveLength(10)
  expect(new Set(runs).size).toBe(10)
})

test('whatever stale claims try, in whatever order, only the holder moves a run', async () => {
  const attempts = fc.array(fc.constantFrom(...Object.keys(TRANSITIONS)), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(attempts, fc.constantFrom(...HEIRS), async (names, heir) => {
      const lost = await lostLease(heir)
      const before = withoutMoney(lost.files)
      for (const name of names) {
        await TRANSITIONS[name]?.(lost.loser, lost.claim, lost.callId, lost.outputId).catch(() => undefined)
      }
      expect(withoutMoney(lost.files)).toEqual(before)
      expectSpendAddsUp(lost.files.path)
    }),
    { seed: 20_261_125, numRuns: 15 },
  )
})
