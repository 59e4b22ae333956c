import { expect, test } from 'vitest'
import { keysOf } from '../../src/domain/keys-of.ts'
import { CRITERIA, isValidTarget, RUBRIC, totalScore } from '../../src/domain/rubric.ts'

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

test('a target is a number from 1 to 100, broken ones too', () => {
  expect([1, 50.5, 100].every(isValidTarget)).toBe(true)
  expect([0, 0.99, 100.01, -5, Number.NaN, Number.POSITIVE_INFINITY].some(isValidTarget)).toBe(false)
})
