import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { findJsonFlaw } from '../../src/domain/json-flaw.ts'

const SEED = { seed: 20_261_125, numRuns: 3_000 }

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test.each([
  ['{"a": 1,}', 1, 9, 'a comma before the closing bracket'],
  ['[1, 2,]', 1, 7, 'a comma before the closing bracket'],
  ['{"a" 1}', 1, 6, 'the colon after a key is missing'],
  ['{"a": 1 "b": 2}', 1, 9, 'a comma or the closing bracket is missing'],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'a comma or the closing bracket is missing'],
  ['{a: 1}', 1, 2, '"a" cannot stand here'],
  ["{'a': 1}", 1, 2, 'text must stand in straight double quotes'],
  ['{"a": }', 1, 7, 'a value is missing'],
  ['{"a": 1', 1, 8, 'the text ends before the JSON does'],
  ['{"a": "x', 1, 7, 'a text in double quotes is not closed'],
  ['{"a": "x\ny"}', 1, 7, 'a text in double quotes holds a bare line break, tab or wrong escape'],
  ['{"a": 1} and more', 1, 10, 'there is text after the end of the JSON'],
  ['{"a": 1} {"b": 2}', 1, 10, 'there is text after the end of the JSON'],
  ['{1: 2}', 1, 2, 'a key in double quotes or "}" is missing'],
  ['[1} ', 1, 3, 'a comma or the closing bracket is missing'],
  ['{"a": 1 // one\n}', 1, 9, 'JSON has no comments'],
  ['[01]', 1, 3, 'a comma or the closing bracket is missing'],
  ['[NaN]', 1, 2, '"N" cannot stand here'],
  ['  ', 1, 3, 'there is no JSON'],
])('%j: line %d, column %d, %s', (text, line, column, reason) => {
  expect(findJsonFlaw(text)).toEqual({ line, column, reason })
})

test('agrees with JSON.parse on JSON', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2, '\t'), (json, indent) => {
      expect(findJsonFlaw(JSON.stringify(JSON.parse(json), null, indent))).toBeNull()
    }),
    SEED,
  )
})

test('agrees with JSON.parse on nearly JSON', () => {
  const insert = fc.constantFrom(
    '',
    ',',
    '"',
    '{',
    '}',
    '[',
    ']',
    ':',
    '\\',
    '\n',
    ' ',
    '0',
    '-',
    'e1',
    '.',
    'null',
    'x',
    "'",
  )
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat(3), insert, (json, at, dropped, inserted) => {
      const index = at % (json.length + 1)
      const text = json.slice(0, index) + inserted + json.slice(index + dropped)
      expect(findJsonFlaw(text) === null).toBe(parses(text))
    }),
    SEED,
  )
})

test('agrees with JSON.parse on soups of its signs', () => {
  const sign = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"a"',
    '1',
    '-0.5e+3',
    'true',
    ' ',
    '"\\u00e4"',
    '"\u{1f600}\ud800"',
  )
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 7 }), signs => {
      expect(findJsonFlaw(signs.join('')) === null).toBe(parses(signs.join('')))
    }),
    { ...SEED, numRuns: 10_000 },
  )
})

test('the place of a flaw lies in the text, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), text => {
      const flaw = findJsonFlaw(text)
      const lines = text.split('\n')
      expect(
        flaw === null || (flaw.column >= 1 && flaw.column <= (lines[flaw.line - 1] ?? '').length + 1),
      ).toBe(true)
    }),
    SEED,
  )
})

test('neither deep nesting nor a long text is too much', () => {
  expect(findJsonFlaw('['.repeat(200_000) + ']'.repeat(200_000))).toBeNull()
  expect(findJsonFlaw(JSON.stringify('x'.repeat(2_000_000)))).toBeNull()
  expect(findJsonFlaw(`"${'x'.repeat(2_000_000)}`)?.reason).toBe('a text in double quotes is not closed')
})
