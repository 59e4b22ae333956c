import { expect, test } from 'vitest'
import { afterFailure } from '../../src/domain/after-failure.ts'
import type { Store } from '../../src/store/index.ts'
import {
  addTo,
  aJudgement,
  aRun,
  ALL_STAGES,
  aCall,
  aSettlement,
  claimFrom,
  commitDraft,
  FAILED_SERVICE,
  NO_CAPS,
  SERVICE,
  testStore,
  TO_DONE,
} from '../support/store.ts'
import Database from 'better-sqlite3'

async function doneRun(
  store: Store,
): Promise<{ taskId: string; runId: string; outputId: string; callId: string; judgementId: string }> {
  const ids = await addTo(store)
  const { outputId, callId } = await commitDraft(store, (await claimFrom(store)).claim)
  const { claim } = await claimFrom(store)
  const call = aCall({ stage: 'judge' })
  await store.stages.reserve(claim, call, NO_CAPS)
  const judgement = aJudgement(outputId)
  const end = { kind: 'judged', settlement: aSettlement(call.id), judgement, next: TO_DONE } as const
  await store.stages.finish(claim, end, null)
  return { ...ids, outputId, callId, judgementId: judgement.id }
}

test('everything that is printed is found by its whole id and by a prefix that fits it alone', async () => {
  const store = testStore().open('first')
  const { taskId, runId, outputId, callId, judgementId } = await doneRun(store)
  const recordId = await store.records.begin('poll', 'tester')
  const kinds = {
    task: taskId,
    run: runId,
    output: outputId,
    call: callId,
    judgement: judgementId,
    record: recordId,
  }
  for (const [kind, id] of Object.entries(kinds)) {
    expect(await store.lookup.find(id)).toEqual({ kind: 'found', found: { kind, id } })
    if (kind === 'call') continue
    expect(await store.lookup.find(id.slice(0, -1))).toEqual({ kind: 'found', found: { kind, id } })
  }
  for (const kind of ['output', 'call', 'judgement'] as const) {
    expect(await store.lookup.runOf(kind, kinds[kind])).toBe(runId)
  }
})

test('attempts are found by their number, and only those there are', async () => {
  const store = testStore().open('first')
  const { runId, taskId } = await doneRun(store)
  const found = { kind: 'attempt', id: `${runId}/1`, runId, number: 1 }
  expect(await store.lookup.find(`${runId}/1`)).toEqual({ kind: 'found', found })
  expect(await store.lookup.find(`${runId.slice(0, 12)}/1`)).toEqual({ kind: 'found', found })
  for (const text of [`${runId}/2`, `${runId}/0`, `${runId}/x`, `${runId}/`, `${taskId}/1`]) {
    expect(await store.lookup.find(text)).toEqual({ kind: 'none' })
  }
})

test('a prefix that fits several is ambiguous and names some; one that fits none is none; no wildcard works', async () => {
  const store = testStore().open('first')
  const first = await addTo(store)
  for (let tasks = 0; tasks < 9; tasks += 1) await addTo(store)
  const lookup = await store.lookup.find(first.taskId.slice(0, 8))
  expect(lookup).toMatchObject({ kind: 'ambiguous' })
  expect(lookup.kind === 'ambiguous' ? lookup.ids : []).toHaveLength(5)
  for (const text of [
    'task_zzzz',
    'nothing',
    '%',
    'task_%',
    `${first.taskId.slice(0, -1)}_`,
    `${first.taskId}x`,
    `${first.taskId}'`,
    '',
  ]) {
    const found = await store.lookup.find(text)
    expect(found.kind === 'found').toBe(false)
  }
  expect(await store.lookup.find(first.taskId)).toMatchObject({ kind: 'found' })
})

test('work is given out by priority, then by age', async () => {
  const files = testStore()
  const store = files.open('first')
  const order: string[] = []
  for (const priority of ['Normal', 'Low', 'Rush', 'Normal', 'High'] as const) {
    await files.clock.advance(1)
    order.push((await addTo(store, { priority })).runId)
  }
  const wanted = [2, 4, 0, 3, 1].map(index => order[index])
  const ready = await store.runs.ready(ALL_STAGES, null, 10)
  expect(ready.map(({ run }) => run.id)).toEqual(wanted)
  const given: string[] = []
  for (let claims = 0; claims < 5; claims += 1) given.push((await claimFrom(store)).run.id)
  expect(given).toEqual(wanted)
  expect(await store.claims.claim({ stages: ALL_STAGES, runIds: null, taskId: null })).toBeNull()
})

