import { expect, test } from 'vitest'
import { keysOf } from '../../src/domain/keys-of.ts'
import { nextCommand } from '../../src/domain/next-command.ts'
import {
  isFinal,
  mayGo,
  PRIORITIES,
  priorityRank,
  RUN_STATES,
  STAGE_STATE,
  WAITING_STATE,
  type RunState,
} from '../../src/domain/run-state.ts'

const STATES = keysOf(RUN_STATES)

test('the ten statuses of the view, each shown by some state but New, which has no run yet', () => {
  const statuses = [...new Set(STATES.map(state => RUN_STATES[state].status))].toSorted()
  expect(statuses).toEqual([
    'Cancelled',
    'Done',
    'Failed',
    'Failed-Final',
    'Held',
    'Processing',
    'QA',
    'Queued',
    'Waiting Human',
  ])
})

test('the final states are Done, Failed-Final and Cancelled, and are never left', () => {
  expect(STATES.filter(isFinal)).toEqual(['done', 'failed_final', 'cancelled'])
  for (const from of STATES.filter(isFinal)) {
    expect(STATES.filter(to => mayGo(from, to))).toEqual([])
  }
})

test('every state but the first is reached from another one, and none goes to itself', () => {
  for (const state of STATES) {
    const froms = STATES.filter(from => mayGo(from, state))
    expect(froms).not.toContain(state)
    expect(froms.length > 0 || state === 'queued').toBe(true)
  }
})

test('every open state can be cancelled, and has a way to an end', () => {
  const open = STATES.filter(state => !isFinal(state))
  for (const state of open) {
    expect(mayGo(state, 'cancelled')).toBe(true)
    expect(reaches(state, new Set(['done']))).toBe(true)
  }
})

function reaches(from: RunState, wanted: ReadonlySet<RunState>, seen: Set<RunState> = new Set()): boolean {
  if (wanted.has(from)) return true
  if (seen.has(from)) return false
  seen.add(from)
  return STATES.some(to => mayGo(from, to) && reaches(to, wanted, seen))
}

test('a stage is worked on in its state, and given back to the state in which it waits', () => {
  for (const stage of keysOf(STAGE_STATE)) {
    expect(mayGo(WAITING_STATE[stage], STAGE_STATE[stage])).toBe(true)
    expect(mayGo(STAGE_STATE[stage], WAITING_STATE[stage])).toBe(true)
    for (const end of ['held', 'retrying', 'failed_final', 'waiting_human'] as const) {
      expect(mayGo(STAGE_STATE[stage], end)).toBe(true)
    }
    expect(mayGo('held', WAITING_STATE[stage])).toBe(true)
    expect(mayGo('retrying', STAGE_STATE[stage])).toBe(true)
  }
})

test('only a person, or a judge, makes it done', () => {
  expect(STATES.filter(from => mayGo(from, 'done'))).toEqual(['generated', 'judging', 'waiting_human'])
})

test('priorities rank from Low to Rush', () => {
  expect(PRIORITIES.map(priorityRank)).toEqual([0, 1, 2, 3])
})

test('every state but Cancelled has a next command that names the task where it takes one', () => {
  for (const state of STATES) {
    const command = nextCommand({ id: 'task_1', state, errorClass: null, pageId: null })
    expect(command ?? 'none').toMatch(
      state === 'cancelled' ? /^none$/ : /^echopilot (?:poll --drain|.* task_1)/,
    )
  }
})
