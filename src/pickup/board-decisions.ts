import type { EffectContext } from '../effects/context.ts'
import { queueOf, readRow } from '../effects/row-values.ts'
import type { NotionPage } from '../integrations/notion/client.ts'
import { isRefusal } from '../kernel/roles.ts'
import type { OpenPage } from '../store/pickup.ts'

/**
 * Does what people said on the board about runs that are open, and returns how often they did. Decisions count
 * only for runs that wait for a person; a hand-set Cancelled or a trashed page ends any.
 */
export async function readDecisions(context: EffectContext): Promise<number> {
  const open = await context.store.pickUps.openPages()
  const quiet = await quietPages(context, open)
  let decided = 0
  for (const { pageId, taskId, state } of open.filter(page => !quiet.has(page.pageId))) {
    if (context.stop.aborted) break
    const said = await saidOn(context, pageId, state)
    if (said === null) continue
    decided += 1
    if (said.kind === 'approve') await context.store.decisions.approve(taskId, 'notion')
    if (said.kind === 'return') await context.store.decisions.sendBack(taskId, said.note, 'notion')
    if (said.kind === 'cancel') await context.store.decisions.cancel(taskId, 'notion')
  }
  return decided
}

/** Notion takes this many conditions in one filter. */
const MOST_CONDITIONS = 100

/**
 * Pages of resting runs on which nobody has said anything, told by one query for a hundred of them: so that
 * many runs that wait for a person cost next to nothing. The list may be older than our own writes, so it only
 * saves reading; whatever else it shows, and what it does not show, is read page by page.
 */
async function quietPages(context: EffectContext, open: readonly OpenPage[]): Promise<Set<string>> {
  const queue = queueOf(context.workspace)
  const runId = queue.properties['runId']
  const resting = open.filter(({ state }) => state === 'waiting_human' || state === 'held')
  const quiet = new Set<string>()
  if (runId?.type !== 'rich_text' || resting.length < 2) return quiet
  for (let from = 0; from < resting.length; from += MOST_CONDITIONS) {
    const some = resting.slice(from, from + MOST_CONDITIONS)
    for (const page of await pagesOfRuns(context, runId.id, some)) {
      const row = readRow(page, queue)
      if (row.choice('status') !== 'Cancelled' && row.choice('decision') === null) quiet.add(page.id)
    }
  }
  return quiet
}

/** None where the column was taken off or changed: then nothing is saved, and each page is read. */
async function pagesOfRuns(
  context: EffectContext,
  runIdProperty: string,
  open: readonly OpenPage[],
): Promise<readonly NotionPage[]> {
  const filter = { or: open.map(page => ({ property: runIdProperty, rich_text: { equals: page.runId } })) }
  try {
    const found = await context.workspace.api.query(queueOf(context.workspace).dataSourceId, { filter })
    return found.pages
  } catch (error) {
    if (isRefusal(error)) return []
    throw error
  }
}

/** What stands on a page about its run. */
type Said =
  | { readonly kind: 'approve' }
  | { readonly kind: 'return'; readonly note: string }
  | { readonly kind: 'cancel' }

async function saidOn(context: EffectContext, pageId: string, state: string): Promise<Said | null> {
  // Asked before the page is read: what is on its way may arrive, and be done, while the answer is.
  const hasPending = await context.store.outbox.hasPending(pageId)
  const page = await pageIfGiven(context, pageId)
  if (page === null) return null
  if (page.trashed) return { kind: 'cancel' }
  // What we have not written over yet is an older word, not a new one.
  if (hasPending) return null
  const row = readRow(page, queueOf(context.workspace))
  if (row.choice('status') === 'Cancelled') return { kind: 'cancel' }
  if (state !== 'waiting_human') return null
  const decision = row.choice('decision')
  if (decision === 'Approve') return { kind: 'approve' }
  if (decision !== 'Return') return null
  return { kind: 'return', note: row.text('decisionNote') ?? 'returned on the board, without a note' }
}

/**
 * Null where Notion does not give the page. That is no decision of anybody's: one that is no longer shared with
 * us looks like that, while one in the trash is still given.
 */
async function pageIfGiven(context: EffectContext, pageId: string): Promise<NotionPage | null> {
  try {
    return await context.workspace.api.page(pageId)
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}