test('a claim can be for some stages, some runs or one task only', async () => {
  const store = testStore().open('first')
  const first = await addTo(store)
  const second = await addTo(store)
  const claim = async (request: Partial<Parameters<Store['claims']['claim']>[0]>): Promise<string | null> =>
    (await store.claims.claim({ stages: ALL_STAGES, runIds: null, taskId: null, ...request }))?.run.id ?? null
  expect(await claim({ stages: ALL_STAGES.slice(1) })).toBeNull()
  expect(await claim({ runIds: [] })).toBeNull()
  expect(await claim({ taskId: 'task_other' })).toBeNull()
  expect(await claim({ runIds: [second.runId] })).toBe(second.runId)
  expect(await claim({ taskId: first.taskId })).toBe(first.runId)
})

test('a paused queue gives out no new work, and lets what was started go on', async () => {
  const store = testStore().open('first')
  await addTo(store)
  await commitDraft(store, (await claimFrom(store)).claim)
  await addTo(store)
  expect(await store.as('ana').queue.pause('holiday')).toBe(true)
  expect(await store.as('bob').queue.pause('another reason')).toBe(false)
  expect(await store.queue.paused()).toMatchObject({ reason: 'holiday', actor: 'ana' })
  expect((await claimFrom(store)).stage).toBe('judge')
  expect(await store.claims.claim({ stages: ALL_STAGES, runIds: null, taskId: null })).toBeNull()
  expect(await store.runs.ready(ALL_STAGES, null, 10)).toEqual([])
  expect(await store.queue.resume()).toBe(true)
  expect(await store.queue.resume()).toBe(false)
  expect((await claimFrom(store)).stage).toBe('generate')
})

test('lists are newest first, filtered by state and client, and no longer than asked', async () => {
  const files = testStore()
  const store = files.open('first')
  const ids: string[] = []
  for (const client of ['Acme', 'Bolt', 'Acme', null]) {
    await files.clock.advance(1)
    ids.push((await addTo(store, { client })).taskId)
  }
  await store.decisions.cancel(ids[0] ?? '', 'tester')
  const list = async (filter: Partial<Parameters<Store['tasks']['list']>[0]>): Promise<string[]> =>
    (await store.tasks.list({ states: null, client: null, limit: 10, ...filter })).map(task => task.id)
  expect(await list({})).toEqual(ids.toReversed())
  expect(await list({ client: 'Acme' })).toEqual([ids[2], ids[0]])
  expect(await list({ states: ['cancelled'] })).toEqual([ids[0]])
  expect(await list({ states: [] })).toEqual([])
  expect(await list({ limit: 1 })).toEqual([ids[3]])
})

test('a receipt is open until the run ends, then sealed; a seal that was tampered with is not intact', async () => {
  const files = testStore()
  const store = files.open('first')
  const open = await addTo(store)
  expect(await store.receipts.get(open.runId)).toMatchObject({
    seal: null,
    core: { state: 'queued', endedAt: null },
  })
  expect(await store.receipts.get('run_none')).toBeNull()
  await store.decisions.cancel(open.taskId, 'tester')
  const { runId } = await doneRun(store)
  const receipt = await store.receipts.get(runId)
  expect(receipt?.seal?.intact).toBe(true)
  expect(receipt?.core).toMatchObject({
    state: 'done',
    score: 90,
    totals: { calls: 2, costNano: 800, inputTokens: 20, outputTokens: 40, uncertainNano: 0 },
  })
  expect(JSON.stringify(receipt?.core)).not.toContain('Spring opening')
  const db = new Database(files.path)
  db.prepare(`UPDATE receipts SET core = replace(core, '"score":90', '"score":99')`).run()
  db.close()
  expect((await store.receipts.get(runId))?.seal?.intact).toBe(false)
})

test('a run has its events in order, each with its state and who did it', async () => {
  const store = testStore().open('first')
  const { runId } = await doneRun(store)
  expect((await store.runs.events(runId)).map(event => [event.state, event.what, event.actor])).toEqual([
    ['queued', 'added', 'tester'],
    ['generating', 'generate begins', 'pipeline'],
    ['generating', 'generate committed (complete)', 'pipeline'],
    ['judging', 'judge begins', 'pipeline'],
    ['judging', 'judged 90', 'pipeline'],
    ['done', 'scored 90, needed 80', 'pipeline'],
  ])
})

