import { formatMoney, type Money } from './money.ts'

/** The service of payments that came by bank, and that a person recorded. */
export const BY_HAND = 'hand'

/** Money that came by bank, as a person says. */
export interface HandPayment {
  readonly amount: Money
  /** The day on which it came. */
  readonly paidMs: number
  /** What the bank's statement calls it: a transfer is recorded once. */
  readonly reference: string
  /** Whether more than what is open is taken. */
  readonly isForced: boolean
}

/** What is known before it is recorded. */
export interface HandFacts {
  readonly bill: { readonly id: string; readonly isReplaced: boolean }
  /** What is still to be paid; null where the bill has no price. */
  readonly open: Money | null
  /** What was recorded under the same reference before, and stands; null where nothing was. */
  readonly same: {
    readonly id: string
    readonly billId: string | null
    readonly amount: Money
    readonly paidMs: number | null
  } | null
}

/** What becomes of it. */
export type HandDecision =
  | { readonly kind: 'record'; readonly open: Money }
  | { readonly kind: 'known'; readonly id: string; readonly open: Money }
  | { readonly kind: 'refused'; readonly why: string; readonly next: string }

/**
 * Whether it is recorded: once, in the currency of its bill, and not more than what is open unless that is meant. `open`
 * is what is to be paid after it.
 */
export function decideHand(hand: HandPayment, { bill, open, same }: HandFacts): HandDecision {
  if (open === null) return refused('it has no price', 'set its price, and have it done again')
  if (same !== null) return decideKnown(hand, bill.id, same, open)
  if (bill.isReplaced) return refused('its bill was replaced by another', 'record it for the task')
  if (hand.amount.currency !== open.currency) {
    return refused(
      `it is billed in ${open.currency}, not in ${hand.amount.currency}`,
      `record what came in ${open.currency}, as the bank's statement says`,
    )
  }
  const minor = open.minor - hand.amount.minor
  if (minor >= 0 || hand.isForced) return { kind: 'record', open: { ...open, minor: Math.max(0, minor) } }
  return refused(
    `${formatMoney(hand.amount)} is more than the ${formatMoney(open)} that is open`,
    'look at what was paid (echopilot payments list), or add --force where that much came',
  )
}

function decideKnown(
  { amount, paidMs, reference }: HandPayment,
  billId: string,
  same: NonNullable<HandFacts['same']>,
  open: Money,
): HandDecision {
  const isSame =
    same.billId === billId &&
    same.amount.minor === amount.minor &&
    same.amount.currency === amount.currency &&
    same.paidMs === paidMs
  if (isSame) return { kind: 'known', id: same.id, open }
  return refused(
    `"${reference}" was recorded before, as ${same.id} over ${formatMoney(same.amount)}`,
    `echopilot payments show ${same.id}; one transfer for several tasks: add a part to its reference, as "${reference} (2)"`,
  )
}

function refused(why: string, next: string): HandDecision {
  return { kind: 'refused', why, next }
}
