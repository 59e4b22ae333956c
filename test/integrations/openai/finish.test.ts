/** How a text ended, in the words of each vendor. */
import { expect, test } from 'vitest'
import { endingOf, isBrokenOff } from '../../../src/integrations/openai/wire.ts'

test.each([
  'stop',
  'STOP',
  'eos',
  'eos_token',
  'end_turn',
  'stop_sequence',
  'COMPLETE',
  'FINISH_REASON_STOP',
])('%s is a good end', word => {
  expect(endingOf(word, null, false)).toEqual({ finish: 'complete', endedBy: null })
})

test.each([
  'length',
  'max_tokens',
  'MAX_TOKENS',
  'model_length',
  'Max-Tokens',
  'model_context_window_exceeded',
  'token_limit',
])('%s is cut off', word => {
  expect(endingOf(word, null, false)).toEqual({ finish: 'truncated', endedBy: null })
})

test.each(['content_filter', 'SAFETY', 'RECITATION', 'refusal', 'guardrail_intervened', 'ERROR_TOXIC'])(
  '%s is a refusal',
  word => {
    expect(endingOf(word, null, false)).toEqual({ finish: 'refused', endedBy: null })
  },
)

test.each([
  ['other', 'other'],
  ['tool_calls', 'tool_calls'],
  ['x'.repeat(500), 'x'.repeat(40)],
  ['a\n b', 'a b'],
  [true, 'what is no word'],
  [{ kind: 'x' }, 'what is no word'],
])('%j is not known: cut off, and its word is kept', (word, endedBy) => {
  expect(endingOf(word, null, false)).toEqual({ finish: 'truncated', endedBy })
})

test.each([null, undefined, ''])('%j says nothing: whole, unless all tokens were used up', word => {
  expect(endingOf(word, null, false)).toEqual({ finish: 'complete', endedBy: null })
  expect(endingOf(word, null, true)).toEqual({ finish: 'truncated', endedBy: null })
})

test('a good end stands, even with the last token that was allowed', () => {
  expect(endingOf('stop', null, true).finish).toBe('complete')
})

test('a refusal in words stands before the word for the end', () => {
  expect(endingOf('stop', 'No.', false)).toEqual({ finish: 'refused', endedBy: null })
})

test('SGLang’s word stands in an object', () => {
  expect(endingOf({ type: 'length', length: 5 }, null, false).finish).toBe('truncated')
  expect(isBrokenOff({ type: 'abort' })).toBe(true)
})

test.each([
  ['error', true],
  ['ABORT', true],
  ['insufficient_system_resource', true],
  ['stop', false],
  ['other', false],
  [null, false],
])('%j is broken off: %s', (word, expected) => {
  expect(isBrokenOff(word)).toBe(expected)
})
