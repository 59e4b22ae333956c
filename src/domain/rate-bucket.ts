/** A token bucket. Tokens are requests that may be sent at once; below zero where some are reserved ahead of time. */
export interface Bucket {
  readonly tokens: number
  readonly atMs: number
}

/** Requests that may come in one burst after a rest, in seconds of the rate. */
const BURST_SECONDS = 1

/**
 * Takes `count` tokens out of a bucket that fills at `perSecond`. The bucket goes below zero, so that each
 * caller reserves its own time, and waits only once. A clock that goes back fills nothing.
 */
export function takeTokens(
  before: Bucket | null,
  count: number,
  perSecond: number,
  nowMs: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const most = Math.max(count, perSecond * BURST_SECONDS)
  const filled =
    before === null
      ? most
      : Math.min(most, before.tokens + (Math.max(0, nowMs - before.atMs) / 1000) * perSecond)
  const tokens = filled - count
  return {
    bucket: { tokens, atMs: nowMs },
    waitMs: tokens >= 0 ? 0 : Math.ceil((-tokens / perSecond) * 1000),
  }
}
