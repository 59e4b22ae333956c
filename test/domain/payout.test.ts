/** A payout is explained to the last unit, or what is not as it should be is named. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { tieOut, type BookedEntry, type PayoutEntry, type PayoutFacts } from '../../src/domain/payout.ts'

function payout(amountMinor: number): PayoutFacts {
  return {
    id: 'po_1',
    amountMinor,
    currency: 'EUR',
    state: 'paid',
    isLive: false,
    isAutomatic: true,
    atMs: 0,
    arrivesMs: 0,
  }
}

function entry(changes: Partial<PayoutEntry> = {}): PayoutEntry {
  const { amountMinor = 1000, feeMinor = 59 } = changes
  return {
    id: 'txn_1',
    kind: 'payment',
    what: 'charge',
    amountMinor,
    feeMinor,
    netMinor: amountMinor - feeMinor,
    currency: 'EUR',
    paymentId: 'pi_1',
    sourceId: 'ch_1',
    ...changes,
  }
}

const eur = (minor: number) => ({ currency: 'EUR', minor })
const BOOKED: BookedEntry = {
  paymentId: 'pay_1',
  amount: eur(1000),
  fee: eur(59),
  refunds: [{ outsideId: 're_1', amountMinor: 400 }],
  disputes: [],
}
const DISPUTED = { ...BOOKED, disputes: [{ outsideId: 'dp_1' }] }
const REFUND = entry({ kind: 'refund', amountMinor: -400, feeMinor: 0, sourceId: 're_1' })
const DISPUTE = entry({ kind: 'dispute', amountMinor: -1000, feeMinor: 1500, sourceId: 'dp_1' })

test.each<[string, PayoutEntry, BookedEntry | null, RegExp | null]>([
  ['a payment as booked', entry(), BOOKED, null],
  ['its refund', REFUND, BOOKED, null],
  ['its dispute', DISPUTE, DISPUTED, null],
  [
    'a payment whose fee holds that of its dispute in the books',
    entry(),
    { ...DISPUTED, fee: eur(1559) },
    null,
  ],
  ['what is about no payment', entry({ kind: 'other', paymentId: null }), null, null],
  ['what was converted', entry(), { ...BOOKED, amount: { currency: 'USD', minor: 1100 } }, null],
  ['a payment that is not booked', entry(), null, /not in the books/],
  ['another amount', entry({ amountMinor: 999 }), BOOKED, /have 10\.00 EUR, this is 9\.99 EUR/],
  ['another fee', entry({ feeMinor: 60 }), BOOKED, /fee of 0\.59 EUR, this is 0\.60 EUR/],
  ['a refund that is not booked', { ...REFUND, sourceId: 're_2' }, BOOKED, /this refund is not in the books/],
  [
    'a refund over another amount',
    { ...REFUND, amountMinor: -401, netMinor: -401 },
    BOOKED,
    /this is -4\.01 EUR/,
  ],
  ['a dispute that is not booked', DISPUTE, BOOKED, /this dispute is not in the books/],
  ['another currency', entry({ currency: 'USD' }), BOOKED, /it is in USD, the payout in EUR/],
  ['what does not add up', entry({ netMinor: 940 }), BOOKED, /without its fee is not what it leaves/],
])('%s', (_name, one, booked, wrong) => {
  const { entries } = tieOut({ payout: payout(one.netMinor), entries: [one] }, () => booked)
  expect(entries[0]?.wrong ?? 'fine').toMatch(wrong ?? /^fine$/)
})

test('it is explained where its amount is the sum of its entries, and else differs by exactly what is missing', () => {
  const amounts = fc.array(fc.record({ amountMinor: fc.integer(), feeMinor: fc.nat(10_000) }), {
    maxLength: 9,
  })
  fc.assert(
    fc.property(amounts, fc.integer({ min: -500, max: 500 }), (all, missing) => {
      const entries = all.map(one => entry({ ...one, kind: 'other' }))
      const sum = entries.reduce((total, { netMinor }) => total + netMinor, 0)
      const tied = tieOut({ payout: payout(sum + missing), entries }, () => null)
      expect(tied.sumMinor).toBe(sum)
      expect(tied.differenceMinor).toBe(missing)
    }),
  )
})
