/** The fields of an input: what each takes, and what it says of the rest. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import {
  choiceField,
  dateField,
  flagField,
  listField,
  nonEmptyTextField,
  numberField,
  optional,
  textField,
  type Field,
  urlField,
  wholeNumberField,
  withDefault,
} from '../../src/kernel/field.ts'
import { readInput } from '../../src/kernel/input.ts'

const small = numberField('size', 0.5, 10)

test.each<[string, Field<unknown>, unknown, unknown]>([
  ['a text', textField('note'), '', ''],
  ['a text of spaces around words', nonEmptyTextField('note', 'empty'), ' a b ', 'a b'],
  ['one of a few', choiceField(['a', 'b'], 'which'), 'b', 'b'],
  ['part of a whole', small, 5.5, 5.5],
  ['an address', urlField('where'), 'http://localhost:1/v1', 'http://localhost:1/v1'],
  ['a list', listField('terms'), ['a', 'b'], ['a', 'b']],
  ['a number', small, 5, 5],
  ['the least', wholeNumberField('count', 1, 64), 1, 1],
  ['the most', wholeNumberField('count', 1, 64), 64, 64],
  ['a flag that is set', flagField('on'), true, true],
  ['a flag that is left out', flagField('on'), undefined, false],
  ['what may be left out', optional(textField('note')), undefined, undefined],
  ['a default', withDefault(wholeNumberField('count', 1), 7), undefined, 7],
  ['a leap day', dateField('due'), '2028-02-29', '2028-02-29'],
])('%s is taken', (_, field, given, value) => {
  expect(readInput({ field }, { field: given }, 'next')).toEqual({ field: value })
})

test.each<[string, Field<unknown>, unknown, RegExp]>([
  ['no text', textField('note'), 5, /a text is wanted, not 5/],
  ['nothing', textField('note'), undefined, /not nothing/],
  ['only spaces', nonEmptyTextField('note', 'say what'), '  ', /say what/],
  ['another choice', choiceField(['a', 'b'], 'which'), 'c', /one of a, b is wanted, not "c"/],
  ['digits as a text', small, '5', /a number from 0.5 to 10 is wanted, not "5"/],
  ['an endless number', small, Infinity, /not Infinity/],
  ['what is no number', small, Number.NaN, /not NaN/],
  ['an address of another kind', urlField('where'), 'ftp://x/v1', /an address such as/],
  ['an empty item', listField('terms'), ['a', ''], /a list of texts is wanted, without ""/],
  ['no list', listField('terms'), 'a', /a list is wanted/],
  ['less than the least', wholeNumberField('count', 1, 64), 0, /from 1 to 64/],
  ['more than the most', wholeNumberField('count', 1, 64), 65, /from 1 to 64/],
  ['part of a whole', wholeNumberField('count', 1), 1.5, /of at least 1/],
  ['a word for a flag', flagField('on'), 'yes', /true or false/],
  ['a day that is none', dateField('due'), '2026-02-30', /a date such as/],
  ['a month that is none', dateField('due'), '2026-13-01', /a date such as/],
  ['another way to write it', dateField('due'), '1/2/2026', /a date such as/],
  ['a time as well', dateField('due'), '2026-12-31T00:00', /a date such as/],
])('%s is refused', (_, field, given, why) => {
  expect(() => readInput({ field }, { field: given }, 'next')).toThrow(why)
})

test('all faults are told at once, each after its flag, with what to type next', () => {
  const input = { failFast: flagField('stop'), limit: wholeNumberField('most', 1), note: textField('note') }
  const reading = (): unknown => readInput(input, { failFast: 1, limit: 'x', note: 'n' }, 'echopilot help')
  expect(reading).toThrow(AppError)
  expect(reading).toThrow(/^--fail-fast: .*; --limit: /)
  expect(reading).toThrow(expect.objectContaining({ kind: 'usage', hint: 'echopilot help' }))
})

test('what is not asked for is left out, also what every object has', () => {
  expect(readInput({}, { other: 1 }, 'next')).toEqual({})
  expect(() => readInput({ toString: textField('name') }, {}, 'next')).toThrow(/nothing/)
})

test('every whole number within the limits is read as itself', () => {
  const field = wholeNumberField('count', -5, 1000)
  fc.assert(
    fc.property(fc.integer({ min: -5, max: 1000 }), value => {
      expect(readInput({ field }, { field: value }, 'next')).toEqual({ field: value })
    }),
  )
})

test('no whole number beyond the limits is read', () => {
  const field = wholeNumberField('count', -5, 1000)
  fc.assert(
    fc.property(fc.oneof(fc.integer({ max: -6 }), fc.integer({ min: 1001 })), value => {
      expect(() => readInput({ field }, { field: value }, 'next')).toThrow(/from -5 to 1000/)
    }),
  )
})
