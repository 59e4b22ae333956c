import { asAppError, type AppError, type Outcome } from '../kernel/errors.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import type { Store } from '../store/index.ts'
import type { PaymentBooks } from '../store/payment-rows.ts'
import { followUpRefunds } from './follow-up-refunds.ts'
import { lookAtLinks } from './look-at-links.ts'
import { openPayers } from './payer.ts'
import { newTally, type ScanFailure } from './scan-context.ts'
import { workWebhooks } from './work-webhooks.ts'

/** What a scan is asked for. */
export interface ScanRequest {
  readonly payments: readonly Payments[]
  /** Links that were asked for since are all looked at again; null for those that stand, some in each scan. */
  readonly sinceMs: number | null
}

/** What a scan came to. */
export interface Scanned {
  readonly webhooks: { readonly worked: number; readonly left: number }
  readonly links: { readonly looked: number; readonly captured: readonly string[] }
  /** Payments of which the books say something else than before, by the id of their service. */
  readonly changed: readonly string[]
  /** All payments with which something is wrong. */
  readonly problems: readonly PaymentBooks[]
  /** Things that could not be handled. */
  readonly failed: readonly ScanFailure[]
  /** Services of which something is left to the next scan, and why. */
  readonly down: readonly { readonly service: string; readonly error: AppError }[]
}

/**
 * Brings the books to what the services of payments know: works webhooks, looks at links that stand, and
 * follows refunds up. Any number of
 * scans, with or without webhooks, in any order and broken off anywhere, ends in the same books. One thing that cannot
 * be handled stops no other, one service no other; a dry run asks the same, and records nothing.
 */
export async function scanPayments(
  call: ServiceCall & { readonly store: Store },
  { payments, sinceMs }: ScanRequest,
): Promise<Scanned> {
  const { ready: payers, failed: unopened } = await openPayers(call, payments)
  const tally = newTally()
  const context = { ...call, payers, tally }
  await workWebhooks(context)
  await lookAtLinks(context, sinceMs)
  await followUpRefunds(context)
  const { worked, left, looked, captured, changed, failed } = tally
  const down = payers.flatMap(({ service, down: why }) => {
    const error = why()
    return error === null ? [] : [{ service, error }]
  })
  return {
    webhooks: { worked, left },
    links: { looked, captured: [...captured] },
    changed: [...changed],
    problems: await call.store.payments.problems(),
    failed,
    down: [...unopened, ...down],
  }
}

/** How a scan ends: what is left is for the next, unless the operator has to set something first. */
export function scanOutcome({ down, failed }: Pick<Scanned, 'down' | 'failed'>): Outcome {
  if (down.some(({ error }) => asAppError(error).kind === 'config')) return 'config'
  if (down.length > 0) return 'busy'
  return failed.length > 0 ? 'partial' : 'ok'
}
