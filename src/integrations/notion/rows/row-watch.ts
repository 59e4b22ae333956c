import { ServiceFailure } from '../../../kernel/service-failure.ts'
import type { Log } from '../../../kernel/log.ts'
import type { Clock } from '../../../kernel/world.ts'
import type { NotionPage } from '../api/client.ts'
import type { Store } from '../../../store/index.ts'
import type { BoardRow } from '../../../store/pickup.ts'
import { isWithdrawn, MOST_CONDITIONS, readRows } from './read-rows.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** How old a look may be that only tells whether the brief was changed while the run worked. */
export const RECENT_MS = 60_000
/** With the rate used up, a look for each stage would hold up what is to be written. */
const SHORT_OF_REQUESTS_MS = 10_000
/** Work waits no longer than this for a look. */
const LONGEST_LOOK_MS = 10_000
/** Where Notion could not be read, it is not asked again before this. */
const BLIND_MS = 30_000
/** Rows that are remembered. */
const MOST_REMEMBERED = 1_000

interface Look {
  readonly atMs: number
  readonly page: NotionPage
  readonly withdrawn: boolean
}

/**
 * What rows say while their runs are worked on: a watch that has seen nothing yet. Looks are shared: one request tells
 * of all that are asked about.
 */
export function rowWatch(parts: {
  readonly store: Store
  readonly workspace: Workspace
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>
  readonly log: Log
}) {
  const { store, workspace, clock, log } = parts
  const looks = new Map<string, Look>()
  const wanted = new Set<string>()
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null
  let blindUntilMs = 0

  const remember = (pageId: string, look: Look): void => {
    looks.delete(pageId)
    looks.set(pageId, look)
    const [oldest] = looks.keys()
    if (looks.size > MOST_REMEMBERED && oldest !== undefined) looks.delete(oldest)
  }
  /** What was asked about, and, where requests are short, what will be asked about next: one query tells of all. */
  const rowsFor = async (pageIds: readonly string[]): Promise<BoardRow[]> => {
    const busy = (await workspace.api.hasRoom())
      ? []
      : await store.pickUps.busyPages('notion', MOST_CONDITIONS)
    const all = [...new Set([...pageIds, ...busy])].slice(0, Math.max(MOST_CONDITIONS, pageIds.length))
    const rows = await store.pickUps.rows(all)
    return rows.toSorted((one, other) => all.indexOf(one.pageId) - all.indexOf(other.pageId))
  }
  const look = async (pageIds: readonly string[]): Promise<void> => {
    const atMs = clock.monotonicMs()
    try {
      const { seen } = await readRows(workspace, await rowsFor(pageIds), pageIds.length)
      for (const one of seen) {
        if (one.page === null) continue
        remember(one.row.pageId, { atMs, page: one.page, withdrawn: isWithdrawn(workspace, one) })
      }
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error
      blindUntilMs = clock.monotonicMs() + BLIND_MS
      log.warn('rows could not be looked at, work goes on', { error: error.message })
    }
  }
  /** Whoever asks while a look is under way waits for the next: that one begins after the question. */
  const nextLook = async (): Promise<void> =>
    (next ??= running.then(async () => {
      next = null
      const pageIds = [...wanted]
      wanted.clear()
      running = look(pageIds).catch((error: unknown) => {
        log.warn('rows could not be looked at, work goes on', { error: String(error) })
      })
      return running
    }))
  const seen = async (pageId: string, oldestMs: number): Promise<Look | null> => {
    const now = clock.monotonicMs()
    const hasRoom = await workspace.api.hasRoom()
    const sinceMs = now - (hasRoom ? oldestMs : Math.max(oldestMs, SHORT_OF_REQUESTS_MS))
    const isGood = (known: Look | undefined): known is Look => known !== undefined && known.atMs >= sinceMs
    const known = looks.get(pageId)
    // Without an allowed age only a look that begins after the question counts.
    if ((oldestMs > 0 || !hasRoom) && isGood(known)) return known
    if (now < blindUntilMs) return null
    wanted.add(pageId)
    await withinTime(clock, nextLook())
    const found = looks.get(pageId)
    return isGood(found) ? found : null
  }
  return {
    /**
     * Whether somebody has put an end to the page's run. A look may be so old as is said, or ten seconds where requests
     * are short. False where Notion cannot be read: work that was picked up goes on (SPEC §4).
     */
    withdrawn: async (pageId: string, oldestMs: number) => (await seen(pageId, oldestMs))?.withdrawn ?? false,
    /** The page as it was at most so long ago; null where it could not be read. */
    page: async (pageId: string, oldestMs: number) => (await seen(pageId, oldestMs))?.page ?? null,
    /** Remembers a row that was read for another reason, and says nothing of its run. */
    saw: (page: NotionPage, atMs: number) => remember(page.id, { atMs, page, withdrawn: false }),
  }
}

/** A watch on rows. */
export type RowWatch = ReturnType<typeof rowWatch>

async function withinTime(clock: Pick<Clock, 'sleep'>, look: Promise<void>): Promise<void> {
  const over = new AbortController()
  try {
    await Promise.race([look, clock.sleep(LONGEST_LOOK_MS, over.signal)])
  } finally {
    // With a reason of ours: the one that is made where there is none has a stack, and costs as much as the look.
    over.abort('over')
  }
}
