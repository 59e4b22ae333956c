import { flagField } from '../../kernel/field.ts'
import { deliverDue } from '../../effects/deliver.ts'
import { openOwnWorkspace } from '../../effects/workspace.ts'
import { AppError } from '../../kernel/errors.ts'
import { defineOperation } from '../define.ts'

export const notionSync = defineOperation({
  path: ['notion', 'sync'],
  summary: 'Write to Notion what waits; with --rebuild, write its logs again from the store',
  input: { rebuild: flagField('write every log row again: what is there is found, the rest made') },
  needs: { store: 'required', notion: 'required' },
  effect: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const workspace = await openOwnWorkspace(context.store, context.notion, context.dryRun)
    if (workspace === null) {
      throw new AppError('config', 'no Notion databases are known', 'echopilot init --parent PAGE')
    }
    await context.store.claims.recover()
    const recorded = input.rebuild && !context.dryRun ? await context.store.outbox.rebuildLogs() : 0
    const before = await context.store.outbox.counts()
    if (context.dryRun) return { dryRun: true, recorded, delivered: 0, failed: [], ...before }
    const done = await deliverDue({ ...context, workspace, progress: line => context.progress(line) })
    return { dryRun: false, recorded, ...done, ...(await context.store.outbox.counts()) }
  },
  render: result =>
    [
      result.dryRun ? `would write ${result.pending}` : `written ${result.delivered}, ${result.pending} wait`,
      ...(result.recorded === 0 ? [] : [`${result.recorded} log writes were recorded again`]),
      ...result.failed.map(item => `not written: ${item.kind}, ${item.message}`),
    ].join('\n'),
  outcome: result => (result.failed.length === 0 ? 'ok' : result.delivered > 0 ? 'partial' : 'busy'),
})
