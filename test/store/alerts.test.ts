/** Alerts and their notices in one file: they agree, whoever observes, and whatever happens meanwhile. */
import { expect, test } from 'vitest'
import type { Observation } from '../../src/domain/alerts.ts'
import type { AlertPolicy } from '../../src/store/alerts.ts'
import type { Store } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import { testStore, type TestStore } from '../support/store.ts'

const MINUTE_MS = 60_000
const POLICY: AlertPolicy = {
  rules: { repeatMs: 12 * 60 * MINUTE_MS, calmMs: 15 * MINUTE_MS, quietHours: null },
  channels: ['journal', 'webhook'],
}

function seen(changes: Partial<Observation> = {}): Observation {
  return {
    key: 'service/models',
    cause: 'models down',
    severity: 'critical',
    state: 'bad',
    message: 'the model service answers 503',
    next: 'echopilot doctor',
    ...changes,
  }
}

function round(...observations: Observation[]): Parameters<Store['alerts']['observe']>[0] {
  return { observations, complete: [] }
}

/** What waits to be told, in order, as the file holds it. */
function notices({ path }: Pick<TestStore, 'path'>): string[] {
  return rowsOf<{ line: string }>(
    path,
    `SELECT service || ' ' || json_extract(body, '$.what') || ' ' || json_extract(body, '$.count') || ' '
       || json_extract(body, '$.message') AS line
     FROM effects WHERE kind = 'notice' ORDER BY seq`,
  ).map(({ line }) => line)
}

/** All that the file holds of alerts: an observation that changed nothing leaves it as it is. */
function dump({ path }: Pick<TestStore, 'path'>): unknown {
  return ['alerts', 'alert_signals', 'effects'].map(table => rowsOf(path, `SELECT * FROM ${table}`))
}

test('an alert and its notices, one for each channel, are recorded together; the same again records nothing', async () => {
  const files = testStore()
  const store = files.open('first')
  const told = await store.alerts.observe(round(seen()), POLICY)
  const [alert] = await store.alerts.open()
  expect(told.notices).toEqual([{ alertId: alert?.id, kind: 'opened' }])
  expect(alert).toMatchObject({
    cause: 'models down',
    state: 'open',
    told: { severity: 'critical', atMs: files.clock.now() },
    signals: [{ key: 'service/models', state: 'bad' }],
  })
  expect(notices(files)).toEqual([
    'journal opened 1 the model service answers 503',
    'webhook opened 1 the model service answers 503',
  ])
  const before = dump(files)
  await files.clock.advance(MINUTE_MS)
  expect(await store.alerts.observe(round(seen()), POLICY)).toEqual({ notices: [] })
  expect(dump(files)).toEqual(before)
})

test('a service that fails and recovers every minute for a day is told of at most four times', async () => {
  const files = testStore()
  const store = files.open('first')
  for (let minute = 0; minute < 26 * 60; minute += 1) {
    const state = minute < 24 * 60 && minute % 2 === 0 ? 'bad' : 'good'
    await store.alerts.observe(round(seen({ state })), { ...POLICY, channels: ['webhook'] })
    await files.clock.advance(MINUTE_MS)
  }
  expect(notices(files).map(line => line.split(' ')[1])).toEqual(['opened', 'repeated', 'resolved'])
  expect(await store.alerts.open()).toEqual([])
  expect(await store.alerts.resolved(9)).toMatchObject([{ cause: 'models down', signals: [], told: null }])
})

test('one cause behind 200 failing tasks is one message', async () => {
  const files = testStore()
  const store = files.open('first')
  const tasks = Array.from({ length: 200 }, (_, index) => seen({ key: `task/${index}` }))
  for (const count of [150, 200]) {
    await store.alerts.observe(round(...tasks.slice(0, count)), { ...POLICY, channels: ['webhook'] })
  }
  expect(notices(files)).toEqual(['webhook opened 150 the model service answers 503'])
  expect((await store.alerts.open()).map(({ signals }) => signals.length)).toEqual([200])
})

test('two processes that observe the same at once tell it once', async () => {
  const files = testStore()
  const stores = ['first', 'second', 'third'].map(name => files.open(name))
  const told = await Promise.all(stores.map(store => store.alerts.observe(round(seen()), POLICY)))
  expect(told.flatMap(({ notices: some }) => some)).toHaveLength(1)
  expect(notices(files)).toHaveLength(2)
  await files.clock.advance(12 * 60 * MINUTE_MS)
  await Promise.all(stores.map(store => store.alerts.observe(round(seen()), POLICY)))
  expect(notices(files)).toHaveLength(4)
})

