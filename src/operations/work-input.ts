import { optional, textField, wholeNumberField } from '../kernel/field.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { Stage } from '../domain/run-state.ts'
import { renderWork } from '../figures/work.ts'
import { workCounts, workOutcome, workQueue } from '../pipeline/work-report.ts'
import type { RowCheck } from '../roles/task-source.ts'
import { defineOperation, type AnyOperation, type Context } from './define.ts'

/** The flags that `poll`, `process` and `qa` share. */
export const WORK_FIELDS = {
  limit: optional(wholeNumberField('most runs to work on', 1)),
  // Above 64 a process only waits for itself.
  concurrency: optional(wholeNumberField('runs worked on at once; work.concurrency if left out', 1, 64)),
  task: optional(textField('only this task')),
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

/** Declares an operation that works these stages of the queue. */
export function defineWork(path: 'process' | 'qa', summary: string, stages: readonly Stage[]): AnyOperation {
  return defineOperation({
    path: [path],
    summary,
    input: WORK_FIELDS,
    needs: { settings: 'required', store: 'required', models: 'required', taskSource: 'optional' },
    access: 'write',
    scope: 'operate',
    run: async (context, input) =>
      workQueue(
        { ...context, settings: context.settings.settings, rows: await boardRows(context) },
        { ...input, stages, dryRun: context.dryRun },
      ),
    render: renderWork,
    outcome: workOutcome,
    counts: workCounts,
  })
}
