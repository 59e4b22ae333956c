/** A stage is committed and the next run taken in one transaction. */
import { beforeEach, expect, test } from 'vitest'
import { afterFailure } from '../../src/domain/after-failure.ts'
import type { Store } from '../../src/store/index.ts'
import type { ClaimedRun } from '../../src/store/claims.ts'
import type { StageEnd } from '../../src/store/stage-end.ts'
import { LeaseLost } from '../../src/kernel/lease.ts'
import { dumpStore, expectAtRest, expectSpendAddsUp, rowsOf } from '../support/books.ts'
import {
  aCall,
  addTo,
  ALL_STAGES,
  anOutput,
  ANY,
  aSettlement,
  claimFrom,
  FAILED_SERVICE,
  NO_CAPS,
  SERVICE,
  testStore,
  TO_FAILED,
  TO_JUDGE,
  type TestStore,
} from '../support/store.ts'
import { changeStore, commitsOf } from './support/store-file.ts'

const RESTED = { kind: 'rested', settlement: null, next: TO_FAILED } as const
const GONE = { kind: 'released', settlement: null, why: 'broken off' } as const

let files: TestStore
let store: Store

beforeEach(() => {
  files = testStore()
  store = files.open('first')
})

/** Adds a task, younger than those before. */
async function add(changes: Parameters<typeof addTo>[1] = {}): ReturnType<typeof addTo> {
  await files.clock.advance(1)
  return addTo(store, changes)
}

/** A draft of the claimed run, whose call was reserved. */
async function draftOf({ claim }: ClaimedRun): Promise<StageEnd> {
  const call = aCall()
  await store.stages.reserve(claim, call, NO_CAPS)
  return { kind: 'written', settlement: aSettlement(call.id), output: anOutput(), next: TO_JUDGE }
}

async function stateOf(runId: string): Promise<string | undefined> {
  return (await store.runs.get(runId))?.state
}

test('one transaction settles, commits, gives up the claim and takes the next run', async () => {
  const first = await add()
  const second = await add({ priority: 'Rush' })
  const claimed = await claimFrom(store)
  const end = await draftOf(claimed)
  const before = commitsOf(files.path)
  const { left, next } = await store.stages.finish(claimed.claim, end, ANY)
  expect(commitsOf(files.path)).toBe(before + 1)
  expect(left).toMatchObject({ id: second.runId, state: 'generated', nextStage: 'judge', owner: null })
  expect(next).toMatchObject({ stage: 'judge', run: { id: second.runId, state: 'judging' } })
  expect(next).toMatchObject({ claim: { claimNo: 2 }, task: { id: second.taskId }, interruptions: 0 })
  expect(await stateOf(first.runId)).toBe('queued')
})

test('where the next run cannot be taken, nothing of the commit stays', async () => {
  await add()
  const other = await add()
  const claimed = await claimFrom(store)
  const end = await draftOf(claimed)
  changeStore(
    files.path,
    `CREATE TRIGGER broken BEFORE INSERT ON attempts BEGIN SELECT RAISE(ABORT, 'not this one'); END`,
  )
  const before = dumpStore(files.path)
  const wanted = { ...ANY, runIds: [other.runId] }
  await expect(store.stages.finish(claimed.claim, end, wanted)).rejects.toThrow('not this one')
  expect(dumpStore(files.path)).toEqual(before)
  changeStore(files.path, 'DROP TRIGGER broken')
  expect((await store.stages.finish(claimed.claim, end, wanted)).next?.run.id).toBe(other.runId)
  expectSpendAddsUp(files.path)
})

test('nothing is taken that was not wanted, and nothing where nothing is ready', async () => {
  const first = await add()
  const second = await add()
  const claimed = await claimFrom(store)
  const { left, next } = await store.stages.finish(claimed.claim, RESTED, null)
  expect([left.id, left.state, next]).toEqual([first.runId, 'failed_final', null])
  expect(await stateOf(second.runId)).toBe('queued')
  const last = await claimFrom(store)
  expect((await store.stages.finish(last.claim, RESTED, ANY)).next).toBeNull()
  expectAtRest(files.path)
})

test('the next run is of the runs, the task and the stages that are wanted', async () => {
  const runs = [await add(), await add(), await add(), await add()]
  const [, second, third, fourth] = runs.map(({ runId }) => runId)
  let { claim } = await claimFrom(store)
  const take = async (wanted: Partial<typeof ANY>): Promise<string | null> => {
    const { next } = await store.stages.finish(claim, RESTED, { ...ANY, ...wanted })
    claim = next?.claim ?? claim
    return next?.run.id ?? null
  }
  expect(await take({ runIds: [third ?? ''] })).toBe(third)
  expect(await take({ taskId: runs[3]?.taskId ?? '' })).toBe(fourth)
  expect(await take({ stages: ALL_STAGES.slice(1, 2) })).toBeNull()
  expect(await stateOf(second ?? '')).toBe('queued')
})

