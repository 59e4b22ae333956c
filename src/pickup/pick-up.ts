import type { EffectContext } from '../effects/context.ts'
import { checkWorkspace } from '../effects/account.ts'
import { queueOf, readRow } from '../effects/row-values.ts'
import type { NotionPage } from '../integrations/notion/client.ts'
import { sha256 } from '../kernel/digest.ts'
import { ServiceFailure } from '../kernel/roles.ts'
import { estimateAtMostNano } from '../pipeline/estimate.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import type { OpenPage, PickedPage } from '../store/pickup.ts'
import { qualityRulesFor } from '../pipeline/rules.ts'
import type { Settings } from '../settings/schema.ts'
import { readPage } from '../effects/read-page.ts'

/** What a pick-up found. */
export interface PickedUp {
  /** Runs that were created, with the title of their task. */
  readonly picked: readonly {
    readonly pageId: string
    readonly runId: string | null
    readonly title: string
    /** In a dry run: the most the run can cost. */
    readonly atMostUsd: string | null
  }[]
  /** Decisions and cancellations that were read from the board. */
  readonly decided: number
  readonly failed: readonly { readonly id: string; readonly kind: string; readonly message: string }[]
  /** Why Notion could not be read, and what helps; work that was picked up before goes on. */
  readonly unreachable: { readonly errorClass: ServiceFailure['errorClass']; readonly message: string } | null
  /** Who else is picking up right now; nothing was read then. */
  readonly busy: string | null
  /** False where Notion stopped at its 10,000 rows. */
  readonly complete: boolean
}

/** What picking up works with. */
export interface PickUpContext extends EffectContext {
  readonly settings: Settings
  readonly dryRun: boolean
}

const NOTHING: PickedUp = {
  picked: [],
  decided: 0,
  failed: [],
  unreachable: null,
  busy: null,
  complete: true,
}
const LOCK = 'pick-up'

/**
 * Reads the queue by state, not by time: rows with Trigger ticked, all pages, oldest first; the run is
 * created locally, with its untick in the same transaction. Before that, what people decided on the board.
 */
export async function pickUp(context: PickUpContext, limit: number | null): Promise<PickedUp> {
  try {
    return await readBoard(context, limit)
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    context.log.warn('Notion could not be read', { error: error.message })
    return { ...NOTHING, unreachable: { errorClass: error.errorClass, message: error.message } }
  }
}

async function readBoard(context: PickUpContext, limit: number | null): Promise<PickedUp> {
  await checkWorkspace(context.store, context.workspace.api, false, context.dryRun)
  if (context.dryRun) return readQueue(context, limit)
  const holder = await context.store.locks.acquire(LOCK)
  if (holder !== null) return { ...NOTHING, busy: holder.owner }
  try {
    const decided = await readDecisions(context)
    return { ...(await readQueue(context, limit)), decided }
  } finally {
    await context.store.locks.release(LOCK)
  }
}

async function readQueue(context: PickUpContext, limit: number | null): Promise<PickedUp> {
  const { api } = context.workspace
  const queue = queueOf(context.workspace)
  const trigger = queue.properties['trigger']
  const found = await api.query(queue.dataSourceId, {
    filter: { property: trigger?.id, checkbox: { equals: true } },
    sorts: [{ timestamp: 'created_time', direction: 'ascending' }],
  })
  const picked: PickedUp['picked'][number][] = []
  const failed: PickedUp['failed'][number][] = []
  for (const page of found.pages) {
    if (context.stop.aborted || (limit !== null && picked.length >= limit)) break
    try {
      const one = await pickUpPage(context, page)
      if (one !== null) picked.push(one)
    } catch (error) {
      // One row that Notion will not give must not keep the others from being worked on.
      if (!(error instanceof ServiceFailure) || error.errorClass !== 'permanent') throw error
      failed.push({ id: page.id, kind: 'provider', message: error.message })
    }
  }
  return { ...NOTHING, picked, failed, complete: found.complete }
}

/** A tick is read again before it counts: the list may be older than our own untick. */
async function pickUpPage(
  context: PickUpContext,
  listed: NotionPage,
): Promise<PickedUp['picked'][number] | null> {
  const { store, workspace, settings } = context
  const state = await store.pickUps.tickState(listed.id)
  if (state.kind === 'same-tick' && !context.dryRun) await store.pickUps.untickAgain(listed.id)
  if (state.kind !== 'new') return null
  const page = await workspace.api.page(listed.id)
  const row = readRow(page, queueOf(workspace))
  if (page.trashed || !row.checkbox('trigger')) return null
  const { page: picked, flaw } = await readPage(workspace, page)
  if (context.dryRun) return planned(context, picked, flaw)
  const result = await store.pickUps.pickUp(picked, {
    cause: 'tick',
    priority: picked.priority,
    briefDigest: sha256(picked.brief),
    actor: 'notion',
    flaw,
    ...qualityRulesFor(settings, picked.type, picked.qaTarget),
  })
  if (result.kind !== 'queued') return null
  context.progress(`${picked.title}: picked up`)
  return { pageId: page.id, runId: result.runId, title: picked.title, atMostUsd: null }
}

function planned(
  context: PickUpContext,
  picked: PickedPage,
  flaw: string | null,
): PickedUp['picked'][number] {
  const rules = qualityRulesFor(context.settings, picked.type, picked.qaTarget)
  const atMost = flaw !== null || picked.brief.trim() === '' ? 0 : estimateAtMostNano(context, rules, picked)
  return { pageId: picked.pageId, runId: null, title: picked.title, atMostUsd: formatNanoUsd(atMost) }
}

/** Decisions count only for runs that wait for a person; a hand-set Cancelled or a trashed page ends any. */
async function readDecisions(context: PickUpContext): Promise<number> {
  const open = await context.store.pickUps.openPages()
  const quiet = await quietPages(context, open)
  let decided = 0
  for (const { pageId, taskId, state } of open.filter(page => !quiet.has(page.pageId))) {
    if (context.stop.aborted) break
    const verb = await decisionOn(context, pageId, state)
    if (verb === null) continue
    decided += 1
    if (verb.kind === 'approve') await context.store.decisions.approve(taskId, 'notion')
    if (verb.kind === 'return') await context.store.decisions.sendBack(taskId, verb.note, 'notion')
    if (verb.kind === 'cancel') await context.store.decisions.cancel(taskId, 'notion')
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
async function quietPages(context: PickUpContext, open: readonly OpenPage[]): Promise<Set<string>> {
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
  context: PickUpContext,
  runIdProperty: string,
  open: readonly OpenPage[],
): Promise<readonly NotionPage[]> {
  const filter = { or: open.map(page => ({ property: runIdProperty, rich_text: { equals: page.runId } })) }
  try {
    const found = await context.workspace.api.query(queueOf(context.workspace).dataSourceId, { filter })
    return found.pages
  } catch (error) {
    if (error instanceof ServiceFailure && error.errorClass === 'permanent') return []
    throw error
  }
}

type Verb =
  | { readonly kind: 'approve' }
  | { readonly kind: 'return'; readonly note: string }
  | { readonly kind: 'cancel' }

async function decisionOn(context: PickUpContext, pageId: string, state: string): Promise<Verb | null> {
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
async function pageIfGiven(context: PickUpContext, pageId: string): Promise<NotionPage | null> {
  try {
    return await context.workspace.api.page(pageId)
  } catch (error) {
    if (error instanceof ServiceFailure && error.errorClass === 'permanent') return null
    throw error
  }
}
