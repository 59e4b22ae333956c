import { expect, test } from 'vitest'
import type { NewReplay } from '../../src/store/replays.ts'
import type { Store } from '../../src/store/index.ts'
import type { Rest } from '../../src/store/stage-end.ts'
import { dumpStore, rowsOf } from '../support/books.ts'
import { addTo, aPage, aRun, claimFrom, testStore, TO_FAILED, type TestStore } from '../support/store.ts'

const TRANSIENT: Rest = { ...TO_FAILED, errorClass: 'transient', reason: 'HTTP 500' }

async function failNext(store: Store, next: Rest = TRANSIENT): Promise<string> {
  const { claim } = await claimFrom(store)
  await store.stages.finish(claim, { kind: 'rested', settlement: null, next }, null)
  return claim.runId
}

async function failedTask(store: Store): Promise<{ taskId: string; runId: string }> {
  const ids = await addTo(store)
  await failNext(store)
  return ids
}

function aReplay(replayOf: string, most: number | null = 2, ownBrief?: string): NewReplay {
  return { replayOf, most, run: aRun({ cause: 'replay', ...(ownBrief === undefined ? {} : { ownBrief }) }) }
}

function opened(): { files: TestStore; store: Store } {
  const files = testStore()
  return { files, store: files.open('first') }
}

test('what failed since an instant is listed by when it failed, the oldest first, with what decides about it', async () => {
  const { files, store } = opened()
  const early = await failedTask(store)
  await files.clock.advance(1000)
  const sinceMs = files.clock.now()
  // Added first, failed last.
  const late = await addTo(store)
  await files.clock.advance(1000)
  await store.tasks.add(
    { ...(await taskOf(store, late.taskId)), priority: 'Rush' },
    aRun({ priority: 'Rush' }),
  )
  await failNext(store, TO_FAILED)
  await files.clock.advance(1000)
  await failNext(store)
  const all = await store.replays.failedSince(0)
  expect(all.map(({ errorClass }) => errorClass)).toEqual(['transient', 'data', 'transient'])
  expect(all[0]).toMatchObject({ ...early, replays: 0, isDismissed: false })
  const listed = await store.replays.failedSince(sinceMs)
  expect(listed.map(({ failedMs }) => failedMs - sinceMs)).toEqual([1000, 2000])
  expect(listed[1]?.taskId).toBe(late.taskId)
})

async function taskOf(store: Store, taskId: string) {
  const task = await store.tasks.get(taskId)
  if (task === null) throw new Error(taskId)
  return task
}

test('a failure that another run came after is none any more', async () => {
  const { store } = opened()
  const { taskId } = await failedTask(store)
  await store.decisions.retry(taskId, aRun({ cause: 'retry' }))
  expect(await store.replays.failedSince(0)).toEqual([])
})

test('a replay names the run that it repeats, and that one names it', async () => {
  const { files, store } = opened()
  const { taskId, runId } = await failedTask(store)
  const queued = await store.replays.queue(taskId, aReplay(runId))
  expect(queued).toMatchObject({ kind: 'decided', state: 'queued' })
  expect(await store.runs.get(queued.runId)).toMatchObject({ cause: 'replay', replayOf: runId, number: 2 })
  expect((await store.runs.events(queued.runId)).map(({ what }) => what)).toEqual([`replay of ${runId}`])
  expect((await store.runs.events(runId)).at(-1)?.what).toBe(`replayed as ${queued.runId}`)
  expect(rowsOf(files.path, `SELECT * FROM effects`)).toEqual([])
})

test('a run is replayed once, however often and by however many that is asked for', async () => {
  const { files, store } = opened()
  const { taskId, runId } = await failedTask(store)
  const other = files.open('second')
  const results = await Promise.all(
    [store, other, store, other].map(async each => each.replays.queue(taskId, aReplay(runId))),
  )
  expect(results.map(({ kind }) => kind).toSorted()).toEqual(['decided', 'refused', 'refused', 'refused'])
  await failNext(store)
  // Not the newest run any more.
  const before = dumpStore(files.path)
  expect(await store.replays.queue(taskId, aReplay(runId, null))).toMatchObject({ kind: 'refused' })
  expect(dumpStore(files.path)).toEqual(before)
})

