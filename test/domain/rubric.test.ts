import { expect, test } from 'vitest'
import { keysOf } from '../../src/domain/keys-of.ts'
import { CRITERIA, isValidTarget, RUBRIC, thresholdFor, totalScore } from '../../src/domain/rubric.ts'

test('four criteria of 30, 30, 20 and 20 points make 100', () => {
  expect(CRITERIA.map(criterion => [RUBRIC[criterion].title, RUBRIC[criterion].points])).toEqual([
    ['Clarity & coherence', 30],
    ['Accuracy & relevance', 30],
    ['Completeness', 20],
    ['Professional tone', 20],
  ])
  expect([...CRITERIA].toSorted()).toEqual(keysOf(RUBRIC).toSorted())
  expect(CRITERIA.reduce((sum, criterion) => sum + RUBRIC[criterion].points, 0)).toBe(100)
})

test('the score is the sum of the points', () => {
  const scores = { clarity_coherence: 1, accuracy_relevance: 20, completeness: 3, professional_tone: 4 }
  expect(totalScore(scores)).toBe(28)
})

test.each([
  { row: 70, type: 85, configured: 80, threshold: 70 },
  { row: null, type: 85, configured: 80, threshold: 85 },
  { row: null, type: null, configured: 80, threshold: 80 },
  { row: 1, type: null, configured: 80, threshold: 1 },
])('threshold of row $row, type $type, configured $configured: $threshold', row => {
  expect(thresholdFor(row.row, row.type, row.configured)).toBe(row.threshold)
})

test('a target is a number from 1 to 100, broken ones too', () => {
  expect([1, 50.5, 100].every(isValidTarget)).toBe(true)
  expect([0, 0.99, 100.01, -5, Number.NaN, Number.POSITIVE_INFINITY].some(isValidTarget)).toBe(false)
})
