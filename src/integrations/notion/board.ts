import { isBoardEffect } from '../../domain/board-effects.ts'
import type { TaskBoard, ServiceCall } from '../../roles/task-source.ts'
import type { Effect } from '../../store/effect-rows.ts'
import type { Deliverer, Delivery } from '../../outbox/deliverer.ts'
import type { Notion } from './api/client.ts'
import { compareWithNotion } from './drift.ts'
import { deliverBody } from './effects/body.ts'
import { deliverClient } from './effects/client.ts'
import type { EffectContext } from './effects/context.ts'
import { deliverPage } from './effects/page.ts'
import { whyAway } from './effects/place.ts'
import { deliverRow } from './effects/row.ts'
import { readClients } from './rows/clients.ts'
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
export async function openBoard(
  { store, api, heartbeat }: Pick<EffectContext, 'store' | 'heartbeat'> & { readonly api: Notion },
  call: ServiceCall,
): Promise<NotionBoard | null> {
  const workspace = await openOwnWorkspace(store, api, call.dryRun)
  if (workspace === null) return null
  const rows = rowWatch({ store, workspace, clock: call.world.clock, log: call.log })
  const context = { ...call, store, workspace, rows, heartbeat }
  return {
    service: 'notion',
    withdrawn: (pageId, oldestMs) => rows.withdrawn(pageId, oldestMs),
    pickUp: request => pickUp({ ...context, ...request }),
    clients: () => readClients(workspace),
    compare: limit => compareWithNotion(context, limit),
    deliverer: {
      service: 'notion',
      hasRoom: () => api.hasRoom(),
      deliver: (head, effects) => deliver(context, head, effects),
      whyAway: place => whyAway(workspace, place),
    },
  }
}

async function deliver(context: EffectContext, head: Effect, effects: readonly Effect[]): Promise<Delivery> {
  const { body } = head
  if (isBoardEffect(body, 'page')) return deliverPage(context, effects)
  if (isBoardEffect(body, 'client')) return deliverClient(context, effects)
  if (isBoardEffect(body, 'body')) return deliverBody(context, head, body)
  if (isBoardEffect(body, 'log') || isBoardEffect(body, 'job') || isBoardEffect(body, 'status'))
    return deliverRow(context, head, body)
  return { kind: 'impossible', why: `nothing of the kind ${head.kind} is written to Notion` }
}
