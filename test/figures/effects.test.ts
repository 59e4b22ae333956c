/** Writes to the outside, as people are shown them. */
import { expect, test } from 'vitest'
import { renderEffect } from '../../src/figures/effects.ts'
import { PLAIN_STYLE } from '../../src/kernel/style.ts'

test('an effect fits the terminal, with its state before what it writes', () => {
  const text = renderEffect(
    {
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
    },
    { ...PLAIN_STYLE, columns: 44, bad: word => `[${word}]` },
  )
  const lines = text.split('\n')
  expect(lines[0]).toBe('[dead] properties of the page of "Compare')
  expect(lines[1]).toBe('offers"')
})