test('an operation that never said how it ended is seen to have died once its process is gone', async () => {
  const files = testStore()
  const here = files.open('here')
  const id = await files.open('gone').records.begin('poll', 'tester')
  expect((await here.records.get(id))?.outcome).toBeNull()
  files.machine.kill('gone')
  expect((await here.records.get(id))?.outcome).toBe('died')
  await files.clock.advance(1)
  const next = await here.records.begin('poll', 'tester')
  await here.records.end(next, 'ok', null)
  expect(await here.records.latest()).toMatchObject([{ id: next, outcome: 'ok' }])
})

test('a proof remembers when it was last proved and what was found before', async () => {
  const files = testStore()
  const store = files.open('first')
  const probe = async (outcome: 'proved' | 'failed'): Promise<unknown> =>
    (await store.proofs.save([{ subject: 'disk', outcome, detail: outcome, fix: null }]))[0]
  const first = files.clock.now()
  expect(await probe('proved')).toMatchObject({ lastProvedMs: first, previous: null })
  await files.clock.advance(1000)
  expect(await probe('failed')).toMatchObject({ atMs: first + 1000, lastProvedMs: first, previous: 'proved' })
})

test('a service is named as paused until the operator clears it, or a call goes through', async () => {
  const store = testStore().open('first')
  await addTo(store)
  const { claim } = await claimFrom(store)
  const failure = {
    errorClass: 'credential',
    reason: '401',
    service: FAILED_SERVICE,
    retryAfterMs: null,
    jitter: 0,
  } as const
  await store.stages.finish(claim, { kind: 'failed', decide: afterFailure, settlement: null, failure }, null)
  expect(await store.pauses.list()).toMatchObject([{ service: SERVICE.service, cause: 'credential' }])
  expect(await store.runs.countWaiting(ALL_STAGES.slice(0, 1))).toBe(1)
  expect(await store.pauses.resume(SERVICE.service)).toBe(1)
  expect(await store.pauses.resume(SERVICE.service)).toBe(0)
  expect((await claimFrom(store)).run.attempt).toBe(1)
})

test('runs of one task are numbered, and only one is open at a time', async () => {
  const store = testStore().open('first')
  const { taskId } = await addTo(store)
  expect(await store.decisions.retry(taskId, aRun({ cause: 'retry' }))).toMatchObject({ kind: 'refused' })
  await store.decisions.cancel(taskId, 'tester')
  await store.decisions.retry(taskId, aRun({ cause: 'retry' }))
  expect((await store.runs.ofTask(taskId)).map(run => [run.number, run.state])).toEqual([
    [1, 'cancelled'],
    [2, 'queued'],
  ])
})

test('tasks are counted by their latest run, whatever became of those before', async () => {
  const store = testStore().open('a')
  const counts = async (): Promise<Record<string, number>> =>
    Object.fromEntries(Object.entries(await store.runs.countByState()).filter(([, tasks]) => tasks > 0))
  const done = await doneRun(store)
  const retried = await doneRun(store)
  await addTo(store)
  expect(await counts()).toEqual({ done: 2, queued: 1 })
  await store.decisions.retry(retried.taskId, aRun({ cause: 'retry' }))
  expect(await counts()).toEqual({ done: 1, queued: 2 })
  await store.decisions.cancel(retried.taskId, 'cli:ana')
  await store.decisions.retry(retried.taskId, aRun({ cause: 'retry' }))
  expect(await counts()).toEqual({ done: 1, queued: 2 })
  expect((await store.tasks.get(done.taskId))?.state).toBe('done')
})

test('the oldest that waits is one that could be worked on now', async () => {
  const shop = testStore()
  const { clock } = shop
  const store = shop.open('a')
  expect(await store.runs.oldestWaitingMs()).toBeNull()
  const since = clock.now()
  await addTo(store)
  await clock.advance(60_000)
  expect(await store.runs.oldestWaitingMs()).toBe(since)
  // While the queue is paused nothing new is taken, so nothing waits to be.
  await store.queue.pause('lunch')
  expect(await store.runs.oldestWaitingMs()).toBeNull()
  await store.queue.resume()
  // Somebody works on it.
  const { claim } = await claimFrom(store)
  expect(await store.runs.oldestWaitingMs()).toBeNull()
  const hold = { needNano: 1, reason: 'held', notBeforeMs: clock.now() }
  await store.stages.finish(claim, { kind: 'held', settlement: null, hold }, null)
  expect(await store.runs.oldestWaitingMs()).toBeNull()
})
