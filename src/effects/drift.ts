import { isRefusal } from '../kernel/roles.ts'
import type { Store } from '../store/index.ts'
import type { TaskSummary } from '../store/tasks.ts'
import type { Workspace } from './workspace.ts'
import { queueOf, readRow } from './row-values.ts'

/** One place where the page of a task says something else than the store. */
export interface Drift {
  readonly taskId: string
  readonly title: string
  readonly what: string
  readonly store: string
  readonly notion: string
  /** Writing the page again mends it; one that is gone or in the trash is for a person. */
  readonly mendable: boolean
}

/** What a comparison came to. */
export interface Compared {
  readonly compared: number
  readonly drifts: readonly Drift[]
}

/**
 * Compares the pages of the newest tasks, at most `limit` tasks, with the store. What still waits to be written is
 * no drift. Stops early, with what it has, when told to.
 * @throws ServiceFailure where Notion does not answer
 */
export async function compareWithNotion(
  context: { readonly store: Store; readonly workspace: Workspace; readonly stop: AbortSignal },
  limit: number,
): Promise<Compared> {
  const { store, workspace, stop } = context
  const drifts: Drift[] = []
  let compared = 0
  for (const task of await store.tasks.list({ states: null, client: null, limit })) {
    if (task.pageId === null || stop.aborted) continue
    compared += 1
    if (!(await store.outbox.hasPending(task.pageId))) {
      drifts.push(...(await driftOf(workspace, task, task.pageId)))
    }
  }
  return { compared, drifts }
}

async function driftOf(workspace: Workspace, task: TaskSummary, pageId: string): Promise<Drift[]> {
  const at = { taskId: task.id, title: task.title }
  const lost = { ...at, what: 'page', store: task.status, mendable: false }
  try {
    const page = await workspace.api.page(pageId)
    if (page.trashed) return [{ ...lost, notion: 'in the trash' }]
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
      .map(({ key, ...said }) => ({ ...at, what: properties[key]?.name ?? key, ...said, mendable: true }))
  } catch (error) {
    if (!isRefusal(error)) throw error
    return [{ ...lost, notion: 'not to be found' }]
  }
}
