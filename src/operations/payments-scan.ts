import { scanDocument, scanFigure } from '../figures/payment-scan.ts'
import { optional, spanField, spanMs } from '../kernel/field.ts'
import { refundRound } from '../money/follow-up-refunds.ts'
import { paymentRound } from '../money/payment-alerts.ts'
import { scanOutcome, scanPayments } from '../money/scan.ts'
import { deliverDue } from '../outbox/deliver.ts'
import { takeIn } from '../pipeline/alerts.ts'
import { makeLinks, plannedLinks } from '../pipeline/links.ts'
import { defineOperation } from './define.ts'

export const paymentsScan = defineOperation({
  path: ['payments-scan'],
  summary:
    'Bring the books to what Stripe and PayPal know: work webhooks, look at open links, capture, alert',
  examples: [
    { words: 'payments-scan --dry-run', does: 'what the books lack' },
    { words: 'payments-scan --since 14d', does: 'look again at all of two weeks' },
  ],
  input: {
    since: optional(spanField('look again at all links, events and payments since, as 36h or 14d')),
  },
  needs: {
    settings: 'required',
    store: 'required',
    payments: 'required',
    outbox: 'required',
    alertChannels: 'required',
  },
  access: 'write',
  exclusive: true,
  scope: 'operate',
  run: async (context, { since }) => {
    const { store, payments, dryRun, world } = context
    const sinceMs = since === undefined ? null : world.clock.now() - (spanMs(since) ?? 0)
    const hasOtherSales = context.settings.settings.billing.other_sales
    const scanned = await scanPayments(context, { payments, hasOtherSales, sinceMs })
    const plan = dryRun ? await plannedLinks({ payments, store }) : []
    if (!dryRun) {
      const { settings } = context.settings
      const channels = await context.alertChannels.open(context)
      await takeIn({ store, settings, channels }, paymentRound(scanned.problems))
      await takeIn({ store, settings, channels }, await refundRound(store, world.clock.now()))
      // A link that a process was closing when it died can still be paid.
      await store.claims.recover()
      // What is not delivered now is with the next pass over all that waits, which tells why it was not.
      const outbox = { ...context, deliverers: context.outbox.deliverers(context) }
      await makeLinks(outbox)
      await deliverDue(outbox)
    }
    return {
      dryRun,
      services: payments.map(({ service }) => service),
      ...scanFigure(scanned),
      wanted: plan,
      ended: scanOutcome(scanned),
    }
  },
  render: scanDocument,
  outcome: ({ ended }) => ended,
  counts: ({ webhooks, links, failed }) => ({ done: webhooks.worked + links.looked, failed: failed.length }),
  isIdle: ({ webhooks, changed, failed }) =>
    webhooks.worked === 0 && changed.length === 0 && failed.length === 0,
})
