import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BillState } from '../../src/domain/billing.ts'
import type { Money } from '../../src/domain/money.ts'
import {
  billStateOf,
  DISPUTE_STATES,
  mergeDisputes,
  mergePayments,
  mergeRefunds,
  openOf,
  PAYMENT_STATES,
  problemOf,
  REFUND_STATES,
  returnedOf,
  type BookedPayment,
  type DisputeView,
  type PaymentView,
  type RefundView,
} from '../../src/domain/payment-state.ts'

const eur = (minor: number): Money => ({ currency: 'EUR', minor })

/** Views in the order in which they were asked for, each at an instant of its own, and the same views shuffled. */
function shuffled<View>(
  views: fc.Arbitrary<readonly View[]>,
): fc.Arbitrary<[readonly View[], readonly View[]]> {
  return views.chain(life =>
    fc
      .shuffledSubarray([...life, ...life], { minLength: life.length * 2 })
      .map((told): [readonly View[], readonly View[]] => [life, told]),
  )
}

describe('whatever the order and repetition of what a service tells', () => {
  test('a payment comes to the furthest state, with what went with it', () => {
    const states = fc.array(fc.constantFrom(...PAYMENT_STATES), { minLength: 1, maxLength: 5 })
    const life = states.map(all =>
      all
        .toSorted((a, b) => PAYMENT_STATES.indexOf(a) - PAYMENT_STATES.indexOf(b))
        .map((state, at): PaymentView => {
          const isPaid = state === 'paid'
          return {
            state,
            amount: eur(100),
            fee: isPaid && at > 2 ? eur(3) : null,
            paidMs: isPaid ? 7 : null,
            askedMs: at,
          }
        }),
    )
    fc.assert(
      fc.property(shuffled(life), ([inOrder, told]) => {
        expect(told.reduce(mergePayments)).toEqual(inOrder.at(-1))
      }),
    )
  })

  test('an answer that was overtaken takes nothing back', () => {
    const paid: PaymentView = { state: 'paid', amount: eur(100), fee: eur(3), paidMs: 7, askedMs: 5 }
    const late: PaymentView = { state: 'pending', amount: eur(90), fee: null, paidMs: null, askedMs: 6 }
    for (const both of [mergePayments(paid, late), mergePayments(late, paid)]) {
      expect(both).toEqual({ ...paid, askedMs: 6 })
    }
  })

  test('a refund comes to the furthest state', () => {
    const life = fc
      .uniqueArray(fc.constantFrom(...REFUND_STATES), { minLength: 1 })
      .map(all =>
        all
          .toSorted((a, b) => REFUND_STATES.indexOf(a) - REFUND_STATES.indexOf(b))
          .map((state): RefundView => ({ state, amountMinor: 40 })),
      )
    fc.assert(
      fc.property(shuffled(life), ([inOrder, told]) => {
        expect(told.reduce(mergeRefunds)).toEqual(inOrder.at(-1))
      }),
    )
  })

  test('a dispute is as the service was last heard to say, also after an appeal', () => {
    const life = fc.array(fc.constantFrom(...DISPUTE_STATES), { minLength: 1, maxLength: 6 }).map(all =>
      all.map((state, at): DisputeView => ({
        state,
        amount: eur(100),
        dueMs: at % 2 === 0 ? at : null,
        askedMs: at,
      })),
    )
    fc.assert(
      fc.property(shuffled(life), ([inOrder, told]) => {
        expect(told.reduce(mergeDisputes)).toEqual(inOrder.at(-1))
      }),
    )
  })

  test('two words of the same instant count the same, whichever is heard first', () => {
    const dispute = fc.record({
      state: fc.constantFrom(...DISPUTE_STATES),
      amount: fc.constant(eur(1)),
      dueMs: fc.constant(null),
      askedMs: fc.constant(1),
    })
    fc.assert(
      fc.property(dispute, dispute, (a, b) => {
        expect(mergeDisputes(a, b)).toEqual(mergeDisputes(b, a))
      }),
    )
  })
})

let made = 0

function payment(changes: Partial<BookedPayment> = {}): BookedPayment {
  made += 1
  const id = `pay_${String(made).padStart(6, '0')}`
  return {
    id,
    state: 'paid',
    amount: eur(4900),
    paidMs: made,
    isOfMode: true,
    doubtedMs: null,
    asked: eur(4900),
    refunds: [],
    disputes: [],
    ...changes,
  }
}

function refund(amountMinor: number, state: RefundView['state'] = 'succeeded'): RefundView {
  return { amountMinor, state }
}

function disputed(state: DisputeView['state']): BookedPayment['disputes'] {
  return [{ state, amount: eur(4900) }]
}

