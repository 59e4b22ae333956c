import { isBoardEffect, mergeChanges, type ClientChange } from '../../../domain/board-effects.ts'
import type { Billing } from '../../../domain/billing.ts'
import type { Delivery } from '../../../outbox/deliverer.ts'
import type { Effect } from '../../../store/effect-rows.ts'
import type { Cells } from '../schema/row-values.ts'
import type { EffectContext } from './context.ts'
import { usd } from './page.ts'
import { sendCells } from './send-cells.ts'

/** Writes the newest value of each cell of a client's row, in one request; nothing where there is no such database. */
export async function deliverClient(context: EffectContext, effects: readonly Effect[]): Promise<Delivery> {
  const clients = context.workspace.databases['clients']
  const [head] = effects
  const done = { kind: 'done', thing: null } as const
  if (clients === undefined || head === undefined) return done
  const changes = effects.flatMap(({ body }) => (isBoardEffect(body, 'client') ? [body.change] : []))
  const cells = cellsOfClient(mergeChanges(changes))
  await sendCells(context, clients, cells, properties =>
    context.workspace.api.changePage(head.target, properties),
  )
  return done
}

const BILLING_NAMES = { link: 'Link', invoice: 'Invoice' } as const satisfies Record<Billing, string>

function cellsOfClient(change: ClientChange): Cells {
  const { rateNano, revenueNano, billing, ...plain } = change
  return {
    ...plain,
    ...(billing === undefined ? {} : { billing: billing === null ? null : BILLING_NAMES[billing] }),
    ...(rateNano === undefined ? {} : { rate: usd(rateNano) }),
    ...(revenueNano === undefined ? {} : { revenueUsd: usd(revenueNano) }),
  }
}
