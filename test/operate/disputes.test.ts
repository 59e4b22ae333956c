/** The alarm before the deadline of a dispute: in a week, in two days, too late; and its end. */
import { beforeEach, expect, test } from 'vitest'
import type { DisputeFacts } from '../../src/domain/payment.ts'
import { urgencyOf } from '../../src/domain/dispute.ts'
import { billed, disputed, paidAt, type Billed } from '../store/support/billed.ts'
import { found, watch, type Watch } from './support/watch.ts'

const HOUR = 3_600_000

let watched: Watch
let task: Billed
let dueMs: number

beforeEach(async () => {
  watched = watch()
  task = await billed(watched.store, watched.files.path)
  dueMs = watched.files.clock.now() + 9 * 24 * HOUR
})

/** What the service tells of the dispute, asked for now. */
async function told(changes: Partial<DisputeFacts>): Promise<void> {
  const { clock } = watched.files
  await clock.advance(1)
  const facts = paidAt(task, { disputes: [{ ...disputed('needs_response'), dueMs, ...changes }] })
  await watched.store.payments.record('stripe', facts, { by: 'scan', askedMs: clock.now() })
}

/** The alert that a cycle leaves open, so many hours before the deadline. */
async function alertAt(hoursBefore: number): Promise<{ severity: string; next: string | null } | null> {
  const { clock } = watched.files
  await clock.advance(dueMs - hoursBefore * HOUR - clock.now())
  await watched.cycle()
  const open = await watched.store.alerts.open()
  const alert = open.find(({ cause }) => cause.startsWith('dispute/'))
  return alert === undefined ? null : { severity: alert.severity, next: alert.signals[0]?.next ?? null }
}

test('nothing in nine days, a warning in a week, critical in two days, and said when it is too late', async () => {
  await told({})
  const [dispute] = await watched.store.payments.waitingDisputes()
  expect(await alertAt(8 * 24)).toBeNull()
  expect(await alertAt(7 * 24)).toMatchObject({ severity: 'warning' })
  expect(await alertAt(49)).toMatchObject({ severity: 'warning' })
  const next = `echopilot payments evidence ${dispute?.id ?? ''} --output FOLDER, then upload it where the payment was made`
  expect(await alertAt(48)).toEqual({ severity: 'critical', next })
  expect(await alertAt(0)).toMatchObject({ next: `echopilot payments show ${dispute?.id ?? ''}` })
  const [bad] = found(await watched.cycle(), 'dispute').bad
  expect(bad?.message).toMatch(/49\.00 EUR .* that was not done in time$/)
})

test.each(['under_review', 'won', 'lost', 'closed'] as const)('it ends where it is %s', async state => {
  await told({})
  expect(await alertAt(24)).toMatchObject({ severity: 'critical' })
  await told({ state, dueMs: null })
  expect(await watched.stateOf('dispute')).toBe('ok')
})

test('an appeal of one that was lost has a deadline of its own', async () => {
  await told({ state: 'lost', dueMs: null })
  expect(await alertAt(24)).toBeNull()
  dueMs += 9 * 24 * HOUR
  await told({})
  expect(await alertAt(8 * 24)).toBeNull()
  expect(await alertAt(24)).toMatchObject({ severity: 'critical' })
})

test('one without a deadline warns', async () => {
  await told({ dueMs: null })
  expect(await alertAt(24)).toMatchObject({ severity: 'warning' })
})

test.each([
  [null, 'unknown'],
  [7 * 24 * HOUR + 1, 'later'],
  [7 * 24 * HOUR, 'soon'],
  [48 * HOUR + 1, 'soon'],
  [48 * HOUR, 'now'],
  [1, 'now'],
  [0, 'over'],
] as const)('%s ms before it, it is %s', (leftMs, urgency) => {
  const nowMs = 1_700_000_000_000
  expect(urgencyOf({ dueMs: leftMs === null ? null : nowMs + leftMs }, nowMs)).toBe(urgency)
})
