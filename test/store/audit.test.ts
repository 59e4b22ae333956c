/** The audit chain: what is in it, and that it is written with what it tells of. */
import { expect, test } from 'vitest'
import { CHANGES } from '../../src/store/changes.ts'
import { dumpStore, expectChainHolds, rowsOf } from '../support/books.ts'
import { addTo, aRun, claimFrom, testStore, TO_FAILED } from '../support/store.ts'
import { changeStore } from './support/store-file.ts'
import { auditedDay } from './support/busy-day.ts'

interface Row {
  readonly seq: number
  readonly actor: string
  readonly kind: string
  readonly subjects: string
  readonly program_commit: string
}

function chainOf(path: string): Row[] {
  return rowsOf<Row>(path, 'SELECT * FROM audit_log ORDER BY seq')
}

function kindsOf(path: string): string[] {
  return chainOf(path).map(({ kind }) => kind)
}

const AUDITED = Object.entries(CHANGES).flatMap(([kind, { audited }]) => (audited ? [kind] : []))

test('every audited kind of change is in the chain and says what it was about, and nothing else is', async () => {
  const files = testStore()
  await auditedDay(files, 'zanzibar')
  const begun = new Set(['audit.begin', 'store.migrate'])
  const changes = chainOf(files.path).filter(({ kind }) => !begun.has(kind))
  expect([...new Set(changes.map(({ kind }) => kind))].toSorted()).toEqual(AUDITED.toSorted())
  expect(changes.filter(({ subjects }) => subjects === '{}')).toEqual([])
  expectChainHolds(files.path)
})

test('no word of a person or a service is in the chain: what it says outlives their erasure', async () => {
  const files = testStore()
  await auditedDay(files, 'zanzibar')
  const { audit_log: chain, ...rest } = dumpStore(files.path)
  expect(JSON.stringify(rest).split('zanzibar').length).toBeGreaterThan(25)
  expect(JSON.stringify(chain)).not.toContain('zanzibar')
})

test('a row says who, what, about what, and by which program', async () => {
  const files = testStore()
  const store = files.open('first')
  const { taskId, runId } = await store.tasks.add(
    {
      title: 't',
      brief: 'b',
      type: 'Other',
      client: null,
      clientId: null,
      price: null,
      qaTarget: null,
      priority: 'Normal',
      dueDate: null,
    },
    aRun({ actor: 'chat:ben' }),
  )
  const row = chainOf(files.path).at(-1)
  expect(row).toMatchObject({ actor: 'chat:ben', kind: 'task.add', program_commit: 'c0ffee000000' })
  expect(JSON.parse(row?.subjects ?? '')).toEqual({
    [taskId]: { type: 'Other' },
    [runId]: {
      task: taskId,
      state: 'queued',
      cause: 'added',
      briefDigest: 'd1',
      threshold: 80,
      replayOf: null,
    },
  })
})

test('what changed nothing, and an idle poll, append nothing', async () => {
  const files = testStore()
  const store = files.open('first')
  const { taskId } = await addTo(store)
  const { claim } = await claimFrom(store)
  await store.stages.finish(claim, { kind: 'rested', settlement: null, next: TO_FAILED }, null)
  await store.decisions.dismiss(taskId, 'cli:ana')
  await store.queue.pause('lunch')
  const account = { service: 'notion', identity: 'w', label: 'W', credential: 'k' }
  await store.accounts.bind(account, false)
  const before = chainOf(files.path)
  await store.decisions.dismiss(taskId, 'cli:ana')
  await store.decisions.approve(taskId, 'cli:ana')
  await store.queue.pause('lunch again')
  await store.accounts.bind(account, true)
  await store.accounts.bind({ ...account, identity: 'other' }, false)
  await store.pauses.resume('nothing')
  await store.effects.reviveAll()
  await store.records.end(await store.records.begin('poll', 'job:poll'), 'ok', null, { done: 0, failed: 0 })
  const slot = { job: 'poll', slotMs: files.clock.now(), ends: ['ok'] } as const
  await store.records.endIdle((await store.records.beginSlot('poll', 'job:poll', slot)) ?? '')
  expect(chainOf(files.path)).toEqual(before)
  await store.records.end(await store.records.begin('poll', 'job:poll'), 'ok', null, { done: 1, failed: 0 })
  expect(kindsOf(files.path).slice(before.length)).toEqual(['operation.end'])
})

test('changes that share a commit stand in the order they were asked for; one that fails leaves no gap', async () => {
  const files = testStore()
  const store = files.open('first')
  const asked = [
    addTo(store),
    store.queue.pause('lunch'),
    store.decisions.cancel('task_none', 'x'),
    addTo(store),
  ]
  const ends = await Promise.allSettled(asked)
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect(kindsOf(files.path).slice(2)).toEqual(['task.add', 'queue.pause', 'task.add'])
  expectChainHolds(files.path)
})

test('where the head is lost work goes on, and the place is seen', async () => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store)
  changeStore(files.path, 'DELETE FROM audit_head')
  await addTo(store)
  expect(kindsOf(files.path)).toEqual(['audit.begin', 'store.migrate', 'task.add', 'audit.begin', 'task.add'])
  expect(() => expectChainHolds(files.path)).toThrow('the chain begins anew at row 4')
})

test('a row that somebody put in behind the head stops no work, and is seen', async () => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store)
  changeStore(
    files.path,
    'INSERT INTO audit_log SELECT 4, at_ms, actor, kind, subjects, program_commit, previous, digest FROM audit_log WHERE seq = 3',
  )
  await addTo(store)
  expect(kindsOf(files.path).slice(3)).toEqual(['task.add', 'audit.begin', 'task.add'])
  expect(() => expectChainHolds(files.path)).toThrow('row 4 was changed after it was written')
})

const ROW_AT = (seq: string): string =>
  `INSERT INTO audit_log SELECT ${seq}, at_ms, actor, kind, subjects, program_commit, previous, digest FROM audit_log WHERE seq = 3`

test.each([
  ['a head at the end of all numbers', 'UPDATE audit_head SET seq = 9223372036854775807', 4],
  ['a head that cannot be counted up exactly', 'UPDATE audit_head SET seq = 9007199254740992', 4],
  ['a head before the first row', 'UPDATE audit_head SET seq = -1', 4],
  [
    'no head, and a row at the end of all numbers',
    `DELETE FROM audit_head; ${ROW_AT('9223372036854775807')}`,
    4,
  ],
  ['no head, and a row at the last exact number', `DELETE FROM audit_head; ${ROW_AT('9007199254740991')}`, 4],
])('%s stops no work, and is seen', async (_, sql, flaw) => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store)
  changeStore(files.path, sql)
  await addTo(store)
  await addTo(store)
  const written = rowsOf<Row>(
    files.path,
    'SELECT kind FROM audit_log WHERE seq BETWEEN 1 AND 100 ORDER BY seq',
  )
  expect(written.slice(3).map(({ kind }) => kind)).toEqual(['audit.begin', 'task.add', 'task.add'])
  expect(() => expectChainHolds(files.path)).toThrow(`row ${String(flaw)}`)
})
