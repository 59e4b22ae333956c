import { isBoardEffect } from '../../../domain/board-effects.ts'
import type { Deliverer, Delivery } from '../../../outbox/deliverer.ts'
import type { Effect } from '../../../store/effect-rows.ts'
import { deliverBody } from './body.ts'
import type { EffectContext } from './context.ts'
import { deliverPage } from './page.ts'
import { whyAway } from './place.ts'
import { deliverRow } from './row.ts'

/** Writes to the pages and logs of one workspace. */
export function notionDeliverer(context: EffectContext): Deliverer {
  return {
    service: 'notion',
    hasRoom: () => context.workspace.api.hasRoom(),
    deliver: (head, effects) => deliver(context, head, effects),
    whyAway: place => whyAway(context.workspace, place),
  }
}

async function deliver(context: EffectContext, head: Effect, effects: readonly Effect[]): Promise<Delivery> {
  const { body } = head
  if (isBoardEffect(body, 'page')) return deliverPage(context, effects)
  if (isBoardEffect(body, 'body')) return deliverBody(context, head, body)
  if (isBoardEffect(body, 'log') || isBoardEffect(body, 'job')) return deliverRow(context, head, body)
  return { kind: 'impossible', why: `nothing of the kind ${head.kind} is written to Notion` }
}
