import { asAppError, type AppError, type Outcome } from '../kernel/errors.ts'
import type { Span } from '../domain/coverage.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import type { Store } from '../store/index.ts'
import type { PaymentBooks } from '../store/payment-rows.ts'
import { followPending } from './follow-pending.ts'
import { followUpRefunds } from './follow-up-refunds.ts'
import { lookAtLinks } from './look-at-links.ts'
import { compareMovements } from './compare-movements.ts'
import { openPayers, type Payer } from './payer.ts'
import { readEvents } from './read-events.ts'
import { newTally, type ScanFailure } from './scan-context.ts'
import { workWebhooks } from './work-webhooks.ts'

/** What a scan is asked for. */
export interface ScanRequest {
  readonly payments: readonly Payments[]
  /** The accounts take money for other business too, which is left out of the books. */
  readonly hasOtherSales: boolean
  /** Links that were asked for since are all looked at again; null for those that stand, some in each scan. */
  readonly sinceMs: number | null
}

/** How far the lists of a service were looked through: from an instant up to another, without a gap. */
export interface ServiceCoverage {
  readonly service: string
  /** Null where nothing was yet; `keepsEvents` says whether there are any. */
  readonly events: Span | null
  readonly keepsEvents: boolean
  readonly objects: Span | null
  /** How late payments stand in its list at the latest. */
  readonly lagMs: number
}

/** What a scan came to. */
export interface Scanned {
  readonly webhooks: { readonly worked: number; readonly left: number }
  readonly links: { readonly looked: number; readonly captured: readonly string[] }
  /** Payments, refunds and disputes of the services' lists that were compared with the books. */
  readonly compared: number
  /** Payments for other business, which were left out. */
  readonly others: number
  /** What of each service was looked through by now. */
  readonly coverage: readonly ServiceCoverage[]
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
 * Brings the books to what the services of payments know: works webhooks and the events that none told of, looks at
 * links that stand, follows refunds up, and compares what was paid, refunded and disputed with the books. Any number of
 * scans, with or without webhooks, in any order and broken off anywhere, ends in the same books. One thing that cannot
 * be handled stops no other, one service no other; a dry run asks the same, and records nothing.
 */
export async function scanPayments(
  call: ServiceCall & { readonly store: Store },
  { payments, hasOtherSales, sinceMs }: ScanRequest,
): Promise<Scanned> {
  const { ready: payers, failed: unopened } = await openPayers(call, payments)
  const tally = newTally()
  const context = { ...call, payers, hasOtherSales, tally }
  for (const payer of payers) await readEvents(context, payer, sinceMs)
  await workWebhooks(context)
  await lookAtLinks(context, sinceMs)
  await followPending(context)
  await followUpRefunds(context)
  for (const payer of payers) await compareMovements(context, payer, sinceMs)
  const { worked, left, looked, compared, others, captured, changed, failed } = tally
  const down = payers.flatMap(({ service, down: why }) => {
    const error = why()
    return error === null ? [] : [{ service, error }]
  })
  return {
    webhooks: { worked, left },
    links: { looked, captured: [...captured] },
    compared,
    others: others.size,
    coverage: await Promise.all(payers.map(async payer => coverageOf(call.store, payer))),
    changed: [...changed],
    problems: await call.store.payments.problems(),
    failed,
    down: [...unopened, ...down],
  }
}

async function coverageOf(store: Store, { service, provider }: Payer): Promise<ServiceCoverage> {
  return {
    service,
    events: spanOf(await store.coverage.of(service, 'events')),
    keepsEvents: provider.events !== null,
    objects: spanOf(await store.coverage.of(service, 'objects')),
    lagMs: provider.movements.lagMs,
  }
}

function spanOf(coverage: Span | null): Span | null {
  return coverage === null ? null : { fromMs: coverage.fromMs, toMs: coverage.toMs }
}

/** How a scan ends: what is left is for the next, unless the operator has to set something first. */
export function scanOutcome({ down, failed }: Pick<Scanned, 'down' | 'failed'>): Outcome {
  if (down.some(({ error }) => asAppError(error).kind === 'config')) return 'config'
  if (down.length > 0) return 'busy'
  return failed.length > 0 ? 'partial' : 'ok'
}