describe('the state of a bill', () => {
  const stateAfter = (payments: readonly BookedPayment[], state: BillState = 'unpaid'): BillState =>
    billStateOf({ state, amount: eur(4900), owed: 'unpaid' }, payments)

  test.each([
    ['nothing', [], 'unpaid'],
    ['a payment on its way', [payment({ state: 'pending' })], 'unpaid'],
    ['one that failed', [payment({ state: 'failed' })], 'unpaid'],
    ['its amount', [payment()], 'paid'],
    ['a cent less', [payment({ amount: eur(4899) })], 'unpaid'],
    ['a cent more', [payment({ amount: eur(4901) })], 'unpaid'],
    ['another currency', [payment({ amount: { currency: 'USD', minor: 4900 } })], 'unpaid'],
    ['money of the other mode', [payment({ isOfMode: false })], 'unpaid'],
    ['its amount, some of it refunded', [payment({ refunds: [refund(1)] })], 'partly_refunded'],
    ['a refund on its way', [payment({ refunds: [refund(1, 'pending')] })], 'partly_refunded'],
    ['a refund that failed', [payment({ refunds: [refund(4900, 'failed')] })], 'paid'],
    ['a refund that nobody has executed', [payment({ refunds: [refund(4900, 'planned')] })], 'paid'],
    [
      'its amount, all of it refunded in parts',
      [payment({ refunds: [refund(900), refund(4000)] })],
      'refunded',
    ],
    ['twice', [payment(), payment()], 'paid'],
    ['twice, and once refunded', [payment({ refunds: [refund(4900)] }), payment()], 'paid'],
    ['a dispute', [payment({ disputes: disputed('needs_response') })], 'disputed'],
    ['a dispute that was lost', [payment({ disputes: disputed('lost') })], 'disputed'],
    ['a dispute that was won', [payment({ disputes: disputed('won') })], 'paid'],
    [
      'a dispute of what was refunded',
      [payment({ refunds: [refund(4900)], disputes: disputed('closed') })],
      'refunded',
    ],
  ] as const)('after %s', (_name, payments, expected) => {
    expect(stateAfter(payments)).toBe(expected)
  })

  test('on invoice it is paid as any other', () => {
    expect(stateAfter([payment()], 'on_invoice')).toBe('paid')
  })

  test('replaced, or without a price, it stays as it is', () => {
    expect(stateAfter([payment()], 'cancelled')).toBe('cancelled')
    expect(billStateOf({ state: 'unpriced', amount: null, owed: 'unpriced' }, [payment()])).toBe('unpriced')
  })

  test('follows from its payments alone, in whatever order and after whatever state', () => {
    const any = fc.record({
      state: fc.constantFrom(...PAYMENT_STATES),
      amount: fc.constantFrom(eur(4900), eur(4800)),
      asked: fc.constantFrom(eur(4900), eur(4800), null),
      isOfMode: fc.boolean(),
      refunds: fc.array(
        fc.record({ state: fc.constantFrom(...REFUND_STATES), amountMinor: fc.constantFrom(100, 4900) }),
        { maxLength: 2 },
      ),
      disputes: fc.constantFrom([], ...DISPUTE_STATES.map(disputed)),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 4 }), all => {
        const payments = all.map(payment)
        const state = stateAfter(payments)
        expect(stateAfter(payments.toReversed())).toBe(state)
        expect(stateAfter(payments, 'paid')).toBe(state)
      }),
    )
  })
})

