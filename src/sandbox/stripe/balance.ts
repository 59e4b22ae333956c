/** The balance: every movement of money, and payouts that take it to the bank. Nothing is converted. */
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { change, make, secondsOf, type Act } from './account.ts'
import type { MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import { readRoutes } from './lists.ts'
import type { Payout } from './model.ts'
import { oneOf, TEXT } from './params.ts'

const DAY_S = 86_400

/** One movement. */
export interface Movement {
  readonly type: 'charge' | 'payment' | 'refund' | 'refund_failure' | 'adjustment' | 'payout'
  /** Negative for what goes out. */
  readonly amount: number
  /** Nothing if left out. */
  readonly fee?: number
  readonly currency: string
  /** The id of the object that caused it. */
  readonly source: string
  readonly description: string | null
  /** What reports group it by; the type if left out. */
  readonly reporting_category?: string
}

/** Books a movement; its transaction. It is in no payout yet, and could be in the next one. */
export function book(act: Act, movement: Movement): JsonObject & { readonly id: string } {
  const { type, amount, fee = 0, currency } = movement
  const detail = { amount: fee, application: null, currency, description: 'Stripe processing fees' }
  return make(act, 'balance_transaction', {
    reporting_category: type,
    ...movement,
    available_on: secondsOf(act),
    fee,
    fee_details: fee === 0 ? [] : [{ ...detail, type: 'stripe_fee' }],
    net: amount - fee,
    payout: null,
  })
}

/**
 * Pays out all that is in the balance of a currency: its movements then belong to the payout, and their sum is its
 * amount to the last unit. The money is on its way until {@link endPayout}.
 */
export function payOut(act: Act, currency: string): Payout {
  const open = act.store.list('balance_transaction', {
    where: { livemode: act.livemode, payout: null, currency },
  })
  const amount = open.reduce((sum, { net }) => sum + net, 0)
  if (amount <= 0) {
    throw refused({ message: `There is nothing to pay out in ${currency}.`, code: 'balance_insufficient' })
  }
  const payout = make(act, 'payout', { amount, currency, arrival_date: secondsOf(act) + DAY_S })
  const out = { type: 'payout', currency, source: payout.id, description: 'STRIPE PAYOUT' } as const
  const { id } = book(act, { ...out, amount: -amount })
  const own = act.store.list('balance_transaction', { where: { livemode: act.livemode, source: payout.id } })
  for (const one of [...open, ...own]) change(act, 'balance_transaction', one, { payout: payout.id })
  return change(act, 'payout', payout, { balance_transaction: id }, 'payout.created')
}

/** The bank took the money. */
export function endPayout(act: Act, payout: Payout): Payout {
  if (payout.status === 'paid') throw refused({ message: 'The payout is paid already.' })
  const paid = { status: 'paid', reconciliation_status: 'completed' } as const
  return change(act, 'payout', payout, paid, 'payout.paid', 'payout.reconciliation_completed')
}

/** The routes. */
export function balanceRoutes(route: MakeRoute): readonly Route[] {
  const status = oneOf('paid', 'in_transit')
  const filters = { currency: TEXT, payout: TEXT, source: TEXT, type: TEXT }
  return [
    ...readRoutes(route, '/v1/balance_transactions', 'balance_transaction', filters),
    ...readRoutes(route, '/v1/payouts', 'payout', { status }),
  ]
}
