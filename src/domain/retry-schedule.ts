/** One try and three retries (SPEC §7). */
export const MAX_ATTEMPTS = 4

/** Waits after the first, second and third attempt, in milliseconds (SPEC §7: 60, 300 and 900 s). */
const WAITS_MS = [60_000, 300_000, 900_000]

/** A server may ask for any wait (Retry-After); at most this long is waited. */
export const LONGEST_RETRY_AFTER_MS = 3_600_000

/** The longest wait of the outbox, with its jitter of up to a fifth. */
export const LONGEST_DELIVERY_WAIT_MS = LONGEST_RETRY_AFTER_MS * 1.2

/** How often a place whose effects are dead is looked at. */
export const LOOK_AGAIN_MS = 10 * 60_000
/** … where nothing of it is missed, from the second look on: pages that were thrown away are seldom put back. */
export const LOOK_RARELY_MS = 24 * 60 * 60_000

/** Base waits of the retries inside one call, in milliseconds; these use up no attempt (SPEC §7). */
const QUICK_WAITS_MS = [500, 2_000]

/**
 * Milliseconds to wait before the next attempt of a run, or null when its attempts are used up.
 *
 * @param attemptsUsed attempts that have ended, the one that just failed among them; 0 needs no wait of its own
 * @param jitter a random number from 0 to 1 that spreads the wait evenly over ±10 %, so that runs which failed
 *   together do not come back together
 * @param retryAfterMs what the server asked for, if it did: the wait is never shorter than that, or than one
 *   hour where it asked for more
 */
export function retryDelayMs(
  attemptsUsed: number,
  jitter: number,
  retryAfterMs: number | null,
): number | null {
  if (attemptsUsed >= MAX_ATTEMPTS) return null
  const base = WAITS_MS[attemptsUsed - 1] ?? 0
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
  return Math.max(Math.round(base * (0.9 + 0.2 * unit(jitter))), Math.ceil(asked))
}

/**
 * Milliseconds to wait before a quick retry inside a call: half of the base (0.5 s, then 2 s) is fixed, the
 * other half is jitter. Null when the quick retries are used up.
 *
 * @param tryNumber 1 for the first quick retry
 * @param jitter a random number from 0 to 1
 */
export function quickRetryDelayMs(tryNumber: number, jitter: number): number | null {
  const base = QUICK_WAITS_MS[tryNumber - 1]
  return base === undefined ? null : Math.round((base / 2) * (1 + unit(jitter)))
}

function unit(jitter: number): number {
  return Math.min(Math.max(jitter, 0), 1)
}
