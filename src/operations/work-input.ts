import { optional, textField, wholeNumberField } from '../kernel/field.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import type { RowCheck } from '../roles/task-source.ts'
import type { Context } from './define.ts'

/** The flags that `poll`, `process` and `qa` share. */
export const limitField = optional(wholeNumberField('most runs to work on', 1))

/** Above 64 a process only waits for itself. */
export const concurrencyField = optional(
  wholeNumberField('runs worked on at once; work.concurrency if left out', 1, 64),
)

/** A full id or its beginning. */
export const taskField = optional(textField('only this task'))

/** The part of an operation's context that the pipeline works with, and the rows of the board, if there is one. */
export function pipelineOf(
  context: Context<{ settings: 'required'; store: 'required'; models: 'required' }>,
  rows: RowCheck | null,
): PipelineContext {
  return {
    rows,
    world: context.world,
    store: context.store,
    models: context.models,
    settings: context.settings.settings,
    log: context.log,
    stop: context.stop,
    progress: line => context.progress(line),
    calling: call => context.calling(call),
  }
}

/**
 * The rows of the board for what works without reading it otherwise; null where there is none, or none to be reached.
 * @throws AppError `config` where the credential of a store that belongs to an account is missing, or of another
 */
export async function boardRows(context: Context<{ taskSource: 'optional' }>): Promise<RowCheck | null> {
  const { taskSource } = context
  if (!taskSource.ok && taskSource.error.kind === 'config') throw taskSource.error
  try {
    return taskSource.ok ? ((await taskSource.value?.board(context)) ?? null) : null
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    context.log.warn('rows could not be looked at, work goes on', { error: error.message })
    return null
  }
}
