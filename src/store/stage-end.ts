import type { ServiceUse } from '../domain/breaker.ts'
import type { ErrorClass } from '../domain/error-class.ts'
import type { Criterion, CriterionScores, Finding } from '../domain/rubric.ts'
import type { Stage } from '../domain/run-state.ts'
import type { Settlement } from './call-rows.ts'

/** What working a claimed run for one stage came to: the only ways out of a claim, bar losing it. */
export type StageEnd =
  | {
      readonly kind: 'written'
      readonly settlement: Settlement
      readonly output: NewOutput
      readonly next: Next
    }
  | {
      readonly kind: 'judged'
      readonly settlement: Settlement
      readonly judgement: NewJudgement
      readonly next: Next
    }
  /** There is nothing to ask a model. */
  | { readonly kind: 'rested'; readonly settlement: null; readonly next: Rest }
  /**
   * Uses up the attempt, or, where the whole service is failing, pauses the service and none. Without
   * attempts left, or where a repeat cannot help, the run is Failed-Final; where it has a text, a person decides.
   */
  | { readonly kind: 'failed'; readonly settlement: Settlement | null; readonly failure: StageFailure }
  /** Waits for a cap to free, or until an instant. */
  | { readonly kind: 'held'; readonly settlement: null; readonly hold: Hold }
  /**
   * Somebody has put an end to the run on its row: it is cancelled. Whether a model had answered by then tells of its
   * service as any other answer does.
   */
  | { readonly kind: 'withdrawn'; readonly settlement: Settlement | null; readonly isAnswered: boolean }
  /** Given back untouched, for whoever comes next. */
  | { readonly kind: 'released'; readonly settlement: Settlement | null; readonly why: string }

/** A version of the work that a model wrote. */
export interface NewOutput {
  readonly id: string
  readonly stage: 'generate' | 'revise'
  readonly finish: 'complete' | 'truncated' | 'refused' | 'empty'
  readonly text: string
  readonly digest: string
  readonly refusal: string | null
  readonly checkFindings: readonly Finding[]
  readonly checksVersion: string
}

/** A judge's answer to one version; `verdict` is null where the answer was none. */
export interface NewJudgement {
  readonly id: string
  readonly outputId: string
  readonly verdict: {
    readonly score: number
    readonly scores: CriterionScores
    readonly reasons: Readonly<Record<Criterion, string>>
    readonly findings: readonly Finding[]
    readonly opinion: string
  } | null
  readonly flaw: string | null
  /** What kept the answer from being a verdict, where asking again would not help. */
  readonly obstacle: Finding | null
  readonly rubricDigest: string
  readonly promptDigest: string
  readonly model: string
}

/** Where a run goes when a stage is committed. */
export type Next = { readonly kind: 'stage'; readonly stage: Stage; readonly score: number | null } | Rest

/** The end of the work on a run, for good or until a person decides. */
export interface Rest {
  readonly kind: 'rest'
  readonly state: 'done' | 'waiting_human' | 'failed_final'
  readonly reason: string
  readonly errorClass: ErrorClass | null
  readonly score: number | null
}

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

/** A service that gave no usable answer, and how that looked. */
export interface FailedService extends ServiceUse {
  /** See `failureSignature`. */
  readonly signature: string
  /** It may as well be this one request that was refused. */
  readonly isDoubtful: boolean
  /** What the operator can do, where the failure tells. */
  readonly hint: string | null
}

/** What a run that must not spend waits for. */
export interface Hold {
  readonly needNano: number
  readonly reason: string
  readonly notBeforeMs: number
}
