import { flagField, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { deliverDue, deliveryOutcome } from '../../effects/deliver.ts'
import { compareWithNotion } from '../../effects/drift.ts'
import { requireOwnWorkspace, type Workspace } from '../../effects/workspace.ts'
import { countText } from '../../kernel/text.ts'
import { defineOperation, type Context } from '../define.ts'

export const notionSync = defineOperation({
  path: ['notion', 'sync'],
  summary: 'Write to Notion what waits; with --rebuild, write pages that differ and all logs again',
  input: {
    rebuild: flagField('write again from the store: pages that say something else, and every log row'),
    limit: withDefault(
      wholeNumberField('with --rebuild, most tasks to compare, newest first', 1, 10_000),
      100,
    ),
  },
  needs: { store: 'required', notion: 'required' },
  effect: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const workspace = await requireOwnWorkspace(context.store, context.notion, context.dryRun)
    await context.store.claims.recover()
    const rebuilt = input.rebuild ? await rebuild(context, workspace, input.limit) : NOTHING_REBUILT
    const before = await context.store.outbox.counts()
    if (context.dryRun) return { dryRun: true, ...rebuilt, delivered: 0, failed: [], ...before }
    const done = await deliverDue({ ...context, workspace, progress: line => context.progress(line) })
    return { dryRun: false, ...rebuilt, ...done, ...(await context.store.outbox.counts()) }
  },
  render: result =>
    [
      result.dryRun ? `would write ${result.pending}` : `written ${result.delivered}, ${result.pending} wait`,
      ...again(result.pages, 'differing page', result.dryRun),
      ...again(result.recorded, 'log write', result.dryRun),
      ...(result.lost === 0
        ? []
        : [
            `${countText(result.lost, 'page is', 'pages are')} in the trash or not shared: echopilot notion diff`,
          ]),
      ...result.failed.map(item => `not written: ${item.kind}, ${item.message}`),
    ].join('\n'),
  outcome: deliveryOutcome,
})

/** What was recorded to be written again; `lost` pages are there no more. */
const NOTHING_REBUILT = { recorded: 0, pages: 0, lost: 0 }

async function rebuild(
  context: Context<{ store: 'required' }>,
  workspace: Workspace,
  limit: number,
): Promise<typeof NOTHING_REBUILT> {
  const { drifts } = await compareWithNotion({ ...context, workspace }, limit)
  const tasksWhere = (mendable: boolean): string[] => [
    ...new Set(drifts.flatMap(drift => (drift.mendable === mendable ? [drift.taskId] : []))),
  ]
  const differing = tasksWhere(true)
  const { outbox } = context.store
  const found = { pages: differing.length, lost: tasksWhere(false).length }
  if (context.dryRun) return { ...found, recorded: await outbox.logWrites() }
  await outbox.rebuildPages(differing)
  return { ...found, recorded: await outbox.rebuildLogs() }
}

function again(count: number, what: string, dryRun: boolean): string[] {
  return count === 0 ? [] : [`${dryRun ? 'would record' : 'recorded'} again: ${countText(count, what)}`]
}
