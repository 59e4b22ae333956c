import { formatMoney } from '../domain/money.ts'
import { AppError } from '../kernel/errors.ts'
import { isRefusal, refusal } from '../kernel/service-failure.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import type { Store } from '../store/index.ts'
import type { Payment, Refund } from '../store/payment-rows.ts'
import type { RefundLeave, SentRefund } from '../store/refunds.ts'
import type { Payer } from './payer.ts'

/** What making a refund works with. */
export interface RefundContext extends ServiceCall {
  readonly store: Store
}

/** What became of it. `busy`: another process is at it. */
export type MadeRefund =
  | Exclude<SentRefund, { readonly kind: 'sent' }>
  | { readonly kind: 'busy'; readonly refund: Refund; readonly holder: string }

/**
 * Makes a refund that is planned, or was asked for and may have been made: what its payment has come to is asked for and
 * recorded first, so that what went back elsewhere counts, and one that was made is found. Then it is recorded that the
 * service is asked, then the service is asked, then its answer is recorded: a crash between any of these leaves an
 * intent that the next call goes on with, days later too.
 * @throws ServiceFailure where nobody knows yet whether it was made; AppError `config` where the money of the payment
 *   is not of the mode of the account
 */
export async function makeRefund(
  context: RefundContext,
  payer: Payer,
  refund: Refund,
  leave: RefundLeave,
): Promise<MadeRefund> {
  const { store } = context
  const held = await store.locks.hold(`refund ${refund.id}`, async () => {
    const payment = await lookAtPayment(context, payer, refund.paymentId)
    const sent = await store.refunds.send(refund.id, leave)
    if (sent.kind === 'sent') return ask(context, payer, payment, sent)
    // It was asked for, is not there, and there is no room for it any more: it was not made.
    const isOver = sent.kind === 'refused' && sent.refund.state === 'sent'
    return isOver ? ended(await store.refunds.refuse(refund.id, sent.why)) : sent
  })
  return held.kind === 'ran' ? held.value : { kind: 'busy', refund, holder: held.holder }
}

function ended(refund: Refund): MadeRefund {
  return { kind: 'ended', refund }
}

/** Asks the service. What it refuses was not made: one that it made before was looked for. */
async function ask(
  { store }: RefundContext,
  payer: Payer,
  { outsideId: paymentId, amount }: Payment,
  { refund, mayBeMade }: Extract<SentRefund, { readonly kind: 'sent' }>,
): Promise<MadeRefund> {
  const { id, amountMinor, reason } = refund
  const wanted = { minor: amountMinor, currency: amount.currency }
  const order = { key: `${id}/refund/1`, paymentId, amount: wanted, reason, ours: id, mayBeMade }
  try {
    return ended(await store.refunds.record(id, await payer.ask(async () => payer.provider.refund(order))))
  } catch (error) {
    if (!isRefusal(error)) throw error
    return ended(await store.refunds.refuse(id, error.message))
  }
}

/**
 * Asks for a payment with its refunds, and records it.
 * @throws ServiceFailure where the service does not show it; AppError `config` where it is of the other mode
 */
export async function lookAtPayment(
  { store, world }: RefundContext,
  payer: Payer,
  paymentId: string,
): Promise<Payment> {
  const payment = await store.payments.get(paymentId)
  if (payment === null)
    throw new AppError('missing', `there is no payment ${paymentId}`, 'echopilot payments list')
  checkMode(payer, payment)
  const { service, outsideId } = payment
  const askedMs = world.clock.now()
  const facts = await payer.ask(async () => payer.provider.showPayment(outsideId))
  if (facts === null) throw refusal(`${service} knows no payment ${outsideId}: nothing was given back`)
  await store.payments.record(service, facts, { by: 'scan', askedMs })
  return payment
}

/** Money of test mode is not given back with a live key, nor the other way. @throws AppError `config` */
export function checkMode({ service, provider }: Payer, { id, isLive, amount }: Payment): void {
  if (provider.isLive === isLive) return
  const [is, key] = isLive ? ['real money', 'of test mode'] : ['of test mode', 'for real money']
  throw new AppError(
    'config',
    `${id} over ${formatMoney(amount)} is ${is}, and the key of ${service} is ${key}: nothing was given back`,
    `set the key of the account in which ${id} was paid`,
  )
}
