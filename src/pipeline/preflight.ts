import { contextTokens, modelFor } from './rules.ts'
import type { ClaimedRun } from '../store/claims.ts'
import type { PipelineContext } from './context.ts'

/** An attempt whose process died this often is not worth another: it may be what kills it. */
const MOST_INTERRUPTIONS = 3
const HOUR_MS = 3_600_000
/** No text in any language has more bytes a token than this, so above it a brief is certainly too long. */
const MOST_BYTES_A_TOKEN = 8

/**
 * Ends, holds or fails a run that must not cost anything; true if it did (SPEC §7, §9). Looks only before
 * the first draft, where nothing is spent yet, except for attempts that keep being interrupted.
 */
export async function refuseBeforeSpending(context: PipelineContext, claimed: ClaimedRun): Promise<boolean> {
  if (claimed.interruptions >= MOST_INTERRUPTIONS) {
    await context.store.stages.fail(claimed.claim, null, {
      errorClass: 'transient',
      reason: `interrupted ${claimed.interruptions} times: its process died or lost its lease`,
      service: null,
      retryAfterMs: null,
      jitter: context.world.random.fraction(),
    })
    return true
  }
  if (claimed.stage !== 'generate') return false
  const flaw = flawOfBrief(context, claimed)
  if (flaw !== null) {
    const next = { kind: 'rest', state: 'failed_final', errorClass: 'data', score: null } as const
    await context.store.stages.rest(claimed.claim, { ...next, reason: flaw })
    return true
  }
  return holdLoop(context, claimed)
}

function flawOfBrief(context: PipelineContext, { run, task }: ClaimedRun): string | null {
  if (run.flaw !== null) return run.flaw
  if (task.brief.trim() === '') return 'the brief is empty: nothing was asked for'
  const { model } = modelFor(context.settings, 'generate', task.type, context.world.clock.now())
  const limit = contextTokens(context.settings, model)
  const leastTokens = Math.ceil(Buffer.byteLength(task.brief, 'utf8') / MOST_BYTES_A_TOKEN)
  return limit !== null && leastTokens > limit
    ? `the brief is too long: at least ${leastTokens} tokens, ${model} takes ${limit}`
    : null
}

/** The velocity breaker: a loop that re-triggers a task spends happily until something stops it. */
async function holdLoop(context: PipelineContext, claimed: ClaimedRun): Promise<boolean> {
  const now = context.world.clock.now()
  const most = context.settings.budget.runs_per_task_hour
  const runs = await context.store.runs.countSince(claimed.task.id, now - HOUR_MS)
  if (runs <= most) return false
  await context.store.stages.hold(claimed.claim, {
    needNano: 0,
    reason: `held: ${runs} runs of this task within an hour, ${most} are allowed (budget.runs_per_task_hour)`,
    notBeforeMs: now + HOUR_MS,
  })
  return true
}
