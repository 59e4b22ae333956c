import type { Deliverer, Delivery } from '../../../outbox/deliverer.ts'
import type { Effect } from '../../../store/effect-rows.ts'
import { deliverBody } from './body.ts'
import type { EffectContext } from './context.ts'
import { deliverPage } from './page.ts'
import { placeOf, whyAway } from './place.ts'
import { deliverRow } from './row.ts'

/** Writes to the pages and logs of one workspace. */
export function notionDeliverer(context: EffectContext): Deliverer {
  return {
    service: 'notion',
    hasRoom: () => context.workspace.api.hasRoom(),
    deliver: (head, effects) => deliver(context, head, effects),
    placeOf,
    isInParts: ({ kind }) => kind === 'body',
    whyAway: place => whyAway(context.workspace, place),
  }
}

function deliver(context: EffectContext, head: Effect, effects: readonly Effect[]): Promise<Delivery> {
  switch (head.body.kind) {
    case 'page':
      return deliverPage(context, effects)
    case 'body':
      return deliverBody(context, head, head.body)
    case 'log':
    case 'job':
      return deliverRow(context, head, head.body)
  }
}
