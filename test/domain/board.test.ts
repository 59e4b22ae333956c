import { expect, test } from 'vitest'
import { effectsOf, isToldAlready, type Transition } from '../../src/domain/board.ts'

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
  money: { clientPageId: null, clientRateNano: null, bill: null, standing: null },
}

test.each([
  ['that the judge begins on what waits for it', 'generated', {}, true],
  ['that the judge begins, which takes a reason off the page', 'generated', { reason: 'returned' }, false],
  ['that the judge begins again after a failure', 'retrying', {}, false],
] as const)('%s', (_, state, changes, isTold) => {
  const after = { state: 'judging', reason: null, score: null } as const
  expect(isToldAlready({ ...after, ...changes, state }, after)).toBe(isTold)
})

test('any other state is told', () => {
  const told = { reason: null, score: null }
  expect(isToldAlready({ ...told, state: 'judging' }, { ...told, state: 'generated' })).toBe(false)
  expect(isToldAlready({ ...told, state: 'queued' }, { ...told, state: 'generating' })).toBe(false)
})

/** What the page is told of a result. */
function summaryOf(text: string): string | null | undefined {
  const effects = effectsOf({ ...DONE, output: { id: 'out_1', text, findings: [] } })
  return effects.flatMap(({ body }) => (body.kind === 'page' ? [body.change.summary] : []))[0]
}

test('a summary is cut at 2,000 characters and says so, never within a character', () => {
  expect(summaryOf(` ${'x'.repeat(2_000)}\n`)).toBe('x'.repeat(2_000))
  expect(summaryOf('x'.repeat(2_001))).toBe(`${'x'.repeat(1_993)}… (cut)`)
  const emoji = summaryOf('👩‍👩‍👧‍👦'.repeat(300)) ?? ''
  expect(emoji.length).toBeLessThanOrEqual(2_000)
  expect(emoji).toMatch(/^(?:👩‍👩‍👧‍👦)+… \(cut\)$/u)
})

test('a summary is plain text, and ends behind a whole word', () => {
  expect(summaryOf('# Plan\n\nSee **[here](https://example.com)**.')).toBe('Plan\nSee here.')
  expect(summaryOf('{"a": "**b**"}')).toBe('{"a": "**b**"}')
  const words = summaryOf('seven777 '.repeat(300)) ?? ''
  expect(words.length).toBeLessThanOrEqual(2_000)
  expect(words).toMatch(/^(?:seven777 )+seven777… \(cut\)$/)
  const links = summaryOf(`[a](https://example.com/${'x'.repeat(500)}) `.repeat(50))
  expect(links).toMatch(/^[a ]+(?:\[a\]\S*)?… \(cut\)$/)
})

function notesOf(changes: Partial<Transition>): string | null | undefined {
  const effects = effectsOf({ ...DONE, ...changes })
  return effects.flatMap(({ body }) => (body.kind === 'page' ? [body.change.notes] : []))[0]
}

test('findings stand in the notes while a person is to decide, and no longer', () => {
  const output = { id: 'out_1', text: 'text', findings: ['too long\nby half', 'no prices', 'no prices'] }
  const waiting = { to: 'waiting_human', reason: 'scored 60, needed 80', output } as const
  expect(notesOf(waiting)).toBe('scored 60, needed 80\nFound in it:\n• too long by half\n• no prices')
  expect(notesOf({ ...waiting, output: { ...output, findings: [] } })).toBe('scored 60, needed 80')
  expect(notesOf({ ...waiting, to: 'done', reason: 'approved by the operator' })).toBe(
    'approved by the operator',
  )
  for (const to of ['generated', 'generating', 'judging', 'revising'] as const) {
    expect(notesOf({ ...waiting, to, reason: null }), to).toBeNull()
  }
  const many = notesOf({
    ...waiting,
    output: { ...output, findings: [...Array(200).keys()].map(n => `finding ${String(n)}`) },
  })
  expect(many?.length).toBeLessThanOrEqual(2_000)
  expect(many).toMatch(/• finding \d+\n• finding… \(cut\)$/)
})
