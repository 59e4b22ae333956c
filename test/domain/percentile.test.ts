import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestRank } from '../../src/domain/percentile.ts'

test.each([
  [0, null],
  [1, 1],
  [10, 10],
  [19, 19],
  [20, 19],
  [21, 20],
  [100, 95],
])('of %i values the 95th percentile is number %s', (count, rank) => {
  expect(nearestRank(count, 95)).toBe(rank)
})

test('it is the first value that 95 of 100 do not exceed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const inOrder = values.toSorted((a, b) => a - b)
        const isEnough = (value: number): boolean =>
          values.filter(each => each <= value).length * 100 >= percent * values.length
        expect(inOrder[(nearestRank(values.length, percent) ?? 0) - 1]).toBe(inOrder.find(isEnough))
      },
    ),
  )
})
