import type { PaymentFacts } from '../domain/payment.ts'
import { asAppError, type ErrorKind } from '../kernel/errors.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import type { Store } from '../store/index.ts'
import type { Seeing } from '../store/record-payment.ts'
import type { Payer } from './payer.ts'

/** What a scan of payments works with. */
export interface ScanContext extends ServiceCall {
  readonly store: Store
  readonly payers: readonly Payer[]
  /** The accounts take money for other business too: what is not ours is left out of the books. */
  readonly hasOtherSales: boolean
  readonly tally: ScanTally
}

/** What a scan has come to so far. */
export interface ScanTally {
  /** Webhooks that were worked. */
  worked: number
  /** Webhooks whose turn it is, which are left to the next scan. */
  left: number
  /** Links that were looked at. */
  looked: number
  /** Payments, refunds and disputes of a service's lists that were compared with the books. */
  compared: number
  /** Payments for other business, which are left out, by the id of their service. */
  readonly others: Set<string>
  /** Payments of the books that their service does not know as paid, by our ids. */
  readonly doubted: Set<string>
  /** Payments of which the books say something else than before, by the id of their service. */
  readonly changed: Set<string>
  /** Links at which the money was taken that a client had approved. */
  readonly captured: Set<string>
  /** Things that could not be handled. */
  readonly failed: ScanFailure[]
}

/** A thing that could not be handled, and why. */
export interface ScanFailure {
  readonly id: string
  readonly kind: ErrorKind
  readonly message: string
}

/** Nothing yet. */
export function newTally(): ScanTally {
  return {
    worked: 0,
    left: 0,
    looked: 0,
    compared: 0,
    doubted: new Set(),
    others: new Set(),
    changed: new Set(),
    captured: new Set(),
    failed: [],
  }
}

/** Takes payments of ours into the books as their service told of them; a dry run tells only what that would change. */
export async function recordAll(
  { store, dryRun, tally, hasOtherSales }: ScanContext,
  { service }: Payer,
  payments: readonly PaymentFacts[],
  seen: Seeing,
): Promise<void> {
  for (const facts of payments) {
    if (hasOtherSales && !(await store.payments.isOurs(service, facts))) {
      tally.others.add(facts.id)
      continue
    }
    const isChanged = dryRun
      ? await store.payments.wouldChange(service, facts, seen.askedMs)
      : (await store.payments.record(service, facts, seen)).isChanged
    if (isChanged) tally.changed.add(facts.id)
  }
}

/** Does one thing of many: what its service does not give stops no other. The failure where it did not; else null. */
export async function tryOne(
  { tally, log }: ScanContext,
  id: string,
  work: () => Promise<void>,
): Promise<ServiceFailure | null> {
  try {
    await work()
    return null
  } catch (thrown) {
    if (!(thrown instanceof ServiceFailure)) throw thrown
    const { kind, message } = asAppError(thrown)
    log.warn('not scanned', { thing: id, error: message })
    tally.failed.push({ id, kind, message })
    return thrown
  }
}
