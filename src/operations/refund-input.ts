import { formatMoney, readAmount, readMoney, type Money } from '../domain/money.ts'
import { refundableMinor } from '../domain/refund-guard.ts'
import { AppError } from '../kernel/errors.ts'
import { nonEmptyTextField, optional, textField } from '../kernel/field.ts'
import { findOne } from '../pipeline/tasks.ts'
import type { LoadedSettings } from '../settings/load.ts'
import type { Store } from '../store/index.ts'
import type { PaymentBooks, Refund } from '../store/payment-rows.ts'
import type { RefundLeave } from '../store/refunds.ts'

/** What a refund is wanted by. */
export const REFUND_INPUT = {
  payment: textField('payment by our id or that of its service, or the task that was paid'),
  amount: optional(
    textField('how much: 12.50, in the currency of the payment; all that is left if left out'),
  ),
  reason: optional(nonEmptyTextField('why, for the books; it is required', 'say why')),
} as const

/** What allows one above a ceiling. */
export const ABOVE_CEILING = optional(
  textField('the amount repeated, as 1200.00 EUR, where it is above a ceiling of [refunds]', given =>
    readMoney(given) === null ? 'an amount with its currency such as 1200.00 EUR is wanted' : null,
  ),
)

/** A refund as it is given. */
export const intentField = textField('refund by its id, or what Stripe or PayPal call it')

/**
 * What of a payment is to be given back, and why.
 * @throws AppError `usage` for what is no amount, or without a reason
 */
export function requestOf(
  payment: PaymentBooks,
  { amount, reason }: { readonly amount: string | undefined; readonly reason: string | undefined },
): { readonly paymentId: string; readonly amount: Money; readonly reason: string } {
  const next = `echopilot refund plan ${payment.id} --amount ${formatMoney(payment.amount)} --reason REASON`
  const wanted = amount === undefined ? allOf(payment) : amountIn(amount, payment)
  if (wanted === null) throw new AppError('usage', `"${amount ?? ''}" is no amount to give back`, next)
  // Commander asks for what a group requires before every verb of it, so it is asked for here.
  if (reason === undefined) throw new AppError('usage', 'a refund without a reason is not made', next)
  return { paymentId: payment.id, amount: wanted, reason }
}

/** Where nothing is left, it is the whole, which is then refused with the figures. */
function allOf(payment: PaymentBooks): Money {
  const minor = refundableMinor(payment)
  return { ...payment.amount, minor: minor === 0 ? payment.amount.minor : minor }
}

function amountIn(text: string, { amount: { currency } }: PaymentBooks): Money | null {
  return readMoney(text) ?? readAmount(text, currency)
}

/** The ceilings that are set, and the amount that may be above them. */
export function leaveOf({ settings }: LoadedSettings, repeated: string | undefined): RefundLeave {
  const { most_each, most_a_day } = settings.refunds
  const read = (all: readonly string[]): Money[] => all.flatMap(text => readMoney(text) ?? [])
  return {
    ceilings: { each: read(most_each), aDay: read(most_a_day) },
    repeated: repeated === undefined ? null : readMoney(repeated),
  }
}

/** A refund with its payment. */
export interface FoundRefund {
  readonly refund: Refund
  readonly payment: PaymentBooks
}

/** The refund that a person means. @throws AppError `missing` where it names none */
export async function refundMeant(store: Store, text: string): Promise<FoundRefund> {
  const list = 'echopilot refund list'
  const found = await findOne(store, text, list)
  const refund = found.kind === 'refund' ? await store.refunds.get(found.id) : null
  const payment = refund === null ? null : await store.payments.get(refund.paymentId)
  if (refund !== null && payment !== null) return { refund, payment }
  throw new AppError('missing', `${text} names no refund`, list)
}
