import { expect, test } from 'vitest'
import { capsOf, contextTokens, effectiveModel, modelFor } from '../../src/pipeline/rules.ts'
import { newRun } from '../../src/pipeline/tasks.ts'
import { TESTER } from '../support/tasks.ts'
import { settingsWith } from '../support/workshop.ts'

const BEFORE = Date.parse('2027-01-13T23:59:59Z')
const AFTER = Date.parse('2027-01-14T00:00:00Z')

test('the type decides over the configured model, temperature and length, for making but not for judging', () => {
  const research = { model: 'gpt-6-luna', temperature: 0.1, max_output_tokens: 900 }
  const settings = settingsWith({ types: { Research: research } })
  expect(modelFor(settings, 'generate', 'Research', BEFORE)).toMatchObject({
    model: 'gpt-6-luna',
    maxOutputTokens: 900,
    // This model refuses one.
    temperature: null,
  })
  expect(modelFor(settings, 'revise', 'Drafting', BEFORE)).toEqual({
    model: 'gpt-4o',
    temperature: 0.7,
    maxOutputTokens: 4096,
    tokenParameter: 'max_completion_tokens',
  })
  expect(modelFor(settings, 'judge', 'Research', BEFORE).model).toBe('gpt-4o-mini')
})

test('a model that nobody knows gets the old name of the limit, and no more than its own limit', () => {
  const settings = settingsWith({
    generate: { model: 'llama' },
    models: { llama: { max_output_tokens: 500 } },
  })
  expect(modelFor(settings, 'generate', 'Other', BEFORE)).toMatchObject({
    tokenParameter: 'max_tokens',
    maxOutputTokens: 500,
  })
})

test('a successor is used from the day its model is shut down, and only where one is named', () => {
  const settings = settingsWith({ models: { 'gpt-4o': { successor: 'gpt-6.1-terra' } } })
  expect(effectiveModel(settings, 'gpt-4o', BEFORE)).toBe('gpt-4o')
  expect(effectiveModel(settings, 'gpt-4o', AFTER)).toBe('gpt-6.1-terra')
  expect(effectiveModel(settingsWith({}), 'gpt-4o', AFTER)).toBe('gpt-4o')
})

test('what a model takes in: the operator knows best, then the catalog, then nobody', () => {
  const settings = settingsWith({ models: { 'gpt-4o': { context_tokens: 1000 } } })
  expect(contextTokens(settings, 'gpt-4o')).toBe(1000)
  expect(contextTokens(settings, 'gpt-4o-mini')).toBe(128_000)
  expect(contextTokens(settings, 'llama')).toBeNull()
})

test('a cap of 0 is none; others are nano-dollars', () => {
  const budget = { task_usd: 0, client_month_usd: 1.5, day_usd: 0.000001, month_usd: 200 }
  expect(capsOf(settingsWith({ budget }))).toEqual({
    taskNano: null,
    clientMonthNano: 1_500_000_000,
    dayNano: 1000,
    monthNano: 200_000_000_000,
  })
})

test.each([
  { row: 70, type: 85, threshold: 70 },
  { row: null, type: 85, threshold: 85 },
  { row: null, type: undefined, threshold: 75 },
  { row: 1, type: undefined, threshold: 1 },
])('a run whose row wants $row and whose type wants $type needs $threshold', ({ row, type, threshold }) => {
  const qa = { threshold: 75, band: 3, revisions: 2 }
  const types = type === undefined ? {} : { Other: { qa_target: type } }
  const task = { brief: 'b', type: 'Other', qaTarget: row, priority: 'Normal' } as const
  const run = newRun(settingsWith({ qa, types }), task, 'added', TESTER)
  expect(run).toMatchObject({ threshold, band: 3, revisions: 2 })
})
