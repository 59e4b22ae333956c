/**
 * How far a clock may be set back without it meaning anything: time services correct it by less, and owners on
 * other machines have clocks of their own.
 */
export const CLOCK_STEP_MS = 5_000

/** The instants at which something with a longest delay is not due yet; at every other one it is. */
export interface WaitingSpan {
  /** It waits only where its instant is later than this, … */
  readonly afterMs: number
  /** … and not later than this. */
  readonly untilMs: number
}

/**
 * Clocks go wrong. A stored instant that is farther ahead than its own longest delay was written by a clock that
 * has been set back since, so it counts as past: whatever the clock did, all is due within that delay.
 */
export function waitingSpan(nowMs: number, longestMs: number): WaitingSpan {
  return { afterMs: nowMs, untilMs: nowMs + longestMs + CLOCK_STEP_MS }
}

/** Whether what was to wait until an instant, for no longer than `longestMs`, waits no more ({@link waitingSpan}). */
export function isDue(atMs: number, nowMs: number, longestMs: number): boolean {
  const { afterMs, untilMs } = waitingSpan(nowMs, longestMs)
  return atMs <= afterMs || atMs > untilMs
}

/**
 * Whether an instant of the past lies within the last `windowMs`. One that lies ahead says nothing: nobody knows
 * how long ago that was.
 */
export function isWithin(atMs: number, nowMs: number, windowMs: number): boolean {
  return atMs <= nowMs + CLOCK_STEP_MS && nowMs - atMs <= windowMs
}
