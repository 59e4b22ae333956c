import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, totalsOf, type ReceiptCall } from '../../src/domain/receipt.ts'

function call(changes: Partial<ReceiptCall> = {}): ReceiptCall {
  return {
    id: 'call_1',
    attempt: 1,
    stage: 'generate',
    model: 'gpt-4o',
    answeredModel: null,
    certainty: 'metered',
    inputTokens: 100,
    cachedTokens: 0,
    outputTokens: 20,
    reasoningTokens: 0,
    costNano: 1000,
    priceBasis: 'table',
    priceVersion: 'v1',
    promptDigest: 'p',
    requestId: null,
    ...changes,
  }
}

test('no calls make nothing', () => {
  expect(totalsOf([])).toEqual({
    calls: 0,
    inputTokens: 0,
    outputTokens: 0,
    costNano: 0,
    uncertainNano: 0,
    unpricedNano: 0,
  })
})

test('every booking counts, tokens only where they were reported, and what is unsure is kept apart', () => {
  const silent = { inputTokens: null, outputTokens: null }
  const totals = totalsOf([
    call(),
    call({ certainty: 'unknown', ...silent, costNano: 5000 }),
    call({ certainty: 'unmetered', ...silent, costNano: 300 }),
    call({ certainty: 'reserved', ...silent, costNano: 20 }),
    call({ certainty: 'unbilled', ...silent, costNano: 0 }),
    call({ priceBasis: 'unpriced', costNano: 7 }),
    call({ priceBasis: 'unpriced', certainty: 'unknown', ...silent, costNano: 1 }),
  ])
  expect(totals).toEqual({
    calls: 7,
    inputTokens: 200,
    outputTokens: 40,
    costNano: 6328,
    uncertainNano: 5321,
    unpricedNano: 8,
  })
})

test('canonical JSON has its keys in order at every depth, lists as they are', () => {
  expect(canonicalJson({ b: [{ d: 1, c: [2, 1] }], a: null })).toBe('{"a":null,"b":[{"c":[2,1],"d":1}]}')
})

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, part]) => [key, shuffled(part)] as const)
  return Object.fromEntries(entries.toReversed())
}

test('the order of keys makes no difference, the content does', () => {
  const key = fc.string({ minLength: 1, maxLength: 3 }).filter(name => name !== '__proto__')
  const value = fc.letrec(tie => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.string(),
      fc.constant(null),
      fc.array(tie('any')),
      fc.dictionary(key, tie('any')),
    ),
  })).any
  fc.assert(
    fc.property(value, any => {
      expect(canonicalJson(shuffled(any))).toBe(canonicalJson(any))
      expect(JSON.parse(canonicalJson(any))).toEqual(any)
      expect(canonicalJson({ any, more: 1 })).not.toBe(canonicalJson({ any, more: 2 }))
    }),
    { seed: 20_261_125 },
  )
})