test('what is acknowledged is quiet until it is over; what is over cannot be', async () => {
  const files = testStore()
  const store = files.open('first')
  await store.alerts.observe(round(seen()), POLICY)
  const id = (await store.alerts.open())[0]?.id ?? ''
  expect(await store.alerts.acknowledge(id, 'cli:ana')).toBe('done')
  expect(await store.alerts.get(id)).toMatchObject({
    silence: { kind: 'acknowledged', untilMs: null, covers: 'critical', by: 'cli:ana' },
  })
  await files.clock.advance(24 * 60 * MINUTE_MS)
  expect(await store.alerts.observe(round(seen()), POLICY)).toEqual({ notices: [] })
  await store.alerts.observe(round(seen({ state: 'good' })), POLICY)
  await files.clock.advance(15 * MINUTE_MS)
  const over = await store.alerts.observe(round(seen({ state: 'good' })), POLICY)
  expect(over.notices).toEqual([{ alertId: id, kind: 'resolved' }])
  expect(await store.alerts.acknowledge(id, 'cli:ana')).toBe('refused')
  expect(await store.alerts.snooze(id, 0, 'cli:ana')).toBe('refused')
  expect(await store.alerts.acknowledge('alert_none', 'cli:ana')).toBe('refused')
})

test('what is snoozed is told when the snooze is over, without any check', async () => {
  const files = testStore()
  const store = files.open('first')
  await store.alerts.observe(round(seen()), POLICY)
  const id = (await store.alerts.open())[0]?.id ?? ''
  expect(await store.alerts.snooze(id, files.clock.now() + 60 * MINUTE_MS, 'cli:ana')).toBe('done')
  await files.clock.advance(59 * MINUTE_MS)
  expect(await store.alerts.observe(round(), POLICY)).toEqual({ notices: [] })
  await files.clock.advance(2 * MINUTE_MS)
  expect(await store.alerts.observe(round(), POLICY)).toMatchObject({ notices: [{ kind: 'repeated' }] })
})

test('what had to wait for the morning is told then, without any check: what is still bad, and what is over', async () => {
  const files = testStore()
  const store = files.open('first')
  const now = files.clock.now()
  const minute = (now / MINUTE_MS) % 1440
  const quietHours = { from: minute + 60, until: minute + 180, timezone: 'UTC' }
  const policy = { rules: { ...POLICY.rules, quietHours }, channels: ['webhook'] }
  const lasting = seen({ key: 'a/1', cause: 'lasting', severity: 'warning' })
  const passing = seen({ key: 'a/2', cause: 'passing', severity: 'warning', message: 'it passed' })
  await store.alerts.observe(round(passing), policy)
  await files.clock.advance(61 * MINUTE_MS)
  await store.alerts.observe(round(lasting, { ...passing, state: 'good' }), policy)
  await files.clock.advance(20 * MINUTE_MS)
  expect(await store.alerts.observe(round(lasting, { ...passing, state: 'good' }), policy)).toEqual({
    notices: [],
  })
  expect((await store.alerts.open()).map(({ cause }) => cause)).toEqual(['lasting'])
  await files.clock.advance(100 * MINUTE_MS)
  await store.alerts.observe(round(), policy)
  expect(notices(files)).toEqual([
    'webhook opened 1 it passed',
    'webhook resolved 0 it passed',
    'webhook opened 1 the model service answers 503',
  ])
})

test('open ones come first by how grave they are; an id or its beginning finds one', async () => {
  const files = testStore()
  const store = files.open('first')
  await store.alerts.observe(round(seen({ key: 'a/1', cause: 'grave' })), POLICY)
  await files.clock.advance(MINUTE_MS)
  await store.alerts.observe(round(seen({ key: 'a/2', cause: 'slight', severity: 'warning' })), POLICY)
  const open = await store.alerts.open()
  expect(open.map(({ cause }) => cause)).toEqual(['grave', 'slight'])
  const id = open[0]?.id ?? ''
  expect(id).toMatch(/^alert_/)
  expect(await store.lookup.find(id)).toEqual({ kind: 'found', found: { kind: 'alert', id } })
})

test('failures of units are kept, the newest first', async () => {
  const files = testStore()
  const store = files.open('first')
  const failure = { unit: 'echopilot-poll.service', result: 'timeout', exitCode: '15', lines: 'last words' }
  const first = await store.unitFailures.record(failure)
  await files.clock.advance(MINUTE_MS)
  const second = await store.unitFailures.record({ ...failure, result: null, exitCode: null, lines: null })
  expect(await store.unitFailures.since(0)).toEqual([second, first])
  expect(await store.unitFailures.since(second.atMs)).toEqual([second])
})
