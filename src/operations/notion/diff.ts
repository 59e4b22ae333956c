import { wholeNumberField, withDefault } from '../../kernel/field.ts'
import { RUN_STATES } from '../../domain/run-state.ts'
import { readRow, queueOf } from '../../effects/row-values.ts'
import { openOwnWorkspace } from '../../effects/workspace.ts'
import { AppError } from '../../kernel/errors.ts'
import { ServiceFailure } from '../../kernel/roles.ts'
import { countText, table } from '../../kernel/text.ts'
import type { Workspace } from '../../effects/context.ts'
import type { Store } from '../../store/index.ts'
import type { TaskSummary } from '../../store/tasks.ts'
import { defineOperation } from '../define.ts'

/** One place where the page says something else than the store. */
interface Drift {
  readonly taskId: string
  readonly title: string
  readonly what: string
  readonly store: string
  readonly notion: string
}

export const notionDiff = defineOperation({
  path: ['notion', 'diff'],
  summary: 'Compare the pages of tasks with the store; exit 1 when they differ',
  input: { limit: withDefault(wholeNumberField('most tasks to compare, newest first', 1, 10_000), 100) },
  needs: { store: 'required', notion: 'required' },
  effect: 'read',
  scope: 'read',
  run: async (context, input) => {
    const workspace = await openOwnWorkspace(context.store, context.notion, context.dryRun)
    if (workspace === null) {
      throw new AppError('config', 'no Notion databases are known', 'echopilot init --parent PAGE')
    }
    const tasks = await context.store.tasks.list({ states: null, client: null, limit: input.limit })
    const drifts: Drift[] = []
    let compared = 0
    for (const task of tasks) {
      if (task.pageId === null || context.stop.aborted) continue
      compared += 1
      drifts.push(...(await driftOf(context.store, workspace, task, task.pageId)))
    }
    return { compared, drifts }
  },
  render: (result, style) =>
    result.drifts.length === 0
      ? `${countText(result.compared, 'page says', 'pages say')} what the store says`
      : table(
          [
            { title: 'title', flexible: true },
            { title: 'what' },
            { title: 'store', flexible: true },
            { title: 'notion', flexible: true },
          ],
          result.drifts.map(drift => [drift.title, drift.what, drift.store, drift.notion]),
          style,
        ),
  outcome: result => (result.drifts.length === 0 ? 'ok' : 'failed'),
})

/** What still waits to be written is no drift. */
async function driftOf(
  store: Store,
  workspace: Workspace,
  task: TaskSummary,
  pageId: string,
): Promise<Drift[]> {
  if (await store.outbox.hasPending(pageId)) return []
  const at = { taskId: task.id, title: task.title }
  try {
    const page = await workspace.api.page(pageId)
    if (page.trashed)
      return [{ ...at, what: 'page', store: RUN_STATES[task.state].status, notion: 'in the trash' }]
    const row = readRow(page, queueOf(workspace))
    const { properties } = queueOf(workspace)
    const pairs = [
      { key: 'status', store: task.status, notion: row.choice('status') ?? '' },
      { key: 'runId', store: task.runId, notion: row.text('runId') ?? '' },
      {
        key: 'qaScore',
        store: task.score === null ? '' : String(task.score),
        notion: String(row.number('qaScore') ?? ''),
      },
    ]
    return pairs
      .filter(pair => properties[pair.key] !== undefined && pair.store !== pair.notion)
      .map(pair => ({
        ...at,
        what: properties[pair.key]?.name ?? pair.key,
        store: pair.store,
        notion: pair.notion,
      }))
  } catch (error) {
    if (!(error instanceof ServiceFailure) || error.errorClass !== 'permanent') throw error
    return [{ ...at, what: 'page', store: task.status, notion: 'not to be found' }]
  }
}
