import { formatMoney } from '../../domain/money.ts'
import type { RefundFacts } from '../../domain/payment.ts'
import { refusal } from '../../kernel/service-failure.ts'
import type { RefundOrder } from '../../roles/payment-provider.ts'
import { amountOut, isSame } from './amount.ts'
import { refundFacts, showPayment, type Asked } from './payments.ts'

/**
 * The refund of an order, made or found. The order of the payment lists its refunds with our ids; where PayPal does not
 * show that, the key is remembered for 45 days, and asked again with it, PayPal answers with the refund that was made.
 */
export async function refundOf(asked: Asked, order: RefundOrder): Promise<RefundFacts> {
  const amount = amountOut(order.amount)
  if (amount === null) throw refusal(`PayPal takes no amount of ${formatMoney(order.amount)}`)
  const known = order.mayBeMade ? await findRefund(asked, order) : null
  if (known !== null) return checked(known, order)
  const body = { amount, custom_id: order.ours }
  return checked(refundFacts(await asked.api.refundCapture(order.paymentId, body, order.key)), order)
}

async function findRefund(asked: Asked, { paymentId, ours }: RefundOrder): Promise<RefundFacts | null> {
  const payment = await showPayment(asked, paymentId)
  return payment?.refunds.find(refund => refund.ours === ours) ?? null
}

/** PayPal does not look whether a known key comes with the same amount. */
function checked(made: RefundFacts, { amount, ours }: RefundOrder): RefundFacts {
  if (isSame(made.amount, amount)) return made
  throw refusal(
    `the refund ${made.id} of ${ours} is over ${formatMoney(made.amount)}, not ${formatMoney(amount)}`,
  )
}
