import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CATALOG_VERSION, familyOf, findModel, MODEL_CATALOG } from '../../src/domain/model-catalog.ts'

test('a change of any figure comes with a new version', () => {
  const digest = createHash('sha256').update(JSON.stringify(MODEL_CATALOG)).digest('hex').slice(0, 16)
  expect({ version: CATALOG_VERSION, digest }).toEqual({ version: '2026-11-22', digest: '7bc78f49acf5584b' })
})

describe.each(MODEL_CATALOG.map(model => [model.id, model] as const))('%s', (id, model) => {
  test('is found by its id and by a dated snapshot', () => {
    expect(findModel(id)).toBe(model)
    expect(findModel(`${id}-2026-01-31`)).toBe(model)
  })

  test('has a standard price from a real date on, in whole nano-dollars, no column missing', () => {
    expect(model.prices.some(row => row.tier === 'standard')).toBe(true)
    for (const row of model.prices) {
      expect(new Date(row.from).toISOString().slice(0, 10)).toBe(row.from)
      const figures = [
        row.inputNano,
        row.cachedInputNano,
        row.cacheWriteNano,
        row.outputNano,
        row.audioMinuteNano,
      ]
      expect(figures.every(figure => Number.isSafeInteger(figure) && figure >= 0)).toBe(true)
      expect(figures.some(figure => figure > 0)).toBe(true)
      expect(row.cachedInputNano).toBeLessThanOrEqual(row.inputNano)
      expect(row.cacheWriteNano).toBeGreaterThanOrEqual(row.inputNano)
    }
  })

  test('has no two prices of one tier from the same date', () => {
    const keys = model.prices.map(row => `${row.tier} ${row.from}`)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('shuts down on a real date, if at all, and writes less than its context holds', () => {
    const date = model.shutdownDate
    expect(date === null || new Date(date).toISOString().startsWith(date)).toBe(true)
    expect(model.maxOutputTokens).toBeLessThanOrEqual(model.contextTokens)
  })
})

test('ids are unique', () => {
  expect(new Set(MODEL_CATALOG.map(model => model.id)).size).toBe(MODEL_CATALOG.length)
})

test.each(['gpt-4o', 'gpt-4o-mini'])('%s ends on 2027-01-14', id => {
  expect(findModel(id)?.shutdownDate).toBe('2027-01-14')
})

test.each([
  ['gpt-4o-2024-08-06', 'gpt-4o'],
  ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini'],
  ['gpt-6.1-sol-2026-09-29', 'gpt-6.1-sol'],
])('the snapshot %s belongs to %s', (id, family) => {
  expect(findModel(id)?.id).toBe(family)
})

test.each([
  'gpt-4o-2024-05-13',
  'gpt-4o-audio-preview-2024-10-01',
  'gpt-4o-latest',
  'GPT-4o',
  'ft:gpt-4o-2024-08-06:acme::abc',
  'openai/gpt-4o',
  'llama3.3',
  '',
  'constructor',
])('%j is not known', id => {
  expect(findModel(id)).toBeNull()
})

test('a family name keeps what only looks like a date', () => {
  expect(familyOf('my-model-2025-02-03')).toBe('my-model')
  expect(familyOf('my-model-20250203')).toBe('my-model-20250203')
  expect(familyOf('gpt-4o-2024-05-13')).toBe('gpt-4o-2024-05-13')
})

test.each([
  ['gpt-4o', 'always'],
  ['gpt-6-luna', 'only-without-reasoning'],
  ['gpt-6.1-terra', 'only-without-reasoning'],
])('%s takes a temperature: %s', (id, rule) => {
  expect(findModel(id)?.temperature).toBe(rule)
})
