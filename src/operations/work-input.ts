import { optional, textField, wholeNumberField } from '../kernel/field.ts'
import { rowWatch } from '../integrations/notion/rows/row-watch.ts'
import { openOwnWorkspace } from '../integrations/notion/workspace/workspace.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { PipelineContext, RowCheck } from '../pipeline/context.ts'
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
 * @throws AppError `config` where the credential of a store that belongs to a workspace is missing, or of another
 */
export async function boardRows(
  context: Context<{ store: 'required'; notion: 'optional' }>,
): Promise<RowCheck | null> {
  const { notion, store, dryRun } = context
  if (!notion.ok && notion.error.kind === 'config') throw notion.error
  try {
    const workspace = notion.ok ? await openOwnWorkspace(store, notion.value, dryRun) : null
    return workspace === null ? null : rowWatch({ ...context, workspace, clock: context.world.clock })
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    context.log.warn('rows could not be looked at, work goes on', { error: error.message })
    return null
  }
}
