import { expect, test } from 'vitest'
import type { ErrorClass } from '../../src/domain/error-class.ts'
import { sha256 } from '../../src/kernel/digest.ts'
import {
  replayFailures,
  replayTask,
  type ReplayContext,
  type ReplayReport,
} from '../../src/pipeline/replay.ts'
import type { TaskRequest } from '../../src/store/tasks.ts'
import { dumpStore, expectAtRest, rowsOf } from '../support/books.ts'
import { ANY } from '../support/store.ts'
import { briefThat } from '../support/tasks.ts'
import { workshop, type Worker, type Workshop } from '../support/workshop.ts'

const DAY_MS = 86_400_000
const DEFAULTS = { limit: 10, lookbackMs: 14 * DAY_MS }

function contextOf(worker: Worker, changes: Partial<ReplayContext> = {}): ReplayContext {
  return { ...worker.context, actor: 'tester', dryRun: false, concurrency: undefined, ...changes }
}

async function replay(
  worker: Worker,
  changes: Partial<ReplayContext & typeof DEFAULTS> = {},
): Promise<ReplayReport> {
  return replayFailures(contextOf(worker, changes), { ...DEFAULTS, ...changes })
}

/** Adds a task whose run has failed for good in a class, without a call. */
async function failed(
  shop: Workshop,
  errorClass: ErrorClass = 'transient',
  changes: Partial<TaskRequest> = {},
): Promise<{ taskId: string; runId: string }> {
  const ids = await shop.add({ priority: 'Rush', ...changes })
  const services = ANY.stages.map(stage => ({ ...stage, service: 'nobody' }))
  const claimed = await shop.store.claims.claim({ stages: services, runIds: [ids.runId], taskId: null })
  if (claimed === null) throw new Error(ids.runId)
  const next = {
    kind: 'rest',
    state: 'failed_final',
    reason: `it was ${errorClass}`,
    errorClass,
    score: null,
  } as const
  await shop.store.stages.finish(claimed.claim, { kind: 'rested', settlement: null, next }, null)
  await shop.clock.advance(1000)
  return ids
}

function planIn({ priced, replays, skipped }: ReplayReport): unknown {
  return { priced, replays, skipped }
}

test('what is worth it is repeated and worked, what is not is told with its reason and what to do', async () => {
  const shop = await workshop()
  const worth = await failed(shop)
  const slow = await failed(shop, 'throttled', { brief: briefThat('score=60') })
  const never = await failed(shop, 'permanent')
  const other = await shop.add()
  const report = await replay(shop)
  expect(report.queued.map(({ taskId, replayOf }) => ({ taskId, runId: replayOf }))).toEqual([worth, slow])
  expect(report.work?.runs.map(({ status, score }) => [status, score])).toEqual([
    ['Done', 95],
    ['Waiting Human', 60],
  ])
  expect(report.skipped).toMatchObject([
    {
      taskId: never.taskId,
      why: 'class',
      next: `echopilot replay --task ${never.taskId} --brief FILE, with a changed brief; or echopilot task retry ${never.taskId}`,
    },
  ])
  expect(await shop.run(report.queued[0]?.runId ?? '')).toMatchObject({
    cause: 'replay',
    replayOf: worth.runId,
  })
  // The rest of the queue is nothing to it.
  expect((await shop.task(other.taskId)).state).toBe('queued')
})

test('a dry run decides the same and does nothing', async () => {
  const shop = await workshop({ settings: { budget: { day_usd: 0.4 } } })
  for (const errorClass of ['transient', 'data', 'throttled', 'credential'] as const)
    await failed(shop, errorClass)
  const before = dumpStore(shop.storeFile)
  const dry = await replay(shop, { dryRun: true })
  expect(dumpStore(shop.storeFile)).toEqual(before)
  expect(dry).toMatchObject({ queued: [], work: null, priced: { runs: 2 } })
  expect(dry.skipped.map(({ why }) => why)).toEqual(['class', 'budget'])
  expect(planIn(await replay(shop))).toEqual(planIn(dry))
})

