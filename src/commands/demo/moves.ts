import { formatMoney, readCurrency, sumsByCurrency } from '../../domain/money.ts'
import { textField, wholeNumberField } from '../../kernel/field.ts'
import type { Fetch } from '../../kernel/http/fetch.ts'
import type { PaymentBooks } from '../../store/payment-rows.ts'
import { sandboxAnswer } from '../sandbox-answer.ts'

/** Money that moved, each movement as a line: what two books are compared by, one by one. */
export interface Moves {
  readonly payments: readonly string[]
  /** One sum for each currency. */
  readonly fees: readonly string[]
  readonly refunds: readonly string[]
  readonly disputes: readonly string[]
}

/** Those that the store knows. Stripe names a payment in its ledger by another id: the amount tells it. */
export function storeMoves(payments: readonly PaymentBooks[]): Moves {
  const refunds = payments.flatMap(({ refunds: all, amount: { currency } }) =>
    all.flatMap(({ outsideId, amountMinor, state }) =>
      state === 'succeeded' ? [`${outsideId ?? ''} ${amountMinor} ${currency}`] : [],
    ),
  )
  const disputes = payments.flatMap(({ disputes: all }) =>
    all.map(({ outsideId, amount }) => `${outsideId} ${amount.minor} ${amount.currency}`),
  )
  return {
    payments: payments.map(({ amount }) => `${amount.minor} ${amount.currency}`).toSorted(),
    // A dispute costs a fee too, which the ledger has beside the dispute and the store beside its payment.
    fees: sumsByCurrency(payments.flatMap(({ fee }) => fee ?? [])).map(formatMoney),
    refunds: refunds.toSorted(),
    disputes: disputes.toSorted(),
  }
}

const MOVE = {
  type: textField('charge, refund or adjustment'),
  source: textField('what caused it'),
  currency: textField('of both amounts'),
  amount: wholeNumberField('negative for what goes out', Number.MIN_SAFE_INTEGER),
  fee: wholeNumberField('what is kept of it', 0),
} as const

/** Those in the ledger of the stand-in of Stripe. */
export async function ledgerMoves(fetch: Fetch, stripe: string): Promise<Moves> {
  const answer: unknown = await (await fetch(`${stripe}/__sandbox/ledger`)).json()
  const rows = typeof answer === 'object' && answer !== null && 'rows' in answer ? answer.rows : null
  const moves = (Array.isArray(rows) ? rows : []).map((row: unknown) => sandboxAnswer(MOVE, row))
  const out = (type: string): string[] =>
    moves
      .filter(move => move.type === type)
      .map(({ source, amount, currency }) => `${source} ${-amount} ${readCurrency(currency) ?? currency}`)
      .toSorted()
  return {
    payments: moves
      .filter(({ type }) => type === 'charge')
      .map(({ amount, currency }) => `${amount} ${readCurrency(currency) ?? currency}`)
      .toSorted(),
    fees: sumsByCurrency(
      moves.map(({ fee, currency }) => ({ minor: fee, currency: readCurrency(currency) ?? currency })),
    ).map(formatMoney),
    refunds: out('refund'),
    disputes: out('adjustment'),
  }
}
