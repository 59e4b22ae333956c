import { bothDelivered, plannedLinks } from '../pipeline/links.ts'
import { makeLinksAndMails } from '../pipeline/mailings.ts'
import {
  deliverDue,
  deliveryOutcome,
  plannedDelivery,
  requireDeliverer,
  wantedDeliverers,
} from '../outbox/deliver.ts'
import { undeliveredItems } from '../figures/effects.ts'
import { plannedLinkList } from '../figures/links.ts'
import { document, line } from '../kernel/document.ts'
import { defineOperation } from './define.ts'

export const deliver = defineOperation({
  path: ['deliver'],
  summary: 'Deliver what waits: writes to Notion, payment links, mails, and notices of alerts',
  input: {},
  needs: { store: 'required', outbox: 'required', payments: 'optional', mailers: 'required' },
  access: 'write',
  scope: 'operate',
  run: async context => {
    const { services } = context.outbox
    const delivery = { ...context, deliverers: context.outbox.deliverers(context), services }
    const opened = await wantedDeliverers(delivery)
    requireDeliverer(opened)
    if (!context.dryRun) await context.store.claims.recover()
    const payments = context.payments.ok ? context.payments.value : []
    const outbox = { ...delivery, payments }
    const links = context.dryRun ? await plannedLinks(outbox) : []
    const done = context.dryRun
      ? plannedDelivery(opened)
      : bothDelivered(await makeLinksAndMails(outbox), await deliverDue(outbox))
    return { dryRun: context.dryRun, ...done, ...(await context.store.outbox.counts()), links }
  },
  render: result =>
    document(
      result.dryRun
        ? `would deliver up to ${result.pending}`
        : `delivered ${result.delivered}, ${result.pending} wait`,
      plannedLinkList(result.links),
      undeliveredItems(result.failed),
      result.dead === 0
        ? null
        : line`${result.dead} can never be delivered as things are: echopilot effect list`,
    ),
  outcome: deliveryOutcome,
  counts: ({ delivered, failed }) => ({ done: delivered, failed: failed.length }),
})
