import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countTerm } from '../../src/domain/checks.ts'

test.each([
  ['We delve into it. Delve, DELVE!', 'delve', 3],
  ['He delved into it', 'delve', 0],
  ['undelve', 'delve', 0],
  ['_delve_ and **delve**', 'delve', 2],
  ['AI-made work, by AI', 'ai', 2],
  ['a maid', 'ai', 0],
  ['game\n  changer, game changer', 'game changer', 2],
  ['gamechanger', 'game changer', 0],
  ['Über uns, über', 'über', 2],
  ['Übermut', 'über', 0],
  ['grünüber', 'über', 0],
  ['cafe\u0301 CAFÉ', 'café', 2],
  ['cafés', 'café', 0],
  ['C++ and c++.', 'C++', 2],
  ['#ad, nothing else', '#ad', 1],
  ['#adverb', '#ad', 0],
  ['a.b axb', 'a.b', 1],
  ['你好世界', '世界', 1],
  ['ПРИВЕТ привет приветы', 'привет', 2],
  ['100 % in 2026', '2026', 1],
  ['x20261', '2026', 0],
  ['anything', ' ', 0],
  ['', 'delve', 0],
])('%j has %j %d times', (text, term, times) => {
  expect(countTerm(text, term)).toBe(times)
})

test('any term is found between spaces, and never inside a word', () => {
  const word = fc.string({
    unit: fc.constantFrom(...'abcäß.*+?^$(){}|[]\\/-#'.split('')),
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(word, term => {
      expect(countTerm(`so ${term} so`, term)).toBe(1)
      expect(countTerm(`x${term}`, term)).toBe(/^\p{L}/u.test(term) ? 0 : 1)
    }),
    { seed: 20_261_125 },
  )
})
