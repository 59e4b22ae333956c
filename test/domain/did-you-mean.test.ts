import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearest } from '../../src/domain/did-you-mean.ts'

const SEED = { seed: 20_261_125 }
const COMMANDS = [
  'poll',
  'process',
  'qa',
  'payments-scan',
  'replay',
  'report',
  'refund',
  'dsr',
  'backup',
  'status',
]

test.each([
  ['pol', 'poll'],
  ['pool', 'poll'],
  ['POLL', 'poll'],
  ['oplл', null],
  ['opll', 'poll'],
  ['aq', 'qa'],
  ['reprot', 'report'],
  ['refunds', 'refund'],
  ['payment-scan', 'payments-scan'],
  ['paymentscan', 'payments-scan'],
  ['statsu', 'status'],
  ['bakcup', 'backup'],
  ['deploy', null],
  ['x', null],
  ['', null],
  ['invoice', null],
  ['replaying-everything', null],
])('%j means %j', (word, meant) => {
  expect(nearest(word, COMMANDS)).toBe(meant)
})

test('of equally near candidates the first wins, a nearer one beats both', () => {
  expect(nearest('cat', ['bat', 'hat'])).toBe('bat')
  expect(nearest('cat', ['bat', 'Cat', 'hat'])).toBe('Cat')
  expect(nearest('cat', [])).toBeNull()
})

test('letters are compared, not how they are encoded', () => {
  expect(nearest('cafe\u0301', ['caf\u00e9'])).toBe('caf\u00e9')
  expect(nearest('\u{1f600}\u{1f601}a', ['\u{1f600}a\u{1f601}'])).toBe('\u{1f600}a\u{1f601}')
})

test('a long candidate is not near, and is not compared letter by letter', () => {
  const began = performance.now()
  expect(nearest('gpt-4o', ['x'.repeat(20_000_000), 'gpt-4'])).toBe('gpt-4')
  expect(performance.now() - began).toBeLessThan(1_000)
})

test('is symmetric for two words', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'D'), maxLength: 8 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(nearest(a, [b]) === b).toBe(nearest(b, [a]) === a)
    }),
    SEED,
  )
})

test('one slip in a word of three letters or more is always understood', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abcdefghij'.split('')), minLength: 3, maxLength: 12 })
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'change'), (meant, at, slip) => {
      const index = at % (meant.length - 1)
      const [head, first, second, tail] = [
        meant.slice(0, index),
        meant.charAt(index),
        meant.charAt(index + 1),
        meant.slice(index + 2),
      ]
      const typed = {
        drop: head + second + tail,
        double: head + first + first + second + tail,
        swap: head + second + first + tail,
        change: `${head}z${second}${tail}`,
      }[slip]
      expect(nearest(typed, ['qqqqqqqqqqqqqqqqqqqq', meant])).toBe(meant)
    }),
    SEED,
  )
})
