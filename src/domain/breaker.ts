import { isDue, isWithin } from './due.ts'
import type { ErrorClass } from './error-class.ts'

/**
 * The breaker of one service (SPEC §7): failures that speak of the service, not of a run, pause all work
 * that needs it. While it is paused no attempts are used up; one run at a time is let through as a probe.
 */
export interface ServicePause {
  readonly state: 'watching' | 'open' | 'probing'
  readonly cause: PauseCause
  readonly reason: string
  /** Distinct runs that failed in a row, while watching. */
  readonly failedRuns: readonly string[]
  /** Digest of the credential that was used: a new one is tried at once. */
  readonly credential: string
  readonly openedCount: number
  readonly sinceMs: number
  readonly nextProbeMs: number
  readonly probeRunId: string | null
}

/** What is wrong with a paused service. */
export type PauseCause = 'transient' | 'throttled' | 'credential'

/** The cause that a failure of this class is for a service; null where it says nothing about the service. */
export function pauseCause(errorClass: ErrorClass): PauseCause | null {
  switch (errorClass) {
    case 'transient':
    case 'throttled':
    case 'credential':
      return errorClass
    case 'permanent':
    case 'budget':
    case 'data':
      return null
  }
}

/** Distinct runs that must fail in a row, within the window, before a service is called down. */
const RUNS_TO_OPEN = 2
const WATCH_WINDOW_MS = 5 * 60_000
const FIRST_PROBE_MS = 60_000
const LONGEST_PROBE_MS = 15 * 60_000
/** A credential is tried again every five minutes (SPEC §7). */
const CREDENTIAL_PROBE_MS = 5 * 60_000
/** A probe that never reports back (its process died) is given up after this. */
const PROBE_PATIENCE_MS = 3 * 60_000

/** What a failure looked like from the service's side. */
export interface ServiceFailure {
  readonly runId: string
  readonly cause: PauseCause
  readonly reason: string
  readonly credential: string
  readonly retryAfterMs: number | null
  readonly atMs: number
}

/** The breaker after one more failure. The run's attempt counts only where the result is `watching`. */
export function afterServiceFailure(before: ServicePause | null, failure: ServiceFailure): ServicePause {
  if (before !== null && isStraggler(before, failure)) return afterStraggler(before, failure)
  const failedRuns = recentRuns(before, failure)
  const probeFailed = before?.state === 'probing'
  const opens = probeFailed || failure.cause === 'credential' || failedRuns.length >= RUNS_TO_OPEN
  const openedCount = opens ? (before?.openedCount ?? 0) + 1 : 0
  return {
    state: opens ? 'open' : 'watching',
    cause: failure.cause,
    reason: failure.reason,
    failedRuns,
    credential: failure.credential,
    openedCount,
    sinceMs: probeFailed ? before.sinceMs : failure.atMs,
    nextProbeMs: opens ? failure.atMs + probeDelayMs(failure, openedCount) : failure.atMs,
    probeRunId: null,
  }
}

/** Whether work that needs the service may start now, only as a probe, or not. */
export function gateOf(
  pause: ServicePause | null,
  credential: string,
  nowMs: number,
): 'free' | 'probe' | 'paused' {
  if (pause === null || pause.state === 'watching') return 'free'
  // The operator put in another key: try it without waiting.
  if (pause.cause === 'credential' && pause.credential !== credential) return 'probe'
  return isDue(pause.nextProbeMs, nowMs, LONGEST_PROBE_MS) ? 'probe' : 'paused'
}

/** When a paused service is tried next; now, where that is due already. */
export function nextProbeAt({ nextProbeMs }: Pick<ServicePause, 'nextProbeMs'>, nowMs: number): number {
  return isDue(nextProbeMs, nowMs, LONGEST_PROBE_MS) ? nowMs : nextProbeMs
}

/**
 * The breaker while one run probes: the others wait until it reports back, or its patience runs out. It
 * remembers the credential it probes with, or each run that has a new one would be a probe.
 */
export function whileProbing(
  pause: ServicePause,
  probe: { readonly runId: string; readonly credential: string },
  nowMs: number,
): ServicePause {
  return {
    ...pause,
    state: 'probing',
    credential: probe.credential,
    probeRunId: probe.runId,
    nextProbeMs: nowMs + PROBE_PATIENCE_MS,
  }
}

/** The breaker after a probe that ended without having asked the service: the next run may probe now. */
export function withoutProbe(pause: ServicePause, nowMs: number): ServicePause {
  return { ...pause, state: 'open', probeRunId: null, nextProbeMs: nowMs }
}

/** A run that was under way when the service was paused: it says nothing new, and must not lengthen the wait. */
function isStraggler(before: ServicePause, failure: ServiceFailure): boolean {
  return before.state === 'open' || (before.state === 'probing' && failure.runId !== before.probeRunId)
}

function afterStraggler(before: ServicePause, failure: ServiceFailure): ServicePause {
  return { ...before, nextProbeMs: Math.max(before.nextProbeMs, failure.atMs + askedMs(failure)) }
}

function recentRuns(before: ServicePause | null, failure: ServiceFailure): string[] {
  const fresh = before !== null && isWithin(before.sinceMs, failure.atMs, WATCH_WINDOW_MS)
  return [...new Set([...(fresh ? before.failedRuns : []), failure.runId])]
}

function probeDelayMs(failure: ServiceFailure, openedCount: number): number {
  if (failure.cause === 'credential') return CREDENTIAL_PROBE_MS
  const backoff = Math.min(LONGEST_PROBE_MS, FIRST_PROBE_MS * 2 ** (openedCount - 1))
  return Math.max(backoff, askedMs(failure))
}

function askedMs(failure: ServiceFailure): number {
  return Math.min(failure.retryAfterMs ?? 0, LONGEST_PROBE_MS)
}
