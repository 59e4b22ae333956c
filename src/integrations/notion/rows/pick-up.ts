import type { EffectContext } from '../effects/context.ts'
import { queueOf, readRow } from '../schema/row-values.ts'
import type { NotionPage, QueryPage } from '../api/client.ts'
import { isRefusal, nextAfter, ServiceFailure } from '../../../kernel/service-failure.ts'
import {
  NOTHING_PICKED_UP,
  unreachable,
  type PickedUp,
  type PickUpRequest,
} from '../../../roles/task-source.ts'
import { readPage } from './read-page.ts'
import { readDecisions } from './board-decisions.ts'

/** What picking up works with. */
type PickUpContext = EffectContext & PickUpRequest

const LOCK = 'pick-up'

/**
 * Of the workspace that this store belongs to: reads the queue by state, not by time: rows with Trigger ticked, oldest first; the run is created locally, with
 * its untick in the same transaction. Before that, what people decided on the board.
 */
export async function pickUp(context: PickUpContext): Promise<PickedUp> {
  try {
    return await readBoard(context)
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    context.log.warn('Notion could not be read', { error: error.message })
    return unreachable(error)
  }
}

async function readBoard(context: PickUpContext): Promise<PickedUp> {
  if (context.dryRun) return readQueue(context)
  const read = await context.store.locks.hold(LOCK, async lost => {
    const held = { ...context, stop: AbortSignal.any([context.stop, lost]) }
    const decided = await readDecisions(held)
    return { ...(await readQueue(held)), decided }
  })
  return read.kind === 'ran' ? read.value : { ...NOTHING_PICKED_UP, busy: read.holder }
}

/** A list is good for this long: what it shows may have been taken back since. */
const LISTED_FOR_MS = 10_000
/** Pages of ticked rows without a new one among them, in one poll; the next goes on where this one stopped. */
const MOST_FRUITLESS = 10
/** Pages of ticked rows in one poll, whatever is among them. */
const MOST_LISTS = 200
/** Rows that Notion does not give, in one poll. */
const MOST_FAILED = 20
/** Where a reading of the ticked rows that was cut short goes on. */
const TICKED = 'ticked rows'

/** What a reading of the ticked rows has come to so far. */
interface Reading {
  readonly picked: PickedUp['picked'][number][]
  readonly failed: PickedUp['failed'][number][]
  readonly seen: Set<string>
  readonly cursors: Set<string>
  complete: boolean
  fruitless: number
  /** When the row was made up to which the list has been gone through. */
  upTo: string | null
}

async function readQueue(context: PickUpContext): Promise<PickedUp> {
  const { limit } = context
  const { pickUps } = context.store
  const reading: Reading = {
    picked: [],
    failed: [],
    seen: new Set(),
    cursors: new Set(),
    complete: true,
    fruitless: 0,
    upTo: context.dryRun ? null : await pickUps.mark(TICKED),
  }
  const isOver = (): boolean => context.stop.aborted || (limit !== null && reading.picked.length >= limit)
  const end = await goThrough(context, reading, isOver)
  // Where the caller has had enough, the next poll begins with the oldest rows again; one that was stopped goes on.
  const mark = end === 'enough' ? reading.upTo : null
  if (!context.dryRun && !context.stop.aborted) await pickUps.setMark(TICKED, mark)
  const { picked, failed, complete } = reading
  return { ...NOTHING_PICKED_UP, picked, failed, complete }
}

/** To the end of the list, or until it was enough for one poll (`enough`), or for the caller (`over`). */
async function goThrough(
  context: PickUpContext,
  reading: Reading,
  isOver: () => boolean,
): Promise<'end' | 'enough' | 'over'> {
  const begun = reading.upTo
  let from = begun
  let cursor: string | null = null
  for (let lists = 1; !isOver(); lists += 1) {
    const list = await ticked(context, from, cursor)
    reading.complete &&= list.complete
    const before = reading.picked.length
    const isStale = await pickUpListed(context, reading, list.pages, isOver)
    if (isOver()) return 'over'
    if (reading.picked.length === before) reading.fruitless += 1
    // The next poll begins with the rows of a minute: one that holds more than a part of a list is passed whole.
    const canGoOnHere = reading.upTo !== begun && reading.upTo !== null
    const isEnough = reading.fruitless >= MOST_FRUITLESS || reading.failed.length >= MOST_FAILED
    if ((isEnough && canGoOnHere) || lists === MOST_LISTS) return 'enough'
    if (isStale) {
      from = reading.upTo
      cursor = null
      reading.cursors.clear()
      continue
    }
    cursor = list.nextCursor
    if (cursor === null) return 'end'
    if (reading.cursors.has(cursor)) {
      const message = 'Notion gave a list of ticked rows whose cursor repeats'
      const next = 'echopilot poll'
      reading.failed.push({ id: queueOf(context.workspace).databaseId, kind: 'provider', message, next })
      return 'end'
    }
    reading.cursors.add(cursor)
  }
  return 'over'
}

async function ticked(
  context: PickUpContext,
  from: string | null,
  cursor: string | null,
): Promise<QueryPage> {
  const { api } = context.workspace
  const queue = queueOf(context.workspace)
  const trigger = { property: queue.properties['trigger']?.id, checkbox: { equals: true } }
  const since = { timestamp: 'created_time', created_time: { on_or_after: from } }
  const filter = from === null ? trigger : { and: [trigger, since] }
  const sorts = [{ timestamp: 'created_time', direction: 'ascending' }]
  return api.queryPage(queue.dataSourceId, { filter, sorts }, cursor)
}

/** True where the list has grown too old before its end. */
async function pickUpListed(
  context: PickUpContext,
  reading: Reading,
  pages: readonly NotionPage[],
  isOver: () => boolean,
): Promise<boolean> {
  const listedMs = context.world.clock.monotonicMs()
  for (const page of pages) {
    if (reading.seen.has(page.id)) continue
    if (isOver()) return false
    const canRestart = page.createdTime !== null
    if (canRestart && context.world.clock.monotonicMs() - listedMs > LISTED_FOR_MS) return true
    reading.seen.add(page.id)
    reading.upTo = page.createdTime
    context.rows.saw(page, listedMs)
    try {
      const one = await pickUpPage(context, page)
      if (one === null) continue
      reading.picked.push(one)
      context.arrived()
    } catch (error) {
      // One row that Notion will not give must not keep the others from being worked on.
      if (!isRefusal(error)) throw error
      const next = nextAfter(error)
      reading.failed.push({ id: page.id, kind: 'provider', message: error.message, next })
    }
  }
  return false
}

/** A tick on a page that was written to before is read again: the list may be older than our own untick. */
async function pickUpPage(
  context: PickUpContext,
  listed: NotionPage,
): Promise<PickedUp['picked'][number] | null> {
  const { store, workspace } = context
  const state = await store.pickUps.tickState(listed.id)
  if (state.kind === 'same-tick' && !context.dryRun) await store.pickUps.untickAgain(listed.id)
  if (state.kind !== 'new') return null
  const page = state.again ? await workspace.api.page(listed.id) : listed
  if (page.trashed || !readRow(page, queueOf(workspace)).checkbox('trigger')) return null
  const { page: picked, flaw } = await readPage(workspace, page)
  const taken = await context.take(picked, flaw)
  if (taken === null) return null
  const { runId, atMostUsd } = taken
  return { pageId: page.id, runId, title: picked.title, atMostUsd }
}
