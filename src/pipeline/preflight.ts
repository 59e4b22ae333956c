import { afterFailure } from '../domain/after-failure.ts'
import { leastTokens } from '../domain/cost.ts'
import { isBlank } from '../kernel/unseen.ts'
import type { ClaimedRun } from '../store/claims.ts'
import type { StageEnd } from '../store/stage-end.ts'
import type { PipelineContext } from './context.ts'
import { contextTokens, modelFor } from './rules.ts'

/** An attempt whose process died this often is not worth another: it may be what kills it. */
const MOST_INTERRUPTIONS = 3
const HOUR_MS = 3_600_000
/** A brief is refused for good, so this leaves room for a tokenizer that joins more words than any that is known. */
const SURE_SHARE = 2 / 3

/**
 * The end of a run that must not cost anything: ended, held or failed; null where it may (SPEC §7, §9).
 * Looks only before the first draft, where nothing is spent yet, except for attempts that keep being
 * interrupted.
 */
export async function refusalBeforeSpending(
  context: PipelineContext,
  claimed: ClaimedRun,
): Promise<StageEnd | null> {
  const { interruptions } = claimed
  if (interruptions >= MOST_INTERRUPTIONS) {
    return ownFailure(context, `interrupted ${interruptions} times: its process died or lost its lease`)
  }
  if (claimed.stage !== 'generate') return null
  const flaw = flawOfBrief(context, claimed)
  if (flaw === null) return holdOfLoop(context, claimed)
  const next = { kind: 'rest', state: 'failed_final', errorClass: 'data', score: null } as const
  return { kind: 'rested', settlement: null, next: { ...next, reason: flaw } }
}

function flawOfBrief(context: PipelineContext, { run, task }: ClaimedRun): string | null {
  if (run.flaw !== null) return run.flaw
  if (isBlank(task.brief)) return 'the brief is empty: nothing was asked for'
  const { model } = modelFor(context.settings, 'generate', task.type, context.world.clock.now())
  const limit = contextTokens(context.settings, model)
  const least = Math.floor(leastTokens(task.brief) * SURE_SHARE)
  return limit !== null && least > limit
    ? `the brief is too long: at least ${least} tokens, ${model} takes ${limit}`
    : null
}

/** The velocity breaker: a loop that re-triggers a task spends happily until something stops it. */
async function holdOfLoop(context: PipelineContext, claimed: ClaimedRun): Promise<StageEnd | null> {
  const now = context.world.clock.now()
  const most = context.settings.budget.runs_per_task_hour
  const runs = await context.store.runs.countSince(claimed.task.id, now - HOUR_MS)
  if (runs <= most) return null
  const reason = `held: ${runs} runs of this task within an hour, ${most} are allowed (budget.runs_per_task_hour)`
  return { kind: 'held', settlement: null, hold: { needNano: 0, reason, notBeforeMs: now + HOUR_MS } }
}

/** The end of a stage that failed by no service's fault: it uses up the attempt, as a passing failure does. */
export function ownFailure(context: PipelineContext, reason: string): StageEnd {
  return {
    kind: 'failed',
    decide: afterFailure,
    settlement: null,
    failure: {
      errorClass: 'transient',
      reason,
      service: null,
      retryAfterMs: null,
      jitter: context.world.random.fraction(),
    },
  }
}