test('the price is told before anything is queued or asked', async () => {
  const shop = await workshop()
  const { runId } = await failed(shop)
  const told: string[] = []
  const progress = (line: string): void => {
    if (told.push(line) > 2) return
    expect(rowsOf(shop.storeFile, 'SELECT id FROM runs')).toEqual([{ id: runId }])
  }
  const { priced, replays } = await replay(shop, { progress })
  expect(told.slice(0, 2)).toEqual([
    `1 replay, at most $${priced.atMostUsd} together`,
    `  Spring opening: at most $${replays[0]?.atMostUsd ?? ''} (transient: it was transient)`,
  ])
  expect(Number(priced.atMostUsd)).toBeGreaterThan(0)
})

test('by when it failed: what is older than the span is not looked at; at most so many, the oldest first', async () => {
  const shop = await workshop()
  await failed(shop)
  const [second, third] = [await failed(shop), await failed(shop)]
  await shop.clock.advance(14 * DAY_MS - 2500)
  const report = await replay(shop, { limit: 1 })
  expect(report.replays.map(({ replayOf }) => replayOf)).toEqual([second.runId])
  expect(report.skipped).toMatchObject([{ taskId: third.taskId, why: 'limit' }])
})

test('twice a task, and not more: a replay that fails is a failure like any other', async () => {
  const shop = await workshop()
  const { taskId, runId } = await failed(shop)
  await shop.fault({ type: 'status', status: 500 }, { path: '/v1/chat/completions' }, 1000)
  let newest = runId
  for (let count = 1; count <= 2; count += 1) {
    const { queued } = await replay(shop)
    expect(queued).toMatchObject([{ taskId, replayOf: newest }])
    while ((await shop.task(taskId)).state !== 'failed_final') {
      await shop.clock.advance(DAY_MS / 24)
      await shop.drain()
    }
    newest = queued[0]?.runId ?? ''
  }
  expect(await replay(shop)).toMatchObject({
    queued: [],
    skipped: [{ taskId, why: 'replays', next: `echopilot replay --task ${taskId}, to force one more` }],
  })
  expect((await shop.task(taskId)).runNumber).toBe(3)
})

test('what would ask a service that is not called for now waits for another day', async () => {
  const shop = await workshop()
  await failed(shop)
  await shop.add()
  await shop.fault({ type: 'status', status: 401 }, { path: '/v1/chat/completions' }, 50)
  await shop.drain()
  expect(await shop.store.pauses.list()).toMatchObject([{ cause: 'credential' }])
  const report = await replay(shop)
  expect(report).toMatchObject({
    queued: [],
    work: null,
    skipped: [{ why: 'paused', next: 'echopilot service list' }],
  })
  // Another key is another pause.
  const mended = shop.hire({ key: 'sk-sandbox-other' })
  expect((await replay(mended, { dryRun: true })).replays).toHaveLength(1)
})

test('of a task that has moved on since it was looked at nothing is repeated', async () => {
  const shop = await workshop()
  const { taskId } = await failed(shop)
  const { taskId: dismissed } = await failed(shop)
  const other = await failed(shop)
  const { replays } = shop.store
  const queue: typeof replays.queue = async (id, wanted) => {
    if (id === taskId) await shop.retry(taskId)
    if (id === dismissed) await shop.store.decisions.dismiss(dismissed, 'tester')
    return replays.queue(id, wanted)
  }
  const report = await replay(shop, { store: { ...shop.store, replays: { ...replays, queue } } })
  expect(report.queued.map(each => each.taskId)).toEqual([other.taskId])
  expect(report.skipped).toMatchObject([
    { taskId, why: 'changed' },
    { taskId: dismissed, why: 'changed' },
  ])
})

test('told to stop, it queues no more; what it queued is for the next poll', async () => {
  const shop = await workshop()
  await failed(shop)
  await failed(shop)
  const stop = new AbortController()
  const { replays } = shop.store
  const queue: typeof replays.queue = async (taskId, wanted) => {
    stop.abort()
    return replays.queue(taskId, wanted)
  }
  const report = await replay(shop, {
    stop: stop.signal,
    store: { ...shop.store, replays: { ...replays, queue } },
  })
  expect(report).toMatchObject({
    priced: { runs: 2 },
    work: { interrupted: true, runs: [{ status: 'Queued' }] },
  })
  await shop.drain()
  expect((await shop.store.replays.failedSince(0)).length).toBe(1)
  expectAtRest(shop.storeFile)
})

