import { isDue, isWithin } from './due.ts'
import type { ErrorClass } from './error-class.ts'

/**
 * What can be paused: a service as one credential sees it, and the model that is asked there, because limits,
 * overload and unknown names are of one model (SPEC §7). Two keys on one host are two of these.
 */
export interface ServiceUse {
  readonly service: string
  /** Digest of the address and the credential. */
  readonly credential: string
  readonly model: string
}

/** Whether two are the same. */
export function isSameUse(one: ServiceUse, other: ServiceUse): boolean {
  return one.service === other.service && one.credential === other.credential && one.model === other.model
}

/**
 * The breaker of a {@link ServiceUse}, while it is open: work that needs it waits and uses up no attempt. One run
 * at a time is let through as a probe.
 */
export interface ServicePause {
  readonly state: 'open' | 'probing'
  readonly cause: PauseCause
  readonly reason: string
  /** What the operator can do, where the failure tells. */
  readonly hint: string | null
  /** How often it opened, failed probes included. */
  readonly openedCount: number
  readonly sinceMs: number
  readonly nextProbeMs: number
  readonly probeRunId: string | null
}

/** A pause with what it is about. */
export type PausedService = ServiceUse & ServicePause

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

/**
 * The last failure of a run at a service. It tells a run that fails by itself from a service that is down. It is
 * kept after the pause has ended, until the service answers the run.
 */
export interface Trial {
  readonly runId: string
  /** When it last failed there, or was let through as a probe. */
  readonly lastMs: number
  /** How it last failed; null where it was only let through so far. */
  readonly signature: string | null
  /** How often in a row it failed in that way. */
  readonly inRow: number
  /** Stages that ended with a call of unknown outcome, which may have been billed, and used up no attempt. */
  readonly unknownEnds: number
  /** Others were answered, or kept failing otherwise, after it had failed so: it is the run, not the service. */
  readonly isAtFault: boolean
}

/** What is known of a service when a run fails on it. */
export interface Breaker {
  readonly pause: ServicePause | null
  readonly trials: readonly Trial[]
  /** Another model of the same service and credential does not answer either. */
  readonly isSiblingDown: boolean
}

/** How a service looked that gave no usable answer. */
export interface FailureLook {
  /** See {@link failureSignature}. */
  readonly signature: string
  /** It may as well be this one request that was refused, as some services do by 403. */
  readonly isDoubtful: boolean
  /** What the operator can do, where the failure tells. */
  readonly hint: string | null
}

/** A run that failed on a service. */
export interface RunFailure extends FailureLook {
  readonly runId: string
  readonly cause: PauseCause
  readonly reason: string
  /** The call may have been billed. */
  readonly isUnknown: boolean
  readonly retryAfterMs: number | null
  readonly atMs: number
}

/** What follows from a failure. */
export interface AfterFailure {
  /** Null also where no failure speaks against the service any more. */
  readonly pause: ServicePause | null
  readonly trial: Trial
  /** Whether the run has used up an attempt; otherwise it waits for the service. */
  readonly usesAttempt: boolean
}

/** Distinct runs that must fail within the window before a service is called down. */
const RUNS_TO_OPEN = 2
const WATCH_WINDOW_MS = 5 * 60_000
const FIRST_PROBE_MS = 60_000
const LONGEST_PROBE_MS = 15 * 60_000
/** A credential is tried again every five minutes (SPEC §7). */
const CREDENTIAL_PROBE_MS = 5 * 60_000
/**
 * A probe that never ends is given up after this. Longer than any call may take: where its claim ends, also by the
 * death of its process, the next run may probe at once.
 */
const PROBE_TIMEOUT_MS = 2 * 3_600_000
/** Failures alike in a row, and unlike those of other runs, by which a run is at fault. */
const ALONE_IN_ROW = 2
/** Calls of unknown outcome that a run may make without using up an attempt: what a long outage can cost. */
const MOST_UNKNOWN_ENDS = 3

/**
 * How a failure looks, to tell whether runs fail alike. Proxies before a service report one outage in many ways, so
 * all statuses from 500 are alike.
 */
export function failureSignature(failure: {
  readonly errorClass: ErrorClass
  readonly status: number | null
  readonly code: string | null
}): string {
  const { errorClass, status, code } = failure
  if (status === null) return `${errorClass}, no answer`
  if (status >= 500) return `${errorClass}, 5xx`
  return [errorClass, String(status), ...(code === null ? [] : [code])].join(', ')
}

/**
 * The breaker after one more failure. While all runs fail alike, the service is at fault, and no run uses up an
 * attempt. The run is at fault where another was answered after it had failed so, where it keeps failing otherwise
 * than the others, or, whatever the cause, once it has made too many calls that may be billed.
 */
export function afterServiceFailure(before: Breaker, failure: RunFailure): AfterFailure {
  const own = before.trials.find(trial => trial.runId === failure.runId) ?? null
  const others = before.trials.filter(trial => trial.runId !== failure.runId && trial.signature !== null)
  const trial = triedAgain(own, failure)
  const pause = pauseAfter(before, trial, others, failure)
  const isBlamed = before.pause === null ? pause === null : failsAlone(trial, others, before.pause)
  const isOverspent = failure.isUnknown && trial.unknownEnds >= MOST_UNKNOWN_ENDS
  const usesAttempt = isBlamed || isOverspent
  const unknownEnds = trial.unknownEnds + (failure.isUnknown && !usesAttempt ? 1 : 0)
  const isAtFault = trial.isAtFault || (before.pause !== null && isBlamed)
  return {
    pause: isAtFault && isUnfounded(others, pause) ? null : pause,
    trial: { ...trial, isAtFault, unknownEnds },
    usesAttempt,
  }
}

