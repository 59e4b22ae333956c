import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterLook, nextSpan, type Span, type SpanRequest } from '../../src/domain/coverage.ts'

const usual: SpanRequest = {
  lagMs: 10,
  keptMs: 1_000,
  covered: null,
  bornMs: 100,
  sinceMs: null,
  overlapMs: 50,
  nowMs: 500,
}

test.each<[string, Partial<SpanRequest>, Span | null]>([
  ['first, from the beginning', {}, { fromMs: 100, toMs: 490 }],
  [
    'then from a little before the end of the last',
    { covered: { fromMs: 100, toMs: 400 } },
    { fromMs: 350, toMs: 490 },
  ],
  ['never before the beginning', { covered: { fromMs: 100, toMs: 120 } }, { fromMs: 100, toMs: 490 }],
  [
    'what is asked for again',
    { covered: { fromMs: 100, toMs: 400 }, sinceMs: 200 },
    { fromMs: 200, toMs: 490 },
  ],
  [
    'never less than what is new',
    { covered: { fromMs: 100, toMs: 400 }, sinceMs: 480 },
    { fromMs: 350, toMs: 490 },
  ],
  ['no more than is kept', { nowMs: 1_500 }, { fromMs: 500, toMs: 1_490 }],
  ['nothing that may be listed only later', { bornMs: 495 }, null],
  [
    'something after the clock was set back',
    { covered: { fromMs: 100, toMs: 900 } },
    { fromMs: 490, toMs: 490 },
  ],
])('a look goes through %s', (_, changes, span) => {
  const next = nextSpan({ ...usual, ...changes })
  expect(next).toEqual(span !== null && span.fromMs >= span.toMs ? null : span)
})

test('looks join to one piece; what lies before a gap is not claimed', () => {
  const span = fc
    .tuple(fc.nat(1_000), fc.integer({ min: 1, max: 300 }))
    .map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length }))
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 12 }), spans => {
      const [first, ...rest] = spans
      if (first === undefined) return
      const claimed = rest.reduce<Span>((all, one) => afterLook(all, one), afterLook(null, first))
      for (let ms = claimed.fromMs; ms < claimed.toMs; ms += 1) {
        expect(spans.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)).toBe(true)
      }
    }),
  )
})
