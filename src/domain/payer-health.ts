import { LIMITS } from './operate.ts'

/** Webhooks of a service against what was paid there: each payment is told of by one, where they arrive. */
export interface WebhookSilence {
  /** When the newest came that is proved to be of the service; null where none did. */
  readonly verifiedMs: number | null
  /** Payments since, of which one should have told by now, and when the first of them was paid. */
  readonly unheard: number
  readonly unheardSinceMs: number | null
}

/** Payments of this span should have been told of by a webhook that is newer than the newest that came. */
export function unheardSpan(
  verifiedMs: number,
  nowMs: number,
): { readonly afterMs: number; readonly toMs: number } {
  return { afterMs: verifiedMs + LIMITS.clockSkewMs, toMs: nowMs - LIMITS.webhookMs }
}

/**
 * Since when a service was not scanned for too long; null where it was. `scannedMs`: when the last look at a list of it
 * ended; `bornMs`: since when the store belongs to its account. What was just bound may have no list to look at yet.
 */
export function unscannedSince(scannedMs: number | null, bornMs: number, nowMs: number): number | null {
  const sinceMs = scannedMs ?? bornMs
  const limitMs = scannedMs === null ? LIMITS.firstScanMs : LIMITS.scanMs
  return nowMs - sinceMs > limitMs ? sinceMs : null
}
