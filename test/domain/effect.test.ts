import { expect, test } from 'vitest'
import { effectsOf, type Transition } from '../../src/domain/effect.ts'

const DONE: Transition = {
  to: 'done',
  pageId: 'page',
  taskTitle: 'Note',
  taskType: 'Drafting',
  runId: 'run_1',
  attempt: 1,
  reason: null,
  score: 90,
  costNano: 1,
  inputTokens: 1,
  outputTokens: 1,
  startedMs: 0,
  nowMs: 1,
  commit: 'c0ffee000000',
  status: 'Done',
  output: null,
}

/** What the page is told of a result. */
function summaryOf(text: string): string | null | undefined {
  const effects = effectsOf({ ...DONE, output: { id: 'out_1', text } })
  return effects.flatMap(({ body }) => (body.kind === 'page' ? [body.change.summary] : []))[0]
}

test('a summary is cut at 2,000 characters and says so, never within a character', () => {
  expect(summaryOf(` ${'x'.repeat(2_000)}\n`)).toBe('x'.repeat(2_000))
  expect(summaryOf('x'.repeat(2_001))).toBe(`${'x'.repeat(1_993)}… (cut)`)
  const emoji = summaryOf('👩‍👩‍👧‍👦'.repeat(300)) ?? ''
  expect(emoji.length).toBeLessThanOrEqual(2_000)
  expect(emoji).toMatch(/^(?:👩‍👩‍👧‍👦)+… \(cut\)$/u)
})
