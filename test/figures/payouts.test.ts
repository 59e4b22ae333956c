/** How a payout is shown that its service does not explain. */
import { expect, test } from 'vitest'
import { tieOut, type PayoutFacts } from '../../src/domain/payout.ts'
import { tieFigure } from '../../src/figures/payouts.ts'

const PAYOUT: PayoutFacts = {
  id: 'po_1',
  amountMinor: 900,
  currency: 'EUR',
  state: 'paid',
  isLive: false,
  isAutomatic: true,
  atMs: 0,
  arrivesMs: 0,
}

test.each([
  [true, true],
  [false, false],
])('without entries it differs by all of it; automatic: %s, told: %s', (isAutomatic, isTold) => {
  const payout = { ...PAYOUT, isAutomatic }
  const figure = tieFigure(
    payout,
    tieOut({ payout, entries: [] }, () => null),
  )
  expect(figure).toMatchObject({ isTied: false, isTold, difference: '9.00 EUR' })
})