test('a lost lease takes nothing: its cost is booked, and no run is leased', async () => {
  const { taskId } = await add()
  const other = await add()
  const claimed = await claimFrom(store)
  const end = await draftOf(claimed)
  await store.decisions.cancel(taskId, 'tester')
  await expect(store.stages.finish(claimed.claim, end, ANY)).rejects.toBeInstanceOf(LeaseLost)
  expect(await store.ledger.callsOfRun(claimed.run.id)).toMatchObject([
    { certainty: 'metered', costNano: 400 },
  ])
  expect(await stateOf(other.runId)).toBe('queued')
  expectAtRest(files.path)
})

const FAILED = {
  kind: 'failed',
  decide: afterFailure,
  settlement: null,
  failure: {
    errorClass: 'credential',
    reason: '401',
    service: FAILED_SERVICE,
    retryAfterMs: null,
    jitter: 0,
  },
} as const

test('a failure that pauses the service takes nothing that needs it', async () => {
  await add()
  await add()
  const { claim } = await claimFrom(store)
  expect((await store.stages.finish(claim, FAILED, ANY)).next).toBeNull()
  expect(await store.pauses.list()).toMatchObject([{ state: 'open' }])
})

test('a probe that was answered opens the gate for the run that its own commit takes', async () => {
  await add()
  await add()
  const failing = await claimFrom(store)
  await store.stages.finish(failing.claim, FAILED, null)
  await files.clock.advance(5 * 60_000)
  const probe = await claimFrom(store)
  expect(await store.claims.claim(ANY)).toBeNull()
  const { next } = await store.stages.finish(probe.claim, await draftOf(probe), ANY)
  expect(next?.run.id).toBe(failing.run.id)
  expect(await store.pauses.list()).toEqual([])
  expect(await store.claims.claim(ANY)).not.toBeNull()
})

test('a run that is withdrawn ends with its answer, which opens the gate, in one transaction', async () => {
  await add()
  await add()
  const failing = await claimFrom(store)
  await store.stages.finish(failing.claim, FAILED, null)
  await files.clock.advance(5 * 60_000)
  const probe = await claimFrom(store)
  const { settlement } = await draftOf(probe)
  const before = commitsOf(files.path)
  const end = { kind: 'withdrawn', settlement, isAnswered: true } as const
  const { left, next } = await store.stages.finish(probe.claim, end, ANY)
  expect(commitsOf(files.path)).toBe(before + 1)
  expect([left.id, left.state, next?.run.id]).toEqual([probe.run.id, 'cancelled', failing.run.id])
  expect(await store.pauses.list()).toEqual([])
  expect(await store.runs.outputs(left.id)).toEqual([])
  expectSpendAddsUp(files.path)
})

test('a probe of doctor that was answered tells against a run that failed before it', async () => {
  const { runId } = await add()
  await store.stages.finish((await claimFrom(store)).claim, FAILED, null)
  expect(await stateOf(runId)).toBe('queued')
  await files.clock.advance(1)
  const answered = { use: SERVICE, startedMs: files.clock.now() }
  await store.proofs.save([{ subject: 'call', outcome: 'proved', detail: 'x', fix: null, answered }])
  expect(await store.pauses.list()).toEqual([])
  await store.stages.finish((await claimFrom(store)).claim, FAILED, null)
  expect(await stateOf(runId)).toBe('retrying')
})

test('a probe that never asked hands its turn to the run that its own commit takes', async () => {
  const first = await add()
  const second = await add()
  const failing = await claimFrom(store)
  await store.stages.finish(failing.claim, FAILED, null)
  await files.clock.advance(5 * 60_000)
  const probe = await claimFrom(store)
  expect(probe.run.id).toBe(second.runId)
  const { next } = await store.stages.finish(probe.claim, RESTED, ANY)
  expect(next?.run.id).toBe(first.runId)
  expect(await store.pauses.list()).toMatchObject([{ state: 'probing', probeRunId: first.runId }])
})

test('a paused queue gives no new run with a commit, but goes on with one that was started', async () => {
  await add()
  await add()
  const claimed = await claimFrom(store)
  await store.queue.pause('holiday')
  const { next } = await store.stages.finish(claimed.claim, await draftOf(claimed), ANY)
  expect(next).toMatchObject({ stage: 'judge', run: { id: claimed.run.id } })
  expect((await store.stages.finish(next?.claim ?? claimed.claim, RESTED, ANY)).next).toBeNull()
})

test('a run that is given back can be taken again with the same commit, under a new claim', async () => {
  await add()
  const { claim } = await claimFrom(store)
  const { next } = await store.stages.finish(claim, GONE, ANY)
  expect(next?.claim).toEqual({ ...claim, claimNo: claim.claimNo + 1 })
  await expect(store.stages.finish(claim, GONE, ANY)).rejects.toBeInstanceOf(LeaseLost)
  expect(rowsOf(files.path, 'SELECT number, interruptions FROM attempts')).toEqual([
    { number: 1, interruptions: 0 },
  ])
})
