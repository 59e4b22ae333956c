import { deliverDue, deliveryOutcome, plannedDelivery, requireDeliverer } from '../outbox/deliver.ts'
import { undeliveredItems } from '../figures/effects.ts'
import { document, line } from '../kernel/document.ts'
import { defineOperation } from './define.ts'

export const deliver = defineOperation({
  path: ['deliver'],
  summary: 'Deliver what waits: writes to Notion, and notices of alerts',
  input: {},
  needs: { store: 'required', outbox: 'required' },
  access: 'write',
  scope: 'operate',
  run: async context => {
    const deliverers = await context.outbox.deliverers(context)
    requireDeliverer(deliverers)
    if (!context.dryRun) await context.store.claims.recover()
    const done = context.dryRun ? plannedDelivery(deliverers) : await deliverDue({ ...context, deliverers })
    return { dryRun: context.dryRun, ...done, ...(await context.store.outbox.counts()) }
  },
  render: result =>
    document(
      result.dryRun
        ? `would deliver up to ${result.pending}`
        : `delivered ${result.delivered}, ${result.pending} wait`,
      undeliveredItems(result.failed),
      result.dead === 0
        ? null
        : line`${result.dead} can never be delivered as things are: echopilot effect list`,
    ),
  outcome: deliveryOutcome,
  counts: ({ delivered, failed }) => ({ done: delivered, failed: failed.length }),
})
