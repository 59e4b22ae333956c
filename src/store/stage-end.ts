import type { FailureFacts, StageAfterFailure, StageFailure } from '../domain/after-failure.ts'
import type { ErrorClass } from '../domain/error-class.ts'
import type { Criterion, CriterionScores, Finding } from '../domain/rubric.ts'
import type { Stage } from '../domain/run-state.ts'
import type { Settlement } from './ledger.ts'

/** The result of one stage of a claimed run: the only ways in which a claim ends, besides losing the lease. */
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
  /** What it comes to is decided by what is known when it is committed, in the same transaction. */
  | {
      readonly kind: 'failed'
      readonly settlement: Settlement | null
      readonly failure: StageFailure
      readonly decide: (failure: StageFailure, facts: FailureFacts) => StageAfterFailure
    }
  /** Waits for a cap to free, or until an instant. */
  | { readonly kind: 'held'; readonly settlement: null; readonly hold: Hold }
  /**
   * Somebody has put an end to the run on its row: it is cancelled. Whether a model had answered by then tells of its
   * service as any other answer does.
   */
  | { readonly kind: 'withdrawn'; readonly settlement: Settlement | null; readonly isAnswered: boolean }
  /** Released unchanged: the next process that claims it does the stage. */
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

/** What a run that must not spend waits for. */
export interface Hold {
  readonly needNano: number
  readonly reason: string
  readonly notBeforeMs: number
}
