import type { RefundFacts } from '../../domain/payment.ts'
import { formatMoney } from '../../domain/money.ts'
import { refusal } from '../../kernel/service-failure.ts'
import type { RefundOrder } from '../../roles/payment-provider.ts'
import type { StripeClient } from './client.ts'
import { madeOnce } from './made-once.ts'
import { OURS, refundFacts } from './payments.ts'

/** The refund of an order, made or found. Where there is too little in the balance, it is one that is pending. */
export async function refundOf(api: StripeClient, order: RefundOrder): Promise<RefundFacts> {
  return madeOnce({
    ...order,
    find: async () => findRefund(api, order),
    make: async key => refundFacts(await api.createRefund(paramsOf(order), key)),
  })
}

/** Under this name the reason is kept with it: Stripe's own field takes three words only. */
const REASON = 'echopilot_reason'
/** Stripe takes so many characters in a value of ours. */
const LONGEST_REASON = 500

function paramsOf({ paymentId, amount, reason, ours }: RefundOrder) {
  return {
    payment_intent: paymentId,
    amount: amount.minor,
    metadata: { [OURS]: ours, [REASON]: reason.slice(0, LONGEST_REASON).toWellFormed() },
  }
}

/** By our id among all refunds of the payment, whenever it was made. */
async function findRefund(api: StripeClient, order: RefundOrder): Promise<RefundFacts | null> {
  const all = (await api.refunds(order.paymentId)).map(refundFacts)
  const found = all.find(({ ours }) => ours === order.ours)
  if (found === undefined || found.amount.minor === order.amount.minor) return found ?? null
  const [is, wanted] = [formatMoney(found.amount), formatMoney(order.amount)]
  throw refusal(`the refund ${found.id} of ${order.ours} is over ${is}, not ${wanted}`)
}
