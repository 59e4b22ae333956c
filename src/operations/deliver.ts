import { deliverDue, deliveryOutcome } from '../outbox/deliver.ts'
import { rowWatch } from '../integrations/notion/rows/row-watch.ts'
import { openOwnWorkspace } from '../integrations/notion/workspace/workspace.ts'
import { command, document, line } from '../kernel/document.ts'
import { undeliveredItems } from '../figures/effects.ts'
import { defineOperation } from './define.ts'

export const deliver = defineOperation({
  path: ['deliver'],
  summary: 'Write to Notion what waits to be written',
  input: {},
  needs: { store: 'required', notion: 'required' },
  access: 'write',
  scope: 'operate',
  run: async context => {
    const workspace = await openOwnWorkspace(context.store, context.notion, context.dryRun)
    if (!context.dryRun) await context.store.claims.recover()
    if (workspace === null || context.dryRun) {
      const counts = await context.store.outbox.counts()
      return { dryRun: context.dryRun, delivered: 0, failed: [], ...counts }
    }
    const rows = rowWatch({ ...context, workspace, clock: context.world.clock })
    const done = await deliverDue({ ...context, workspace, rows, progress: text => context.progress(text) })
    return { dryRun: false, ...done, ...(await context.store.outbox.counts()) }
  },
  render: result =>
    document(
      result.dryRun
        ? `would deliver up to ${result.pending}`
        : `delivered ${result.delivered}, ${result.pending} wait`,
      undeliveredItems(result.failed),
      result.dead === 0
        ? null
        : line(`${result.dead} can never be delivered as things are: `, command('effect list')),
    ),
  outcome: deliveryOutcome,
})