test('at most two replays of a task; a third only where a person forces it', async () => {
  const { store } = opened()
  const { taskId, runId } = await failedTask(store)
  let newest = runId
  for (let count = 1; count <= 2; count += 1) {
    const { kind, runId: next } = await store.replays.queue(taskId, aReplay(newest))
    expect(kind).toBe('decided')
    await failNext(store)
    newest = next
    expect(await store.replays.failedSince(0)).toMatchObject([{ runId: newest, replays: count }])
  }
  expect((await store.replays.queue(taskId, aReplay(newest))).kind).toBe('refused')
  expect((await store.replays.queue(taskId, aReplay(newest, null))).kind).toBe('decided')
})

test('what was dismissed, or did not fail, is repeated only where a person forces it', async () => {
  const { store } = opened()
  const { taskId, runId } = await failedTask(store)
  await store.decisions.dismiss(taskId, 'tester')
  expect(await store.replays.failedSince(0)).toMatchObject([{ isDismissed: true }])
  expect((await store.replays.queue(taskId, aReplay(runId))).kind).toBe('refused')
  const forced = await store.replays.queue(taskId, aReplay(runId, null))
  expect(forced.kind).toBe('decided')
  // Open now.
  expect((await store.replays.queue(taskId, aReplay(forced.runId, null))).kind).toBe('refused')
  await store.decisions.cancel(taskId, 'tester')
  expect((await store.replays.queue(taskId, aReplay(forced.runId))).kind).toBe('refused')
  expect((await store.replays.queue(taskId, aReplay(forced.runId, null))).kind).toBe('decided')
})

test('an edited brief is that of its run: the task and earlier runs keep theirs, later goes take it over', async () => {
  const { files, store } = opened()
  const { taskId, runId } = await failedTask(store)
  const { brief } = await taskOf(store, taskId)
  await store.replays.queue(taskId, aReplay(runId, null, 'Shorter.'))
  const claimed = await claimFrom(store)
  expect(claimed.task.brief).toBe('Shorter.')
  expect((await taskOf(store, taskId)).brief).toBe('Shorter.')
  expect((await store.runs.get(runId))?.ownBrief).toBeNull()
  expect(rowsOf(files.path, 'SELECT brief FROM tasks')).toEqual([{ brief }])
  await store.stages.finish(claimed.claim, { kind: 'rested', settlement: null, next: TRANSIENT }, null)
  await store.decisions.retry(taskId, aRun({ cause: 'retry' }))
  expect((await claimFrom(store)).task.brief).toBe('Shorter.')
})

test('a tick begins with what the row says now, not with what was edited for a replay', async () => {
  const { store } = opened()
  await store.pickUps.pickUp(aPage('page'), aRun({ cause: 'tick' }))
  const runId = await failNext(store)
  const taskId = (await store.runs.get(runId))?.taskId ?? ''
  await store.replays.queue(taskId, aReplay(runId, null, 'Shorter.'))
  await failNext(store)
  await confirmTick(store)
  await store.pickUps.pickUp({ ...aPage('page'), brief: 'Longer.' }, aRun({ cause: 'tick' }))
  expect((await claimFrom(store)).task.brief).toBe('Longer.')
})

/** Delivers what waits, so that the untick is confirmed. */
async function confirmTick(store: Store): Promise<void> {
  for (;;) {
    const claimed = await store.outbox.claim('notion', 'all')
    if (claimed.length === 0) return
    await store.outbox.delivered(claimed, null, null)
  }
}

test('the board hears of a replay: its state, and a row of the log that names what it repeats', async () => {
  const { files, store } = opened()
  await store.pickUps.pickUp(aPage('page'), aRun({ cause: 'tick' }))
  const runId = await failNext(store)
  const taskId = (await store.runs.get(runId))?.taskId ?? ''
  const { runId: next } = await store.replays.queue(taskId, aReplay(runId))
  const told = rowsOf<{ key: string; body: string }>(
    files.path,
    `SELECT key, body FROM effects WHERE subject_id = '${next}' ORDER BY seq`,
  )
  expect(told.map(({ key }) => key)).toEqual([`${next}/page/1`, `${next}/log/replay`])
  expect(told[0]?.body).toContain('"status":"Queued"')
  expect(told[1]?.body).toContain(`replay of ${runId}`)
})

test('what counts towards the caps of a task is told', async () => {
  const { store } = opened()
  const { taskId } = await addTo(store, { client: 'Acme' })
  const spent = await store.replays.spent({ taskId, client: 'Acme' })
  expect(spent.map(({ scope, nano }) => [scope, nano])).toEqual([
    ['task', 0],
    ['client_month', 0],
    ['day', 0],
    ['month', 0],
  ])
})
