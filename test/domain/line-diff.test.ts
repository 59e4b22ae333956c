import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { lineDiff } from '../../src/domain/line-diff.ts'

const shown = (before: string, after: string): string[] =>
  lineDiff(before, after).map(({ sign, line }) => sign + line)

test.each([
  ['', '', []],
  ['a\n', 'a\n', []],
  ['', 'a\nb\n', ['+a', '+b']],
  ['a\nb\n', '', ['-a', '-b']],
  ['a\nb\nc\n', 'a\nx\nc\n', ['-b', '+x']],
  ['a\nb\nc\n', 'b\nc\nd\n', ['-a', '+d']],
])('%j to %j', (before, after, wanted) => {
  expect(shown(before, after)).toEqual(wanted)
})

test('what stays, goes and comes is all there is of both', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 })
  fc.assert(
    fc.property(lines, lines, (old, now) => {
      const textOf = (each: readonly string[]): string => each.map(line => `${line}\n`).join('')
      const changes = lineDiff(textOf(old), textOf(now))
      const gone = changes.filter(({ sign }) => sign === '-').length
      expect(old.length - gone).toBe(now.length - (changes.length - gone))
    }),
    { seed: 11 },
  )
})
