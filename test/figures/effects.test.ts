/** Writes to the outside, as people are shown them. */
import { expect, test } from 'vitest'
import { effectItem } from '../../src/figures/effects.ts'
import { plainText } from '../support/plain.ts'

test('an effect fits the terminal, with its state before what it writes', () => {
  const effect = effectItem({
    id: 'eff_1',
    key: 'run_1/page/1',
    what: 'properties of the page',
    taskId: 'task_1',
    title: 'Compare offers',
    runId: 'run_1',
    state: 'dead',
    cause: 'refused',
    reason: null,
    tries: 1,
    createdAt: '2026-11-29T22:00:00.000Z',
    dueAt: null,
    next: null,
  })
  expect(effect).toHaveProperty('head.0', { is: 'state', tone: 'bad', text: 'dead' })
  expect(plainText([effect], 44)).toBe('dead properties of the page of "Compare\n  offers"\n  eff_1\n')
})
