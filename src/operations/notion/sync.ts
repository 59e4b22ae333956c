import { flagField, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { deliverDue, deliveryOutcome, NOTHING_DELIVERED, stillUndelivered } from '../../outbox/deliver.ts'
import type { Compared, TaskBoard } from '../../roles/task-source.ts'
import { olderLine, undeliveredItems } from '../../figures/effects.ts'
import { document, line } from '../../kernel/document.ts'
import { countText } from '../../kernel/text.ts'
import { defineOperation, requireBoard, type Context } from '../define.ts'

export const notionSync = defineOperation({
  path: ['notion', 'sync'],
  summary: 'Write to Notion what waits; with --rebuild, also what differs, is missing or is dead',
  input: {
    rebuild: flagField('compare what was written before, and write again what differs or is missing'),
    limit: withDefault(
      wholeNumberField('with --rebuild, most tasks to compare, newest first', 1, 10_000),
      100,
    ),
  },
  needs: { store: 'required', taskSource: 'required', outbox: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const board = await requireBoard(context)
    if (context.dryRun) return plan(context, board, input)
    await context.store.claims.recover()
    const revived = input.rebuild ? await context.store.effects.reviveAll() : 0
    // First what waits, so that only what is written and still differs is written again.
    const outbox = { ...context, deliverers: context.outbox.deliverers(context) }
    const first = await deliverDue(outbox)
    const rebuilt = input.rebuild ? await rebuild(context, board, input.limit) : NOTHING_REBUILT
    const second = input.rebuild ? await deliverDue(outbox) : NOTHING_DELIVERED
    return {
      dryRun: false,
      revived,
      ...rebuilt,
      delivered: first.delivered + second.delivered,
      failed: await stillUndelivered(context, [...first.failed, ...second.failed]),
      ...(await context.store.outbox.counts()),
    }
  },
  render: result =>
    document(
      result.dryRun ? `would write ${result.pending}` : `written ${result.delivered}, ${result.pending} wait`,
      again(result.revived, 'dead write', result.dryRun),
      again(result.pages, 'differing page', result.dryRun),
      again(result.recorded, 'log row', result.dryRun),
      result.lost === 0
        ? null
        : line`${countText(result.lost, 'page is', 'pages are')} in the trash or not shared: echopilot notion diff`,
      olderLine(result),
      undeliveredItems(result.failed),
      result.dead === 0
        ? null
        : line`${result.dead} can never be written as things are: echopilot effect list`,
    ),
  outcome: deliveryOutcome,
  counts: ({ delivered, failed }) => ({ done: delivered, failed: failed.length }),
})

type SyncContext = Context<{ store: 'required' }>

/** What was recorded to be written again; `lost` pages are there no more, `older` ones were not compared. */
const NOTHING_REBUILT = { compared: 0, pages: 0, recorded: 0, lost: 0, older: 0 }

/** The same comparison, recording nothing. */
async function plan(context: SyncContext, board: TaskBoard, input: { rebuild: boolean; limit: number }) {
  const counts = await context.store.outbox.counts()
  const rebuilt = input.rebuild ? countsOf(await board.compare(input.limit)) : NOTHING_REBUILT
  return {
    dryRun: true,
    revived: input.rebuild ? counts.dead : 0,
    ...rebuilt,
    ...NOTHING_DELIVERED,
    ...counts,
  }
}

async function rebuild(
  context: SyncContext,
  board: TaskBoard,
  limit: number,
): Promise<typeof NOTHING_REBUILT> {
  const found = await board.compare(limit)
  for (const task of found.again) {
    if (task.keys.length + task.effectIds.length > 0) await context.store.rebuild.again(task)
  }
  return countsOf(found)
}

function countsOf({ compared, older, counts }: Compared): typeof NOTHING_REBUILT {
  return { compared, pages: counts.pages, recorded: counts.rows, lost: counts.lost, older }
}

function again(count: number, what: string, dryRun: boolean): string | null {
  return count === 0 ? null : `${dryRun ? 'would record' : 'recorded'} again: ${countText(count, what)}`
}