test('one that is forced stands beside what it repeats, on the brief that was edited for it', async () => {
  const shop = await workshop()
  const { taskId, runId } = await shop.add({ brief: briefThat('score=61') })
  await shop.drain()
  await shop.store.decisions.approve(taskId, 'tester')
  const brief = briefThat('score=97')
  const report = await replayTask(contextOf(shop), { task: taskId, brief })
  expect(report.comparison).toMatchObject({
    old: { runId, status: 'Done', score: 61, briefDigest: sha256(briefThat('score=61')) },
    new: { status: 'Done', score: 97, briefDigest: sha256(brief), reason: 'scored 97, needed 80' },
  })
  const [, latest] = await shop.outputs(runId)
  expect(report.comparison?.old.result).toBe(latest?.text)
  expect(report.comparison?.new?.result).toContain('14 Quay Street')
  expect(Number(report.comparison?.new?.costUsd)).toBeGreaterThan(0)
  expect(report.replays).toMatchObject([{ replayOf: runId, failedAt: null, briefDigest: sha256(brief) }])
})

test('forced, what is permanent, dismissed or replayed twice is repeated all the same', async () => {
  const shop = await workshop()
  const { taskId } = await failed(shop, 'permanent', { brief: briefThat('refuse') })
  await shop.store.decisions.dismiss(taskId, 'tester')
  for (let count = 2; count <= 4; count += 1) {
    const { comparison } = await replayTask(contextOf(shop), { task: taskId, brief: null })
    expect(comparison?.new).toMatchObject({ status: 'Failed-Final' })
    expect((await shop.task(taskId)).runNumber).toBe(count)
  }
})

test('forced, a dry run prices it and shows the old side alone', async () => {
  const shop = await workshop()
  const { taskId } = await failed(shop, 'permanent')
  const before = dumpStore(shop.storeFile)
  const dry = await replayTask(contextOf(shop, { dryRun: true }), { task: taskId, brief: 'x'.repeat(9000) })
  expect(dumpStore(shop.storeFile)).toEqual(before)
  expect(dry).toMatchObject({ queued: [], comparison: { old: { status: 'Failed-Final' }, new: null } })
  expect(planIn(await replayTask(contextOf(shop), { task: taskId, brief: 'x'.repeat(9000) }))).toEqual(
    planIn(dry),
  )
})

test.each([true, false])('a run that has not ended is not repeated (dry run: %s)', async dryRun => {
  const shop = await workshop()
  const { taskId } = await shop.add()
  await expect(replayTask(contextOf(shop, { dryRun }), { task: taskId, brief: null })).rejects.toMatchObject({
    kind: 'refused',
    hint: 'echopilot poll --drain',
  })
  expect((await shop.task(taskId)).runNumber).toBe(1)
})

test('forced, a run is held by a cap as any other', async () => {
  const shop = await workshop()
  const { taskId } = await failed(shop)
  const poor = shop.hire({ settings: { budget: { task_usd: 0.000001 } } })
  expect((await replay(poor, { dryRun: true })).skipped).toMatchObject([{ why: 'budget' }])
  const { comparison, work } = await replayTask(contextOf(poor), { task: taskId, brief: null })
  expect(comparison?.new).toMatchObject({ status: 'Held' })
  expect(work?.waiting.held).toBe(1)
})

test('forced, what would ask a service that is not called for now is busy', async () => {
  const shop = await workshop()
  const { taskId } = await failed(shop)
  await shop.add()
  await shop.fault({ type: 'status', status: 401 }, { path: '/v1/chat/completions' }, 50)
  await shop.drain()
  await expect(replayTask(contextOf(shop), { task: taskId, brief: null })).rejects.toMatchObject({
    kind: 'busy',
  })
})
