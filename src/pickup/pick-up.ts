import type { EffectContext } from '../effects/context.ts'
import { checkWorkspace } from '../effects/account.ts'
import { queueOf, readRow } from '../effects/row-values.ts'
import type { NotionPage } from '../integrations/notion/client.ts'
import { isRefusal, nextAfter, ServiceFailure } from '../kernel/roles.ts'
import { isBlank } from '../kernel/unseen.ts'
import { estimateAtMostNano } from '../pipeline/estimate.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import type { PickedPage } from '../store/pickup.ts'
import { newRun } from '../pipeline/tasks.ts'
import type { Settings } from '../settings/schema.ts'
import { readPage } from '../effects/read-page.ts'
import { readDecisions } from './board-decisions.ts'

/** A row that was picked up, or would be. */
interface PickedRow {
  readonly pageId: string
  /** The run that was created; null in a dry run. */
  readonly runId: string | null
  readonly title: string
  /** In a dry run: the most the run can cost. */
  readonly atMostUsd: string | null
}

/** What a pick-up found. */
export interface PickedUp {
  readonly picked: readonly PickedRow[]
  /** Decisions and cancellations that were read from the board. */
  readonly decided: number
  readonly failed: readonly {
    readonly id: string
    readonly kind: string
    readonly message: string
    readonly next: string
  }[]
  /** Why Notion could not be read, and what helps; work that was picked up before goes on. */
  readonly unreachable: {
    readonly errorClass: ServiceFailure['errorClass']
    readonly message: string
    readonly next: string
  } | null
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
    const { errorClass, message } = error
    return { ...NOTHING, unreachable: { errorClass, message, next: nextAfter(error) } }
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
  const picked: PickedRow[] = []
  const failed: PickedUp['failed'][number][] = []
  for (const page of found.pages) {
    if (context.stop.aborted || (limit !== null && picked.length >= limit)) break
    try {
      const one = await pickUpPage(context, page)
      if (one !== null) picked.push(one)
    } catch (error) {
      // One row that Notion will not give must not keep the others from being worked on.
      if (!isRefusal(error)) throw error
      failed.push({ id: page.id, kind: 'provider', message: error.message, next: nextAfter(error) })
    }
  }
  return { ...NOTHING, picked, failed, complete: found.complete }
}

/** A tick is read again before it counts: the list may be older than our own untick. */
async function pickUpPage(context: PickUpContext, listed: NotionPage): Promise<PickedRow | null> {
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
    ...newRun(settings, picked, 'tick', 'notion'),
    flaw,
  })
  if (result.kind !== 'queued') return null
  context.progress(`${picked.title}: picked up`)
  return { pageId: page.id, runId: result.runId, title: picked.title, atMostUsd: null }
}

function planned(context: PickUpContext, picked: PickedPage, flaw: string | null): PickedRow {
  const run = newRun(context.settings, picked, 'tick', 'notion')
  const atMost = flaw !== null || isBlank(picked.brief) ? 0 : estimateAtMostNano(context, run, picked)
  return { pageId: picked.pageId, runId: null, title: picked.title, atMostUsd: formatNanoUsd(atMost) }
}
