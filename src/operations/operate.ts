import { reportDocument } from '../figures/operate.ts'
import { operateOnce } from '../operate/cycle.ts'
import { lostCredentials } from '../settings/bound.ts'
import { defineOperation } from './define.ts'

export const operate = defineOperation({
  path: ['operate'],
  summary: 'Look after everything: check, heal what may be healed, open and resolve alerts',
  examples: [{ words: 'operate --dry-run', does: 'what is wrong, and what would be healed' }],
  input: {},
  needs: {
    settings: 'required',
    store: 'required',
    outbox: 'required',
    alertChannels: 'required',
    jobs: 'required',
    payments: 'optional',
  },
  access: 'write',
  exclusive: true,
  scope: 'operate',
  run: async context => {
    const accounts = await context.store.accounts.list()
    const lost = accounts.flatMap(account =>
      lostCredentials([account], name => context.secretOrigin(name)).map(({ secret }) => ({
        secret,
        service: account.service,
      })),
    )
    const report = await operateOnce({
      ...context,
      settings: context.settings.settings,
      deliverers: context.outbox.deliverers(context),
      payments: context.payments.ok ? context.payments.value : [],
      payersError: context.payments.ok ? null : context.payments.error,
      channels: await context.alertChannels.open(context),
      lost,
      runJob: (name, slotMs) => context.jobs.run(name, slotMs),
    })
    return { dryRun: context.dryRun, ...report }
  },
  render: reportDocument,
  // What is wrong is told by alerts: that it was found is no failure of this.
  outcome: ({ checks, healed }) =>
    checks.some(({ state }) => state === 'unknown') || healed.some(({ outcome }) => outcome === 'failed')
      ? 'partial'
      : 'ok',
  counts: ({ healed }) => ({
    done: healed.filter(({ outcome }) => outcome === 'done').length,
    failed: healed.filter(({ outcome }) => outcome === 'failed').length,
  }),
  isIdle: ({ healed, notices }) => healed.length === 0 && notices.length === 0,
})
