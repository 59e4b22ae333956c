import { unlessRefused } from '../../../kernel/service-failure.ts'
import type { NotionJson, NotionPage } from '../api/client.ts'
import type { BoardRow } from '../../../store/pickup.ts'
import { queueOf, readRow } from '../schema/row-values.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** A row of ours as it stands on the board. */
export interface SeenRow {
  readonly row: BoardRow
  /** Null where Notion does not give the page: that says nothing, one that is not shared looks the same. */
  readonly page: NotionPage | null
}

/** Rows that were read, and those that would have taken more requests than allowed. */
export interface ReadRows {
  readonly seen: readonly SeenRow[]
  readonly unread: readonly BoardRow[]
}

/** Notion takes this many conditions in one filter. */
export const MOST_CONDITIONS = 100
/** A title that is longer is not searched for. */
const LONGEST_TITLE = 500

/**
 * Reads up to a hundred rows by one query, which finds them by their Run ID, or by their title where that is not
 * written yet. The list may be older than our own writes, and does not show what is in the trash: so what it shows
 * of a word of somebody's, and what it does not show, is read by itself, at most `mostPages` of them. A single row
 * is read by itself at once.
 */
export async function readRows(
  workspace: Workspace,
  rows: readonly BoardRow[],
  mostPages = Number.POSITIVE_INFINITY,
): Promise<ReadRows> {
  const listed = rows.length < 2 ? new Map<string, NotionPage>() : await listedRows(workspace, rows)
  const seen: SeenRow[] = []
  const unread: BoardRow[] = []
  let pages = 0
  for (const row of rows) {
    const page = listed.get(row.pageId)
    if (page !== undefined && isQuiet(workspace, page)) {
      seen.push({ row, page })
      continue
    }
    if (pages >= mostPages) {
      unread.push(row)
      continue
    }
    pages += 1
    seen.push({ row, page: await unlessRefused(workspace.api.page(row.pageId)) })
  }
  return { seen, unread }
}

/** Nobody has said anything on it. */
function isQuiet(workspace: Workspace, page: NotionPage): boolean {
  const row = readRow(page, queueOf(workspace))
  return !page.trashed && row.choice('status') !== 'Cancelled' && row.choice('decision') === null
}

/** None where a column was taken off or changed: then nothing is saved, and each page is read. */
async function listedRows(
  workspace: Workspace,
  rows: readonly BoardRow[],
): Promise<ReadonlyMap<string, NotionPage>> {
  const conditions = rows.slice(0, MOST_CONDITIONS).flatMap(row => conditionFor(workspace, row) ?? [])
  if (conditions.length === 0) return new Map()
  const source = queueOf(workspace).dataSourceId
  const list = await unlessRefused(workspace.api.queryPage(source, { filter: { or: conditions } }, null))
  return new Map(list?.pages.map(page => [page.id, page]))
}

function conditionFor(workspace: Workspace, row: BoardRow): NotionJson | null {
  const { runId, taskName } = queueOf(workspace).properties
  if (row.heard && runId?.type === 'rich_text')
    return { property: runId.id, rich_text: { equals: row.runId } }
  // A row without a title is called Untitled here.
  if (taskName?.type !== 'title' || row.title === 'Untitled' || row.title.length > LONGEST_TITLE) return null
  return { property: taskName.id, title: { equals: row.title } }
}

/**
 * Whether somebody has put an end to a run on its row: it is in the trash, or its Status was set to Cancelled. Until
 * the row has heard of the run, a Cancelled that stood there before is about an earlier one; a run whose end has
 * been written is over.
 */
export function isWithdrawn(workspace: Workspace, { row, page }: SeenRow): boolean {
  if (page === null || row.endHeard) return false
  if (page.trashed) return true
  const isCancelled = readRow(page, queueOf(workspace)).choice('status') === 'Cancelled'
  return isCancelled && row.state !== 'cancelled' && (row.heard || !row.stoodCancelled)
}
