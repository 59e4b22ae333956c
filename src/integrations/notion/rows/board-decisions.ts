import type { EffectContext } from '../effects/context.ts'
import { isWithdrawn, MOST_CONDITIONS, readRows, type SeenRow } from './read-rows.ts'
import { queueOf, readRow } from '../schema/row-values.ts'
import type { NotionPage, QueryPage } from '../api/client.ts'
import { unlessRefused } from '../../../kernel/service-failure.ts'
import type { Decided } from '../../../store/decisions.ts'
import type { BoardRow } from '../../../store/pickup.ts'

/** Rows that no query shows, read by themselves at each poll: those in the trash, and those it is too early for. */
const MOST_SINGLE_READS = 5
/** Pages of rows that say something, read while each of them holds something new. */
const MOST_SAID_PAGES = 10
/** Where the round over all rows goes on. */
const ROUND = 'round over watched rows'

/**
 * Does what people said on the board about runs that are open, and about failures that are still an alarm, and
 * returns how often they did. Decisions count only for runs that wait for a person; a hand-set Cancelled or a trashed
 * page ends any.
 *
 * What it costs does not grow with the number of such runs: up to a hundred of them are looked at by one query. Where
 * there are more, one query asks for the rows that say something, newest first, and the round goes on with the
 * next hundred at each poll, for what no query shows. So an idle poll makes one request without such runs (for
 * ticks), two with up to a hundred, three with any number, and at most five more for rows that no query shows.
 */
export async function readDecisions(context: EffectContext): Promise<number> {
  const { rows, areAll } = await nextOfRound(context)
  const said = areAll ? 0 : await readWhatIsSaid(context)
  return said + (await readRound(context, rows))
}

/** The next hundred rows of the round, from where the last poll left it. */
async function nextOfRound(context: EffectContext): Promise<{ rows: readonly BoardRow[]; areAll: boolean }> {
  const { pickUps } = context.store
  const mark = (await pickUps.mark(ROUND)) ?? ''
  const after = await pickUps.watched(mark, MOST_CONDITIONS)
  if (after.length === MOST_CONDITIONS) {
    return { rows: after, areAll: mark === '' && (await pickUps.watched(lastOf(after), 1)).length === 0 }
  }
  const before = mark === '' ? [] : await pickUps.watched('', MOST_CONDITIONS)
  const known = new Set(after.map(({ runId }) => runId))
  const rest = before.filter(({ runId }) => !known.has(runId))
  return {
    rows: [...after, ...rest].slice(0, MOST_CONDITIONS),
    areAll: after.length + rest.length <= MOST_CONDITIONS && before.length < MOST_CONDITIONS,
  }
}

function lastOf(rows: readonly BoardRow[]): string {
  return rows.at(-1)?.runId ?? ''
}

async function readRound(context: EffectContext, rows: readonly BoardRow[]): Promise<number> {
  if (rows.length === 0) return 0
  const { seen, unread } = await readRows(context.workspace, rows, MOST_SINGLE_READS)
  let decided = 0
  for (const one of seen) if (!context.stop.aborted && (await actOn(context, one))) decided += 1
  // The first that was not read is the first of the next round.
  const [missed] = unread
  const end = missed === undefined ? rows.length : rows.indexOf(missed)
  await context.store.pickUps.setMark(ROUND, rows[end - 1]?.runId ?? null)
  return decided
}

/** Rows with a decision, or set to Cancelled: asked for by what they say, newest first. */
async function readWhatIsSaid(context: EffectContext): Promise<number> {
  let decided = 0
  let cursor: string | null = null
  for (let page = 0; page < MOST_SAID_PAGES && !context.stop.aborted; page += 1) {
    const list = await saidPage(context, cursor)
    if (list === null) break
    const found = await actOnListed(context, list.pages)
    decided += found
    cursor = list.nextCursor
    if (found === 0 || cursor === null) break
  }
  return decided
}

/** Null where a column was taken off, or knows no such option: then the round finds what is said. */
async function saidPage(context: EffectContext, cursor: string | null): Promise<QueryPage | null> {
  const queue = queueOf(context.workspace)
  const { status, decision } = queue.properties
  const or = [
    ...(decision === undefined ? [] : [{ property: decision.id, [decision.type]: { is_not_empty: true } }]),
    ...(status === undefined ? [] : [{ property: status.id, [status.type]: { equals: 'Cancelled' } }]),
  ]
  const sorts = [{ timestamp: 'last_edited_time', direction: 'descending' }]
  return unlessRefused(context.workspace.api.queryPage(queue.dataSourceId, { filter: { or }, sorts }, cursor))
}

/** Only rows of runs to which it can mean something are read by themselves: a list may be older than our writes. */
async function actOnListed(context: EffectContext, pages: readonly NotionPage[]): Promise<number> {
  const rows = await context.store.pickUps.rows(pages.map(({ id }) => id))
  const byId = new Map(pages.map(page => [page.id, page]))
  let decided = 0
  for (const row of rows) {
    const page = byId.get(row.pageId) ?? null
    if (context.stop.aborted || saidIn(context, { row, page }) === null) continue
    const { seen } = await readRows(context.workspace, await context.store.pickUps.rows([row.pageId]))
    for (const one of seen) if (await actOn(context, one)) decided += 1
  }
  return decided
}

/** What stands on a page about its run. */
type Said =
  | { readonly kind: 'approve' }
  | { readonly kind: 'return'; readonly note: string }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'dismiss' }

async function actOn(context: EffectContext, seen: SeenRow): Promise<boolean> {
  const { decisions } = context.store
  const { taskId, runId } = seen.row
  const said = saidIn(context, seen)
  switch (said?.kind) {
    case 'approve':
      return isSaidOfWhatWaits(context, seen.row, await decisions.approve(taskId, 'notion', seen.row))
    case 'return':
      return isSaidOfWhatWaits(
        context,
        seen.row,
        await decisions.returnTask(taskId, said.note, 'notion', seen.row),
      )
    case 'cancel':
      return (await decisions.cancel(taskId, 'notion', runId)).kind === 'decided'
    case 'dismiss':
      return (await decisions.dismiss(taskId, 'notion', runId)).kind === 'decided'
    case undefined:
      return false
  }
}

/** Where the text was written anew since the row was read, its page is told so, and the decision is cleared there. */
function isSaidOfWhatWaits({ log }: EffectContext, { runId }: BoardRow, { kind }: Decided): boolean {
  if (kind === 'refused') log.warn('decision not heeded: it was made of an earlier text', { run: runId })
  return kind === 'decided'
}

function saidIn({ workspace, log }: EffectContext, seen: SeenRow): Said | null {
  const { row, page } = seen
  if (page === null || row.state === 'done' || row.state === 'cancelled') return null
  const cells = readRow(page, queueOf(workspace))
  if (row.state === 'failed_final') {
    const isOver = page.trashed || (row.endHeard && cells.choice('status') === 'Cancelled')
    return isOver && !row.dismissed ? { kind: 'dismiss' } : null
  }
  if (isWithdrawn(workspace, seen)) return { kind: 'cancel' }
  // What we have not written over yet is an older word, not a new one.
  if (row.state !== 'waiting_human' || row.hasPending) return null
  const decision = cells.choice('decision')
  if (decision !== null && row.hasDead) {
    const next = 'echopilot effect list'
    log.warn('decision waits: not all that it is about could be written to its page', {
      run: row.runId,
      next,
    })
    return null
  }
  if (decision === 'Approve') return { kind: 'approve' }
  if (decision !== 'Return') return null
  return { kind: 'return', note: cells.text('decisionNote') ?? 'returned on the board, without a note' }
}
