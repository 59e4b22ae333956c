import type { TaskBoard, ServiceCall } from '../../roles/task-source.ts'
import type { Store } from '../../store/index.ts'
import type { Deliverer } from '../../outbox/deliverer.ts'
import type { Notion } from './api/client.ts'
import { compareWithNotion } from './drift/drift.ts'
import { notionDeliverer } from './effects/deliverer.ts'
import { pickUp } from './rows/pick-up.ts'
import { rowWatch } from './rows/row-watch.ts'
import { openOwnWorkspace } from './workspace/workspace.ts'

/** The databases of one workspace, for one call of the program: pick-up, work and delivery share the rows it has read. */
export interface NotionBoard extends TaskBoard {
  readonly deliverer: Deliverer
}

/**
 * Opens the board that this store belongs to; null where `init` was never run.
 * @throws AppError `config` where the token opens another workspace; ServiceFailure where Notion does not tell
 */
export async function openBoard(store: Store, api: Notion, call: ServiceCall): Promise<NotionBoard | null> {
  const workspace = await openOwnWorkspace(store, api, call.dryRun)
  if (workspace === null) return null
  const { world, log, stop } = call
  const rows = rowWatch({ store, workspace, clock: world.clock, log })
  const context = {
    world,
    store,
    workspace,
    rows,
    log,
    stop,
    progress: (line: string) => call.progress(line),
  }
  return {
    service: 'notion',
    withdrawn: (pageId, oldestMs) => rows.withdrawn(pageId, oldestMs),
    pickUp: request => pickUp({ ...context, ...request, dryRun: call.dryRun }),
    compare: limit => compareWithNotion(context, limit),
    deliverer: notionDeliverer(context),
  }
}
