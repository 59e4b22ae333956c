import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  aboveCeiling,
  promisedMinor,
  refundableMinor,
  whyNoRefund,
  type RefundablePayment,
} from '../../src/domain/refund-guard.ts'
import type { RefundState, RefundView } from '../../src/domain/payment-state.ts'

const eur = (minor: number) => ({ currency: 'EUR', minor })

function payment(changes: Partial<RefundablePayment> = {}): RefundablePayment {
  return {
    service: 'stripe',
    state: 'paid',
    amount: eur(4900),
    paidMs: 0,
    refunds: [],
    disputes: [],
    ...changes,
  }
}

const of = (state: RefundState, amountMinor: number): RefundView => ({ state, amountMinor })

test.each<[RefundState, number]>([
  ['planned', 3900],
  ['sent', 3900],
  ['pending', 3900],
  ['succeeded', 3900],
  ['failed', 4900],
  ['cancelled', 4900],
])('a refund of 10.00 that is %s leaves %i', (state, left) => {
  expect(refundableMinor(payment({ refunds: [of(state, 1000)] }))).toBe(left)
})

test.each([
  ['needs_response', 0],
  ['under_review', 0],
  ['lost', 0],
  ['warning', 4900],
  ['won', 4900],
  ['closed', 4900],
] as const)('of what is disputed, and is %s, %i may be given back', (state, left) => {
  expect(refundableMinor(payment({ disputes: [{ state, amount: eur(4900) }] }))).toBe(left)
})

test.each<[string, Partial<RefundablePayment>, number, string]>([
  ['EUR', {}, 4901, 'only 49.00 EUR is left of it: 49.00 EUR was paid'],
  [
    'EUR',
    { refunds: [of('sent', 4900)] },
    1,
    'nothing is left of it: 49.00 EUR was paid, 49.00 EUR went back or',
  ],
  ['EUR', { disputes: [{ state: 'lost', amount: eur(4900) }] }, 1, 'and it is disputed'],
  ['USD', {}, 100, 'it was paid in EUR'],
  ['EUR', {}, 0, 'above zero'],
  ['EUR', { state: 'pending' }, 100, 'it is pending'],
  ['EUR', { service: 'hand' }, 100, 'send the money back by bank'],
])('%s %o %i: %s', (currency, changes, minor, why) => {
  expect(whyNoRefund(payment(changes), { currency, minor })).toContain(why)
})

test('what is left is given back to the last cent', () => {
  expect(whyNoRefund(payment({ refunds: [of('succeeded', 4000)] }), eur(900))).toBe(null)
})

/** What befalls refunds: one is wanted over an amount, or the one of a place comes to another state. */
const steps = fc.array(
  fc.oneof(
    fc.record({ wanted: fc.integer({ min: -5, max: 6000 }) }),
    fc.record({
      at: fc.nat(9),
      to: fc.constantFrom<RefundState>('sent', 'pending', 'succeeded', 'failed', 'cancelled'),
    }),
  ),
  { maxLength: 40 },
)

test('whatever is wanted and whatever becomes of it, never more goes back than was paid', () => {
  fc.assert(
    fc.property(steps, all => {
      const refunds: RefundView[] = []
      for (const step of all) {
        const isWanted = 'wanted' in step && whyNoRefund(payment({ refunds }), eur(step.wanted)) === null
        if (isWanted) refunds.push(of('planned', step.wanted))
        // What failed or was given up does not come back to life.
        const known = 'at' in step ? refunds[step.at] : undefined
        const isOver = known?.state === 'failed' || known?.state === 'cancelled'
        if (known !== undefined && 'at' in step && !isOver) refunds[step.at] = { ...known, state: step.to }
        expect(promisedMinor(refunds)).toBeLessThanOrEqual(4900)
        expect(promisedMinor(refunds) + refundableMinor(payment({ refunds }))).toBe(4900)
      }
    }),
  )
})

const CEILINGS = { each: [eur(1000)], aDay: [eur(2500)] }

test.each([
  [1000, 0, null],
  [1001, 0, 'above the 10.00 EUR of one refund'],
  [500, 2000, null],
  [501, 2000, 'above the 25.00 EUR of a day, on which 20.00 EUR went back before'],
])('a refund of %i after %i on the day', (minor, sent, above) => {
  expect(aboveCeiling(eur(minor), sent, CEILINGS)).toBe(above)
})

test('a currency without a ceiling has none', () => {
  expect(aboveCeiling({ currency: 'JPY', minor: 9_000_000 }, 0, CEILINGS)).toBe(null)
})