/** Whether work that needs the service may start now, only as a probe, or not. */
export function gateOf(pause: ServicePause | null, nowMs: number): 'free' | 'probe' | 'paused' {
  if (pause === null) return 'free'
  return isDue(pause.nextProbeMs, nowMs, longestWaitMs(pause)) ? 'probe' : 'paused'
}

/** When a paused service is tried next; now, where that is due already. */
export function nextProbeAt(pause: ServicePause, nowMs: number): number {
  return isDue(pause.nextProbeMs, nowMs, longestWaitMs(pause)) ? nowMs : pause.nextProbeMs
}

function longestWaitMs({ state }: ServicePause): number {
  return state === 'probing' ? PROBE_TIMEOUT_MS : LONGEST_PROBE_MS
}

/** The breaker while one run probes: the others wait until it reports back, or its time is over. */
export function whileProbing(pause: ServicePause, runId: string, nowMs: number): ServicePause {
  return { ...pause, state: 'probing', probeRunId: runId, nextProbeMs: nowMs + PROBE_TIMEOUT_MS }
}

/** What is known of a run that is let through as a probe: the one that was longest ago is the next. */
export function whileTried(before: Trial | null, runId: string, nowMs: number): Trial {
  return { ...(before ?? newTrial(runId)), lastMs: nowMs }
}

/** The breaker after a probe that ended without having asked the service: the next run may probe now. */
export function withoutProbe(pause: ServicePause, nowMs: number): ServicePause {
  return { ...pause, state: 'open', probeRunId: null, nextProbeMs: nowMs }
}

/**
 * What is known of runs once the service has answered a call: it works, so the run that asked has nothing more to
 * remember, and those that had failed before the call left are at fault themselves.
 * @param runId whose call it was; null where it was for none
 */
export function afterAnswer(trials: readonly Trial[], runId: string | null, startedMs: number): Trial[] {
  return trials
    .filter(trial => trial.runId !== runId)
    .map(trial =>
      trial.signature === null || trial.lastMs > startedMs ? trial : { ...trial, isAtFault: true },
    )
}

function newTrial(runId: string): Trial {
  return { runId, lastMs: 0, signature: null, inRow: 0, unknownEnds: 0, isAtFault: false }
}

function triedAgain(before: Trial | null, { runId, signature, atMs }: RunFailure): Trial {
  const known = before ?? newTrial(runId)
  const isSame = known.signature === signature
  return {
    ...known,
    lastMs: atMs,
    signature,
    inRow: isSame ? known.inRow + 1 : 1,
    // It is at fault for failures of this look, and for no other.
    isAtFault: isSame && known.isAtFault,
  }
}

function pauseAfter(
  before: Breaker,
  trial: Trial,
  others: readonly Trial[],
  failure: RunFailure,
): ServicePause | null {
  const { pause } = before
  if (pause === null) return !trial.isAtFault && opens(before, others, failure) ? opened(null, failure) : null
  return pause.state === 'probing' && pause.probeRunId === failure.runId
    ? opened(pause, failure)
    : afterEarlierRun(pause, failure)
}

function opens(before: Breaker, others: readonly Trial[], failure: RunFailure): boolean {
  if (failure.cause === 'credential') return true
  if (failure.cause === 'transient' && before.isSiblingDown) return true
  const failing = others.filter(
    trial => !trial.isAtFault && isWithin(trial.lastMs, failure.atMs, WATCH_WINDOW_MS),
  )
  return failing.length + 1 >= RUNS_TO_OPEN
}

/** Opened for the first time, or again by a probe that failed. */
function opened(before: ServicePause | null, failure: RunFailure): ServicePause {
  const openedCount = (before?.openedCount ?? 0) + 1
  return {
    state: 'open',
    cause: failure.cause,
    reason: failure.reason,
    hint: failure.hint,
    openedCount,
    sinceMs: before?.sinceMs ?? failure.atMs,
    nextProbeMs: failure.atMs + probeDelayMs(failure, openedCount),
    probeRunId: null,
  }
}

/** A run that began before the service was paused: its failure is known already, and must not lengthen the wait. */
function afterEarlierRun(pause: ServicePause, failure: RunFailure): ServicePause {
  return { ...pause, nextProbeMs: Math.max(pause.nextProbeMs, failure.atMs + askedMs(failure)) }
}

/** Whether no failure speaks against the service any more: all runs that failed around this pause are at fault themselves. */
function isUnfounded(others: readonly Trial[], pause: ServicePause | null): boolean {
  return pause !== null && besideIn(others, pause).every(other => other.isAtFault)
}

function besideIn(others: readonly Trial[], pause: ServicePause): readonly Trial[] {
  return others.filter(other => other.lastMs >= pause.sinceMs - WATCH_WINDOW_MS)
}

/** Whether a run fails otherwise than all others that failed around this pause: a service that is down fails alike. */
function failsAlone(trial: Trial, others: readonly Trial[], pause: ServicePause): boolean {
  const beside = besideIn(others, pause)
  const isAlone = beside.every(other => other.signature !== trial.signature)
  return isAlone && (trial.isAtFault || (beside.length > 0 && trial.inRow >= ALONE_IN_ROW))
}

function probeDelayMs(failure: RunFailure, openedCount: number): number {
  // The next run tells at once whether the first was refused, or all are.
  if (failure.isDoubtful && openedCount === 1) return 0
  if (failure.cause === 'credential') return CREDENTIAL_PROBE_MS
  const backoff = Math.min(LONGEST_PROBE_MS, FIRST_PROBE_MS * 2 ** (openedCount - 1))
  return Math.max(backoff, askedMs(failure))
}

function askedMs(failure: RunFailure): number {
  return Math.min(failure.retryAfterMs ?? 0, LONGEST_PROBE_MS)
}
