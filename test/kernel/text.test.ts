import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { PLAIN_STYLE } from '../../src/kernel/style.ts'
import { cutTo, minuteText, secondText, spanText, table, widthOf, wrap } from '../../src/kernel/text.ts'

test.each([
  ['abc', 3],
  ['日本', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['🍎', 2],
  ['👩‍👩‍👧', 2],
  ['', 0],
])('%j takes %i columns', (text, columns) => {
  expect(widthOf(text)).toBe(columns)
})

test('a cut text is never wider than asked, and ends in … where something is missing', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 30 })
  fc.assert(
    fc.property(word, fc.integer({ min: 1, max: 40 }), (text, width) => {
      const cut = cutTo(text, width)
      expect(widthOf(cut)).toBeLessThanOrEqual(width)
      expect(cut === text || cut.endsWith('…')).toBe(true)
    }),
    { seed: 1 },
  )
})

test('a table gives every column its width, and lets the flexible ones share what is left', () => {
  const columns = [
    { title: 'name', flexible: true },
    { title: 'n', align: 'right' as const },
  ]
  const rows = [
    ['a long name that does not fit', '1'],
    ['日本語\nin two lines', { text: '12345', mark: (text: string) => `<${text}>` }],
  ]
  expect(table(columns, rows, { ...PLAIN_STYLE, columns: 24 })).toBe(
    ['name                   n', 'a long name that…      1', '日本語 in two li…  <12345>'].join('\n'),
  )
  const narrow = table(columns, rows, { ...PLAIN_STYLE, columns: 1 }).split('\n')
  expect(narrow[1]).toBe('a long …      1')
})

test('wrapping keeps every word and every line that was there', () => {
  expect(wrap('one two three four five six', 20)).toBe('one two three four\nfive six')
  expect(wrap('one two three four five six', 24, '    ')).toBe('    one two three four\n    five six')
  expect(wrap('  - one two three four five', 22)).toBe('  - one two three four\n  five')
  expect(wrap('a\n\nb', 20)).toBe('a\n\nb')
  expect(wrap('x'.repeat(30), 20)).toBe('x'.repeat(30))
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 20, max: 90 }), (text, width) => {
      const words = (some: string): string[] => some.split(/\s+/).filter(word => word !== '')
      expect(words(wrap(text, width))).toEqual(words(text))
    }),
    { seed: 2 },
  )
})

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [3_599_000, '60 min'],
  [3_600_000, '1 h'],
  [47.4 * 3_600_000, '47 h'],
  [48 * 3_600_000, '2 d'],
])('%i ms is %s', (ms, text) => {
  expect(spanText(ms)).toBe(text)
})

test('instants are UTC, to the minute or second', () => {
  expect(minuteText(Date.UTC(2026, 10, 25, 13, 4, 59))).toBe('2026-11-25 13:04')
  expect(secondText(Date.UTC(2026, 10, 25, 13, 4, 59))).toBe('2026-11-25 13:04:59')
})
