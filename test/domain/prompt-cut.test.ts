import { expect, test } from 'vitest'
import { findPromptCut, promptCut } from '../../src/domain/prompt-cut.ts'

const LONG = 'Row of the list: one customer, one visit, one wish. '.repeat(300)

test('far fewer tokens than the words of a long prompt: it was cut, and the setting is named', () => {
  const found = promptCut(LONG, 2_050)
  expect(found).toMatchObject({ source: 'prompt_cut', severity: 'major' })
  expect(found?.text).toContain('only 2050 tokens of a prompt of at least 2250')
  expect(found?.text).toContain('num_ctx')
  expect(found?.text).toContain('OLLAMA_CONTEXT_LENGTH')
})

test.each([
  ['as many tokens as there must be', LONG, 2_250],
  ['a service that says nothing', LONG, null],
  ['a short prompt, for which no context is too small', 'one two three '.repeat(200), 1],
  ['ten thousand spaces', ' '.repeat(10_000), 80],
  ['a long run of one letter', 'x'.repeat(100_000), 600],
])('nothing is certain of %s', (_what, user, inputTokens) => {
  expect(promptCut(user, inputTokens)).toBeNull()
})

test('is found among others', () => {
  const cut = promptCut(LONG, 0)
  const other = { source: 'too_short', severity: 'major', text: 'x' } as const
  expect(findPromptCut([other, ...(cut === null ? [] : [cut])])).toEqual(cut)
  expect(cut).not.toBeNull()
  expect(findPromptCut([other])).toBeNull()
})
