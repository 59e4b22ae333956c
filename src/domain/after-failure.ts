import {
  afterServiceFailure,
  isSameUse,
  pauseCause,
  type AfterFailure,
  type FailureLook,
  type PausedService,
  type ServiceUse,
  type Trial,
} from './breaker.ts'
import { ERROR_CLASSES, type ErrorClass } from './error-class.ts'
import { retryDelayMs } from './retry-schedule.ts'
import type { Stage } from './run-state.ts'

/** Why a stage came to nothing. */
export interface StageFailure {
  readonly errorClass: ErrorClass
  readonly reason: string
  /** The service that failed, where one did. */
  readonly service: FailedService | null
  readonly retryAfterMs: number | null
  /** 0 to 1, from the injected randomness. */
  readonly jitter: number
}

/** A service that gave no usable answer. */
export type FailedService = ServiceUse & FailureLook

/** What is known of a run and of the service that it asked, at the moment at which its stage is ended. */
export interface FailureFacts {
  readonly runId: string
  /** The stage that failed. */
  readonly stage: Stage | null
  /** Attempts of the run that have failed before this one. */
  readonly failedAttempts: number
  /** The run has a text that a person can accept. */
  readonly hasText: boolean
  /** The call may have been billed. */
  readonly isUnknown: boolean
  readonly pauses: readonly PausedService[]
  /** What runs last met at the service; empty where none failed. */
  readonly trials: readonly Trial[]
  readonly nowMs: number
}

/** What a failed stage comes to, as it is to be written. */
export interface StageAfterFailure {
  /** What is known of the service from now on; null where the failure says nothing about it. */
  readonly service: Omit<AfterFailure, 'usesAttempt'> | null
  /** Where the run goes. Where it `waits`, the attempt goes on once the service is back; else it has failed. */
  readonly run:
    | { readonly kind: 'waits' | 'waiting_human' | 'failed_final'; readonly reason: string }
    | { readonly kind: 'retrying'; readonly notBeforeMs: number; readonly reason: string }
}

/**
 * Decides what a failed stage comes to. Where the whole service is failing the run waits for it and uses up no
 * attempt; else it is retried while it has attempts and a repeat can help. At the end it is Failed-Final, or, where it
 * has a text, a person's to decide.
 */
export function afterFailure(failure: StageFailure, facts: FailureFacts): StageAfterFailure {
  const { errorClass, reason, jitter, retryAfterMs } = failure
  const atService = afterFailureOf(failure, facts)
  const service = atService === null ? null : { pause: atService.pause, trial: atService.trial }
  if (failure.service !== null && atService?.usesAttempt === false) {
    return { service, run: { kind: 'waits', reason: `waits for ${failure.service.service}` } }
  }
  const delayMs = ERROR_CLASSES[errorClass].retried
    ? retryDelayMs(facts.failedAttempts + 1, jitter, retryAfterMs)
    : null
  if (delayMs !== null) {
    return { service, run: { kind: 'retrying', notBeforeMs: facts.nowMs + delayMs, reason } }
  }
  if (!facts.hasText) return { service, run: { kind: 'failed_final', reason } }
  // A text that was paid for is a person's to accept or return: another run would buy it again.
  const missing = facts.stage === 'judge' ? 'not judged' : 'not revised'
  return { service, run: { kind: 'waiting_human', reason: `${missing}: ${reason}` } }
}

/** The breaker of the service that failed; null where none did, or the class of the failure says nothing of it. */
function afterFailureOf(failure: StageFailure, facts: FailureFacts): AfterFailure | null {
  const { service, errorClass, reason, retryAfterMs } = failure
  const cause = pauseCause(errorClass)
  if (service === null || cause === null) return null
  const { runId, isUnknown, trials, nowMs } = facts
  const before = {
    pause: facts.pauses.find(pause => isSameUse(pause, service)) ?? null,
    trials,
    isSiblingDown: facts.pauses.some(
      pause =>
        pause.service === service.service &&
        pause.credential === service.credential &&
        pause.model !== service.model &&
        pause.cause === 'transient',
    ),
  }
  return afterServiceFailure(before, {
    ...service,
    runId,
    cause,
    reason,
    isUnknown,
    retryAfterMs,
    atMs: nowMs,
  })
}
