/** Webhooks as they are kept: each event once, whatever comes again, in whatever form. */
import Database from 'better-sqlite3'
import { expect, onTestFinished, test, vi } from 'vitest'
import { MOST_UNVERIFIED, type WebhookEvent } from '../../src/domain/webhook.ts'
import type { Store } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import { testStore } from '../support/store.ts'

function anEvent(changes: Partial<WebhookEvent> = {}): WebhookEvent {
  return {
    id: 'evt_1',
    key: changes.id ?? 'evt_1',
    type: 'charge.refunded',
    thing: { kind: 'charge', id: 'ch_1' },
    isLive: false,
    atMs: 1,
    ignored: null,
    ...changes,
  }
}

async function take(store: Store, changes: Partial<WebhookEvent> = {}): Promise<string> {
  return store.webhooks.take('stripe', { kind: 'event', event: anEvent(changes) })
}

async function takeUnverified(store: Store, body: string, headers = {}): Promise<string> {
  return store.webhooks.take('paypal', { kind: 'unverified', raw: { body, headers }, why: 'no certificate' })
}

async function dueIds(store: Store): Promise<string[]> {
  return (await store.webhooks.due(100)).map(each => (each.state === 'stored' ? each.event.id : each.state))
}

test('an event is stored once, whoever stores it and in whatever form it comes', async () => {
  const files = testStore()
  const [first, second] = [files.open('first'), files.open('second')]
  expect(await take(first)).toBe('stored')
  expect(await take(second)).toBe('known')
  expect(await take(second, { id: 'evt_test_1', key: 'evt_1', type: 'v1.charge.refunded' })).toBe('known')
  expect(await first.webhooks.take('paypal', { kind: 'event', event: anEvent() })).toBe('stored')
  expect(await take(first, { id: 'evt_2' })).toBe('stored')
  expect((await dueIds(second)).toSorted()).toEqual(['evt_1', 'evt_1', 'evt_2'])
})

test('those of one moment are stored by one commit, the same one among them once', async () => {
  const files = testStore()
  const store = files.open('first')
  const asked = [1, 2, 1, 3].map(number => take(store, { id: `evt_${number}` }))
  expect(await Promise.all(asked)).toEqual(['stored', 'stored', 'known', 'stored'])
})

test('what is worked is not due again; what failed is when its time has come, or never', async () => {
  const files = testStore()
  const store = files.open('first')
  for (const id of ['evt_a', 'evt_b', 'evt_c']) {
    await take(store, { id })
    await files.clock.advance(1)
  }
  const [a, b, c] = (await store.webhooks.due(3)).map(({ id }) => id)
  await store.webhooks.worked(a ?? '')
  await store.webhooks.failed(b ?? '', '503', files.clock.now() + 60_000)
  await store.webhooks.failed(c ?? '', 'no such charge', null)
  expect(await dueIds(store)).toEqual([])
  await files.clock.advance(60_000)
  expect(await store.webhooks.due(9)).toMatchObject([{ tries: 1, event: { id: 'evt_b' } }])
  await store.webhooks.worked(a ?? '')
  await store.webhooks.failed(a ?? '', 'late', null)
  const facts = await store.webhooks.facts('stripe')
  expect(facts).toMatchObject({ waiting: 1, unverified: 0, week: { worked: 1, stored: 1, failed: 1 } })
  expect(facts.failed).toEqual([{ eventId: 'evt_c', type: 'charge.refunded', error: 'no such charge' }])
})

test('one that was put off by a clock that was ahead is due', async () => {
  const files = testStore()
  const store = files.open('first')
  await take(store)
  const [waiting] = await store.webhooks.due(1)
  await store.webhooks.failed(waiting?.id ?? '', '503', files.clock.now() + 5 * 365 * 86_400_000)
  expect(await dueIds(store)).toEqual(['evt_1'])
})

test('an event from which nothing follows is kept, and never due', async () => {
  const store = testStore().open('first')
  expect(await take(store, { thing: null, ignored: 'of live mode' })).toBe('stored')
  expect(await take(store, { thing: null, ignored: 'of live mode' })).toBe('known')
  expect(await dueIds(store)).toEqual([])
  expect((await store.webhooks.facts('stripe')).week).toEqual({ ignored: 1 })
})