describe('what came by bank', () => {
  const byBank = (minor: number, changes: Partial<BookedPayment> = {}): BookedPayment =>
    payment({ amount: eur(minor), asked: null, ...changes })
  const BILL = { state: 'unpaid', amount: eur(4900), owed: 'unpaid' } as const

  test.each([
    ['a part', [byBank(2000)], 'unpaid', 2900],
    ['what leaves too little for a link', [byBank(4880)], 'on_invoice', 20],
    ['all parts', [byBank(2000), byBank(2900)], 'paid', 0],
    ['too much', [byBank(5000)], 'paid', 0],
    [
      'a part, and the rest by a link for it',
      [byBank(2000), payment({ amount: eur(2900), asked: eur(2900) })],
      'paid',
      0,
    ],
    ['a part, and another amount by a link', [byBank(2000), payment({ amount: eur(2900) })], 'unpaid', 2900],
    [
      'a part of another currency',
      [byBank(2000, { amount: { currency: 'USD', minor: 2000 } })],
      'unpaid',
      4900,
    ],
    ['a part that was withdrawn', [byBank(2000, { state: 'failed' })], 'unpaid', 4900],
    [
      'all of it, some of which went back',
      [byBank(4900, { refunds: [refund(900)] })],
      'partly_refunded',
      900,
    ],
    ['a part, which went back', [byBank(2000, { refunds: [refund(2000)] })], 'unpaid', 4900],
  ] as const)('%s', (_name, payments, state, openMinor) => {
    expect(billStateOf(BILL, payments)).toBe(state)
    expect(openOf(BILL, payments)).toEqual(eur(openMinor))
  })

  test('a bill that was on an invoice is there again without its payments', () => {
    expect(billStateOf({ ...BILL, state: 'paid', owed: 'on_invoice' }, [])).toBe('on_invoice')
  })

  test('parts add up to the cent, in whatever order, and what came is what is kept and what is open', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 6 })
    fc.assert(
      fc.property(parts, all => {
        const payments = all.map(minor => byBank(minor))
        const came = all.reduce((total, minor) => total + minor, 0)
        expect(openOf(BILL, payments)?.minor).toBe(Math.max(0, 4900 - came))
        expect(billStateOf(BILL, payments.toReversed())).toBe(billStateOf(BILL, payments))
        expect(billStateOf(BILL, payments) === 'paid').toBe(came >= 4900)
        const problems = payments.map(one => problemOf(one, BILL, payments)).filter(one => one !== null)
        expect(problems.length > 0).toBe(came > 4900)
        // What has a problem is all that came once it was covered, and the one with which it was more.
        const fine = payments.filter(one => problemOf(one, BILL, payments) === null)
        expect(fine.reduce((total, one) => total + one.amount.minor, 0)).toBeLessThanOrEqual(4900)
      }),
    )
  })

  test.each([
    ['nothing of what is paid', [payment()], 0],
    ['a refund', [payment({ refunds: [refund(900)] })], 900],
    ['a dispute that was lost', [payment({ disputes: disputed('lost') })], 4900],
    ['nothing yet of one that is not decided', [payment({ disputes: disputed('under_review') })], 0],
    ['nothing of one that was won', [payment({ disputes: disputed('won') })], 0],
    [
      'all of it once, where both went back',
      [payment({ refunds: [refund(900)], disputes: disputed('lost') })],
      4900,
    ],
    [
      'nothing of one that was paid twice, where one went back',
      [payment({ refunds: [refund(4900)] }), payment()],
      0,
    ],
    ['nothing of a part, which is open again', [byBank(2000, { refunds: [refund(2000)] })], 0],
  ] as const)('of what was billed went back: %s', (_name, payments, minor) => {
    expect(returnedOf(BILL, payments)).toBe(minor)
  })

  test('too much is said of the one with which it was', () => {
    const both = [byBank(2000), byBank(3000)]
    expect(both.map(one => problemOf(one, BILL, both))).toEqual([null, 'overpaid'])
    const late = [byBank(2000), payment()]
    expect(late.map(one => problemOf(one, BILL, late))).toEqual([null, 'paid_twice'])
  })
})

describe('what is wrong', () => {
  const wrong = (
    payments: readonly BookedPayment[],
    bill: { state: BillState; amount: Money } | null = { state: 'paid', amount: eur(4900) },
  ): (string | null)[] => payments.map(one => problemOf(one, bill && { ...bill, owed: 'unpaid' }, payments))

  test.each([
    ['nothing, of the payment of a bill', [payment()], [null]],
    ['nothing yet, of one on its way', [payment({ state: 'pending', amount: eur(1) })], [null]],
    ['another amount', [payment({ amount: eur(4901) })], ['amount_differs']],
    ['another mode, before another amount', [payment({ isOfMode: false, amount: eur(1) })], ['mode_differs']],
    [
      'all but the first that was paid',
      [payment({ paidMs: 9_999 }), payment({ paidMs: 9_998 })],
      ['paid_twice', null],
    ],
    ['nothing more, once it was refunded', [payment(), payment({ refunds: [refund(4900)] })], [null, null]],
    [
      'nothing more, once the first was refunded',
      [payment({ refunds: [refund(4900)] }), payment()],
      [null, null],
    ],
    ['what is left of it', [payment(), payment({ refunds: [refund(4800)] })], [null, 'paid_twice']],
    ['nothing that the bank took back', [payment(), payment({ disputes: disputed('lost') })], [null, null]],
  ] as const)('%s', (_name, payments, expected) => {
    expect(wrong(payments)).toEqual(expected)
  })

  test('what is for a bill that was replaced, and what is for none', () => {
    expect(wrong([payment()], { state: 'cancelled', amount: eur(4900) })).toEqual(['bill_cancelled'])
    expect(wrong([payment()], null)).toEqual(['unknown_payer'])
    expect(wrong([payment({ refunds: [refund(4900)] })], null)).toEqual([null])
  })
})
