import { worstCaseNanoUsd } from '../domain/cost.ts'
import { quotePrice } from '../domain/price.ts'
import type { Run } from '../store/run-rows.ts'
import type { Task } from '../store/tasks.ts'
import type { PipelineContext } from './context.ts'
import { dearestTier, modelFor } from './rules.ts'

/** Bytes of instructions around a brief, at the most. */
const PROMPT_BYTES = 6_000
/** Bytes an output token can stand for, at the most, when it is read back by the judge. */
const BYTES_A_TOKEN = 8

/**
 * The most a whole run can cost without errors, in nano-dollars: a first draft, every revision, and two
 * judgements of each version.
 */
export function estimateAtMostNano(
  context: Pick<PipelineContext, 'settings' | 'models'> & {
    readonly world: Pick<PipelineContext['world'], 'clock' | 'random'>
  },
  run: Pick<Run, 'revisions'>,
  task: Pick<Task, 'brief' | 'type'>,
): number {
  const { settings, models } = context
  const now = context.world.clock.now()
  const maker = modelFor(settings, 'generate', task.type, now)
  const judge = modelFor(settings, 'judge', task.type, now)
  const briefBytes = Buffer.byteLength(task.brief, 'utf8') + PROMPT_BYTES
  const workBytes = maker.maxOutputTokens * BYTES_A_TOKEN
  const makerPrice = quotePrice(maker.model, now, dearestTier(models.generator), settings.models)
  const judgePrice = quotePrice(judge.model, now, dearestTier(models.judge), settings.models)
  const bounds = { promptBytes: briefBytes, maxOutputTokens: maker.maxOutputTokens }
  const draft = worstCaseNanoUsd(makerPrice, bounds)
  const revision = worstCaseNanoUsd(makerPrice, { ...bounds, promptBytes: briefBytes + workBytes })
  const verdict = worstCaseNanoUsd(judgePrice, {
    promptBytes: briefBytes + workBytes,
    maxOutputTokens: judge.maxOutputTokens,
  })
  return draft + run.revisions * revision + 2 * (run.revisions + 1) * verdict
}
