import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { cutMiddle, cutTo, minuteText, secondText, spanText, widthOf } from '../../src/kernel/text.ts'

test.each([
  ['abc', 3],
  ['日本', 4],
  ['é', 1],
  ['Zürich – “ok” · a → b …', 23],
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

test.each([
  ['notion.parent_page', 18, 'notion.parent_page'],
  ['notion.parent_page', 10, 'noti…_page'],
  ['notion.parent_page', 9, 'noti…page'],
  ['日本語テキスト', 8, '日…スト'],
])('%j in %i columns keeps its end: %j', (text, width, cut) => {
  expect(cutMiddle(text, width)).toBe(cut)
  expect(widthOf(cut)).toBeLessThanOrEqual(width)
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
