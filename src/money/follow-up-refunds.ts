import type { Observation, Round } from '../domain/alerts.ts'
import type { Store } from '../store/index.ts'
import type { Refund } from '../store/payment-rows.ts'
import { lookAtPayment, makeRefund } from './make-refund.ts'
import type { Payer } from './payer.ts'
import { tryOne, type ScanContext } from './scan-context.ts'

/** Refunds that are followed up in one scan; the rest has its turn in the next. */
const MOST_FOLLOWED = 100
/** What was asked for once was within its ceilings, or was allowed to be above them. */
const NO_CEILINGS = { ceilings: { each: [], aDay: [] }, repeated: null }

/**
 * Follows refunds to their end: one whose answer was lost is looked for and asked for again, one that is on its way is
 * looked at. A plan is never made by this: only a person makes one. A dry run tells nothing of them and asks nothing.
 */
export async function followUpRefunds(context: ScanContext): Promise<void> {
  const { store, stop, dryRun, payers } = context
  if (dryRun) return
  for (const refund of await store.refunds.standing(MOST_FOLLOWED)) {
    if (stop.aborted) return
    const payment = await store.payments.get(refund.paymentId)
    const payer = payers.find(({ service }) => service === payment?.service)
    if (payment === null || payer === undefined || payer.down() !== null) continue
    await tryOne(context, refund.id, async () => {
      const after = await followUp(context, payer, refund)
      if (after?.state !== refund.state) context.tally.changed.add(payment.outsideId)
    })
  }
}

async function followUp(context: ScanContext, payer: Payer, refund: Refund): Promise<Refund | null> {
  if (refund.state === 'sent') return (await makeRefund(context, payer, refund, NO_CEILINGS)).refund
  await lookAtPayment(context, payer, refund.paymentId)
  return context.store.refunds.get(refund.id)
}

const DAY_MS = 86_400_000
/** What failed longer ago is history. */
const FAILURES_MS = 30 * DAY_MS
/** For so long an answer may be missing before a person is called. */
const DOUBT_MS = 3_600_000

/** What calls for a person: refunds of ours that failed and were not made anew, and those that nobody knows of. */
export async function refundRound({ refunds }: Pick<Store, 'refunds'>, nowMs: number): Promise<Round> {
  const failed = await refunds.failedSince(nowMs - FAILURES_MS)
  const doubtful = (await refunds.standing(MOST_FOLLOWED)).filter(
    ({ state, sentMs }) => state === 'sent' && (sentMs ?? nowMs) <= nowMs - DOUBT_MS,
  )
  return { observations: [...failed, ...doubtful].map(observationOf), complete: [CHECK] }
}

const CHECK = 'refund'

function observationOf({ id, state, paymentId, outsideId }: Refund): Observation {
  const failed = outsideId === null ? 'was refused' : 'failed, and its money is with you again'
  const is = state === 'failed' ? failed : 'was asked for, and nobody knows yet whether it was made'
  const plan = `echopilot refund plan ${paymentId} --reason REASON`
  return {
    key: `${CHECK}/${id}`,
    cause: `${CHECK}/${id}`,
    severity: 'warning',
    state: 'bad',
    message: `the refund ${id} of ${paymentId} ${is}`,
    next:
      state === 'failed' ? `echopilot refund show ${id}; another one: ${plan}` : `echopilot refund run ${id}`,
  }
}
