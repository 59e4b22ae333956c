import { expect, test } from 'vitest'
import { fitUnderCaps, sortFailures, type FailedRun, type PricedRun } from '../../src/domain/replay.ts'

function failure(changes: Partial<FailedRun> = {}): FailedRun {
  return {
    runId: 'run_1',
    taskId: 'task_1',
    title: 'Note',
    client: null,
    type: 'Drafting',
    pageId: null,
    errorClass: 'transient',
    reason: 'HTTP 500',
    failedMs: 1,
    isDismissed: false,
    replays: 0,
    ...changes,
  }
}

const NOTHING_PAUSED = (): null => null

test.each([
  ['transient', true],
  ['throttled', true],
  ['credential', true],
  ['budget', true],
  ['permanent', false],
  ['data', false],
  [null, false],
] as const)('of the class %s: worth a repeat %s', (errorClass, isWorth) => {
  const { worth, skipped } = sortFailures([failure({ errorClass })], 10, NOTHING_PAUSED)
  expect(worth).toHaveLength(isWorth ? 1 : 0)
  expect(skipped.map(({ why }) => why)).toEqual(isWorth ? [] : ['class'])
})

test('a failure that was dismissed, or replayed twice, is left', () => {
  const failures = [failure({ isDismissed: true }), failure({ replays: 2 }), failure({ replays: 1 })]
  const { worth, skipped } = sortFailures(failures, 10, NOTHING_PAUSED)
  expect(worth).toEqual([failures[2]])
  expect(skipped.map(({ why }) => why)).toEqual(['dismissed', 'replays'])
})

test('what would ask a service that is not called is left, by the type of its task', () => {
  const failures = [failure({ type: 'Research', errorClass: 'credential' }), failure()]
  const { worth, skipped } = sortFailures(failures, 10, type => (type === 'Research' ? 'key refused' : null))
  expect(worth).toEqual([failures[1]])
  expect(skipped).toMatchObject([{ why: 'paused', words: 'key refused' }])
})

test('the oldest come first, as many as the limit says; what is left anyway does not count', () => {
  const failures = [
    failure({ runId: 'a', errorClass: 'data' }),
    failure({ runId: 'b' }),
    failure({ runId: 'c' }),
    failure({ runId: 'd' }),
  ]
  const { worth, skipped } = sortFailures(failures, 2, NOTHING_PAUSED)
  expect(worth.map(({ runId }) => runId)).toEqual(['b', 'c'])
  expect(skipped.map(({ failed, why }) => [failed.runId, why])).toEqual([
    ['a', 'class'],
    ['d', 'limit'],
  ])
})

const NO_CAPS = { taskNano: null, clientMonthNano: null, dayNano: null, monthNano: null }

function priced(taskId: string, atMostNano: number, client = 'Acme'): PricedRun {
  const spent = [
    { scope: 'task', key: taskId, nano: 5 },
    { scope: 'client_month', key: `2026-11 ${client}`, nano: 5 },
    { scope: 'day', key: '2026-11-25', nano: 5 },
  ] as const
  return { failed: failure({ taskId, client }), atMostNano, spent }
}

test('without caps all fit', () => {
  expect(fitUnderCaps([priced('a', 1e9), priced('b', 1e9)], NO_CAPS).fitting).toHaveLength(2)
})

test('what the replays before may cost counts towards the caps that they share', () => {
  const runs = [priced('a', 10), priced('b', 10), priced('c', 5), priced('d', 10, 'Brown')]
  const { fitting, skipped } = fitUnderCaps(runs, { ...NO_CAPS, clientMonthNano: 20 })
  expect(fitting.map(({ failed }) => failed.taskId)).toEqual(['a', 'c', 'd'])
  expect(skipped.map(({ why, words }) => [why, words])).toEqual([
    ['budget', 'it may cost more than budget.client_month_usd leaves'],
  ])
})

test('a cap of a task is its own', () => {
  const { fitting } = fitUnderCaps([priced('a', 10), priced('b', 11)], { ...NO_CAPS, taskNano: 15 })
  expect(fitting.map(({ failed }) => failed.taskId)).toEqual(['a'])
})