test('what is not verified is kept byte for byte until it is, and cannot keep the true event out', async () => {
  const files = testStore()
  const store = files.open('first')
  const body = '\ufeff{"id":"WH-1", "é":"\u2028"}'
  const headers = { 'paypal-transmission-id': 't' }
  expect(await takeUnverified(store, body, headers)).toBe('stored')
  expect(await takeUnverified(store, body, headers)).toBe('known')
  expect(await takeUnverified(store, `${body} `, headers)).toBe('stored')
  const [first, forged] = await store.webhooks.due(9)
  expect(first).toMatchObject({ state: 'unverified', raw: { body, headers } })
  expect(await store.webhooks.verified(first?.id ?? '', anEvent({ id: 'WH-1' }))).toBe('stored')
  expect(await store.webhooks.verified(first?.id ?? '', anEvent({ id: 'WH-1' }))).toBe('known')
  expect(await store.webhooks.verified(forged?.id ?? '', anEvent({ id: 'WH-1' }))).toBe('known')
  expect(await dueIds(store)).toEqual(['WH-1'])
  expect(rowsOf(files.path, 'SELECT body, headers, error FROM webhooks')).toEqual([
    { body: null, headers: null, error: null },
  ])
})

test('what proves false is forgotten', async () => {
  const files = testStore()
  const store = files.open('first')
  await takeUnverified(store, '{}')
  const [waiting] = await store.webhooks.due(1)
  await store.webhooks.failed(waiting?.id ?? '', 'the signature is wrong', null)
  expect(rowsOf(files.path, 'SELECT * FROM webhooks')).toEqual([])
})

test('only so much is kept that nobody could verify', async () => {
  const files = testStore()
  const store = files.open('first')
  const bodies = Array.from({ length: MOST_UNVERIFIED }, (_, at) => `{"a":${at}}`)
  await Promise.all(bodies.map(async body => takeUnverified(store, body)))
  expect(await takeUnverified(store, '{"b":1}')).toBe('full')
  expect(await takeUnverified(store, '{"a":7}')).toBe('known')
  expect(await take(store)).toBe('stored')
  expect(await store.webhooks.facts('paypal')).toMatchObject({ unverified: MOST_UNVERIFIED })
})

test('what is refused is counted by the day and its reason', async () => {
  const files = testStore()
  const store = files.open('first')
  await store.webhooks.refused('stripe', 'signature', 2)
  await store.webhooks.refused('stripe', 'too old', 1)
  await files.clock.advance(86_400_000)
  await store.webhooks.refused('stripe', 'signature', 3)
  const { refused } = await store.webhooks.facts('stripe')
  expect(refused.map(({ why, count }) => [why, count])).toEqual([
    ['signature', 5],
    ['too old', 1],
  ])
  await files.clock.advance(8 * 86_400_000)
  expect((await store.webhooks.facts('stripe')).refused).toEqual([])
})

test('what has ended is forgotten when it is old, what waits is not', async () => {
  const files = testStore()
  const store = files.open('first')
  for (const id of ['evt_a', 'evt_b']) {
    await take(store, { id })
    await files.clock.advance(1)
  }
  await store.webhooks.worked((await store.webhooks.due(1))[0]?.id ?? '')
  await store.webhooks.refused('stripe', 'signature', 1)
  await files.clock.advance(86_400_000)
  await take(store, { id: 'evt_c', thing: null })
  const now = files.clock.now()
  expect(await store.telemetry.countBefore('webhook', now)).toBe(1)
  expect(await store.telemetry.forgetBefore('webhook', now, 10)).toBe(1)
  expect(await store.telemetry.forgetBefore('refused webhook', now, 10)).toBe(1)
  expect(await dueIds(store)).toEqual(['evt_b'])
})

test('nothing that is asked of webhooks walks through those that are over', async () => {
  const files = testStore()
  const store = files.open('first')
  const spy = vi.spyOn(Database.prototype, 'prepare')
  onTestFinished(() => spy.mockRestore())
  await take(store)
  await takeUnverified(store, '{}')
  await store.webhooks.due(1)
  await store.webhooks.facts('stripe')
  const statements = spy.mock.calls.map(([sql]) => sql).filter(sql => /(FROM|UPDATE) webhook/.test(sql))
  expect(statements.length).toBeGreaterThan(6)
  const plans = statements.flatMap(sql =>
    rowsOf<{ detail: string }>(files.path, `EXPLAIN QUERY PLAN ${sql.replaceAll(/:\w+/g, '1')}`),
  )
  const walks = plans.map(({ detail }) => detail).filter(detail => /^SCAN|TEMP B-TREE/.test(detail))
  const isBounded = (walk: string): boolean =>
    /webhooks_(waiting|unverified|failed)$|TEMP B-TREE FOR GROUP BY$/.test(walk)
  expect(walks.filter(walk => !isBounded(walk))).toEqual([])
})
