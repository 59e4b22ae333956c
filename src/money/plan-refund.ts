import { BY_HAND } from '../domain/hand-payment.ts'
import { formatMoney, type Money } from '../domain/money.ts'
import { AppError, asAppError } from '../kernel/errors.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { Store } from '../store/index.ts'
import type { PaymentBooks, Refund } from '../store/payment-rows.ts'
import type { RefundRequest } from '../store/refunds.ts'
import { checkMode, makeRefund, type MadeRefund, type RefundContext } from './make-refund.ts'
import { openPayers, type Payer } from './payer.ts'

/**
 * Plans a refund, or finds the same one that has no end.
 * @throws AppError `refused` where so much is not left
 */
export async function planRefund(
  store: Store,
  payment: PaymentBooks,
  request: RefundRequest,
): Promise<Refund> {
  const plan = await store.refunds.plan(request)
  if (plan.kind === 'refused') throw refused(payment, request.amount, plan.why)
  return plan.refund
}

/** The refund that {@link planRefund} would find; null for one that it would plan. @throws AppError as that does */
export async function refundToPlan(
  store: Store,
  payment: PaymentBooks,
  request: RefundRequest,
): Promise<Refund | null> {
  const same = await store.refunds.same(request)
  const why = same === null ? await store.refunds.whyNot(request) : null
  if (why !== null) throw refused(payment, request.amount, why)
  return same
}

function refused({ id, refunds, service }: PaymentBooks, amount: Money, why: string): AppError {
  const open = refunds.find(({ state }) => state === 'planned' || state === 'sent')
  const byHand = `when it was sent back: echopilot payments withdraw ${id} --reason REASON`
  const next =
    open === undefined
      ? `echopilot payments show ${id}`
      : `echopilot refund show ${open.id}, which is planned or asked for`
  return new AppError(
    'refused',
    `no refund of ${formatMoney(amount)} of ${id}: ${why}`,
    service === BY_HAND ? byHand : next,
  )
}

/**
 * The service at which a payment was made, ready to be asked.
 * @throws AppError `config` where it is not set up, or set up for another account or mode; ServiceFailure where it does
 *   not tell
 */
export async function payerOf(
  context: RefundContext & { readonly payments: readonly Payments[] },
  payment: PaymentBooks,
): Promise<Payer> {
  const { service } = payment
  const own = context.payments.filter(one => one.service === service)
  const { ready, failed } = await openPayers(context, own)
  const [payer] = ready
  if (failed[0] !== undefined) throw failed[0].error
  if (payer === undefined) {
    throw new AppError(
      'config',
      `${service}, where ${payment.id} was paid, is not set up`,
      'echopilot doctor',
    )
  }
  checkMode(payer, payment)
  return payer
}

/**
 * Makes a refund; what kept it from being made is an error.
 * @throws AppError `refused` by a rule or by the service, `busy` where another process is at it or an answer is missing,
 *   `config` where the service has to be set up otherwise
 */
export async function madeRefund(...given: Parameters<typeof makeRefund>): Promise<Refund> {
  const [{ store }, , before] = given
  try {
    return checked(await makeRefund(...given))
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    const { state } = (await store.refunds.get(before.id)) ?? before
    // Asked for the first time, and refused before anything was done.
    const isKnown = state === 'planned' || (before.state === 'planned' && error.billed === 'no')
    throw noAnswer(before.id, isKnown, asAppError(error))
  }
}

/** Where an answer is missing, the intent stands: nothing is lost, and nothing is made twice. */
function noAnswer(id: string, isKnown: boolean, { kind, message, hint }: AppError): AppError {
  const is = isKnown ? `${id} was not made yet` : `nobody knows yet whether ${id} was made`
  const again = `echopilot refund run ${id}${isKnown ? '' : '; payments-scan looks for it too'}`
  return new AppError(kind, `${is}: ${message}`, kind === 'busy' ? again : hint)
}

/** @throws AppError where it was not made */
function checked(made: MadeRefund): Refund {
  const { kind, refund } = made
  const { id, state, error, paymentId } = refund
  const notMade = (why: string, next: string, of: 'refused' | 'busy' = 'refused'): AppError =>
    new AppError(of, `${id} was not made: ${why}`, next)
  if (kind === 'busy') throw notMade(`${made.holder} is at it`, `echopilot refund show ${id}`, kind)
  if (kind === 'refused') throw notMade(made.why, `echopilot refund cancel ${id}`)
  if (kind === 'above') {
    const hint = `echopilot refund run ${id} --above-ceiling AMOUNT, with its amount repeated`
    throw notMade(`it is ${made.why}`, hint)
  }
  if (state !== 'failed' && state !== 'cancelled') return refund
  const why = state === 'cancelled' ? 'it was given up' : (error ?? 'it failed')
  throw notMade(why, `echopilot refund plan ${paymentId} --reason REASON`)
}
