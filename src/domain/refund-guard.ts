import { BY_HAND } from './hand-payment.ts'
import { formatMoney, type Money } from './money.ts'
import type { BookedPayment, RefundView } from './payment-state.ts'

/** A payment as the guard takes it; `service` is `hand` where it came by bank. */
export interface RefundablePayment extends Omit<BookedPayment, 'isOfMode' | 'id' | 'asked' | 'doubtedMs'> {
  readonly service: string
}

/** What went back of a payment, may have gone back, or is planned to. Only what failed or was given up does not count. */
export function promisedMinor(refunds: readonly RefundView[]): number {
  const counting = refunds.filter(({ state }) => state !== 'failed' && state !== 'cancelled')
  return counting.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}

/** What may still be given back of a payment; never negative. What a bank holds or took is not ours to give. */
export function refundableMinor({ state, amount, refunds, disputes }: RefundablePayment): number {
  if (state !== 'paid') return 0
  const held = disputes.filter(one => HOLDS.has(one.state)).reduce((sum, one) => sum + one.amount.minor, 0)
  return Math.max(0, amount.minor - promisedMinor(refunds) - held)
}

/** A bank that only asks holds nothing: giving the money back then is a good answer. */
const HOLDS: ReadonlySet<string> = new Set(['needs_response', 'under_review', 'lost'])

/** Why so much of a payment is not given back, for people; null where it may be. */
export function whyNoRefund(payment: RefundablePayment, wanted: Money): string | null {
  const { state, amount, service } = payment
  if (service === BY_HAND) return 'it came by bank and was recorded by hand: send the money back by bank'
  if (state !== 'paid') return `it is ${state}, so there is nothing to give back`
  if (wanted.currency !== amount.currency) {
    return `it was paid in ${amount.currency}, and goes back in that currency alone`
  }
  if (wanted.minor <= 0) return 'an amount above zero is wanted'
  const leftMinor = refundableMinor(payment)
  if (wanted.minor <= leftMinor) return null
  const inIts = (minor: number): string => formatMoney({ minor, currency: amount.currency })
  const left = leftMinor === 0 ? 'nothing is left of it' : `only ${inIts(leftMinor)} is left of it`
  const promised = promisedMinor(payment.refunds)
  const back = promised === 0 ? '' : `, ${inIts(promised)} went back or is to go back`
  const isHeld = payment.disputes.some(one => HOLDS.has(one.state))
  return `${left}: ${inIts(amount.minor)} was paid${back}${isHeld ? ', and it is disputed' : ''}`
}

/** The most that is given back without being asked for a second time; a currency without an amount has no ceiling. */
export interface RefundCeilings {
  readonly each: readonly Money[]
  readonly aDay: readonly Money[]
}

/**
 * Which ceiling a refund is above, for people; null where it is above none. `sentMinor` is what else went back in its
 * currency on the same day (UTC).
 */
export function aboveCeiling(
  amount: Money,
  sentMinor: number,
  { each, aDay }: RefundCeilings,
): string | null {
  const of = (all: readonly Money[]): Money | undefined =>
    all.find(({ currency }) => currency === amount.currency)
  const [one, day] = [of(each), of(aDay)]
  if (one !== undefined && amount.minor > one.minor) return `above the ${formatMoney(one)} of one refund`
  if (day === undefined || sentMinor + amount.minor <= day.minor) return null
  const sent = formatMoney({ ...amount, minor: sentMinor })
  return `above the ${formatMoney(day)} of a day, on which ${sent} went back before`
}
