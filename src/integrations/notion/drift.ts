import type { PageChange } from '../../domain/board-effects.ts'
import { keysOf } from '../../domain/keys-of.ts'
import { isFinal } from '../../domain/run-state.ts'
import type { NotionPage, NotionProperty } from './api/client.ts'
import { isRefusal, unlessRefused } from '../../kernel/service-failure.ts'
import type { Clock } from '../../kernel/world.ts'
import type { NotionDatabase } from '../../store/notion.ts'
import type { Store } from '../../store/index.ts'
import type { Compared, Drift } from '../../roles/task-source.ts'
import type { Said, SaidRow } from '../../store/rebuild.ts'
import { bodyDrifts } from './effects/body.ts'
import { cellsOfRow } from './effects/row.ts'
import { MOST_CONDITIONS } from './rows/read-rows.ts'
import { NOTION_DATABASES } from './schema/schema.ts'
import { cellsOf } from './effects/page.ts'
import { differingColumns, queueOf, readRow } from './schema/row-values.ts'
import { usableColumns } from './effects/send-cells.ts'
import type { Workspace } from './workspace/workspace.ts'

interface CompareContext {
  readonly store: Store
  readonly workspace: Workspace
  readonly world: { readonly clock: Pick<Clock, 'now'> }
  readonly stop: AbortSignal
}

/**
 * Compares all that is written of the newest tasks, at most `limit` of them, with what the store says: properties of
 * the page, results in it, rows of both logs. What still waits to be written is no drift, nor is what a person may
 * change: other columns and blocks, a new tick, a decision that counts, a row set to Cancelled. Stops early, with
 * what it has, when told to.
 * @throws ServiceFailure where Notion does not answer
 */
export async function compareWithNotion(context: CompareContext, limit: number): Promise<Compared> {
  const { store, workspace } = context
  const all = await store.rebuild.said(limit)
  const found: Found[] = []
  const columns = all.length === 0 ? [] : await workspace.api.properties(queueOf(workspace).dataSourceId)
  for (const said of all) {
    if (context.stop.aborted) break
    found.push({ said, ...(await pageFound(context, said, columns)) })
  }
  const rows = await rowDrifts(
    context,
    found.map(({ said }) => said),
  )
  return {
    compared: found.length,
    older: (await store.rebuild.pages()) - found.length,
    drifts: [
      ...found.flatMap(({ drifts }) => drifts),
      ...rows.map(({ said, row, what, notion }) => drift(said, what, row.body.row.status, notion)),
    ],
    counts: {
      pages: found.filter(({ keys, bodies }) => keys.length + bodies.length > 0).length,
      rows: new Set(rows.map(({ row }) => row.effectId)).size,
      lost: found.filter(({ drifts }) => drifts.some(({ mendable }) => !mendable)).length,
    },
    again: found.map(({ said, keys, bodies }) => {
      const own = rows.filter(row => row.said === said)
      return {
        taskId: said.taskId,
        keys,
        effectIds: [...bodies, ...new Set(own.map(({ row }) => row.effectId))],
        forget: own.flatMap(({ isMissing, row }) => (isMissing ? [row.body.thing] : [])),
      }
    }),
  }
}

/** What is wrong on one page. */
interface FoundOnPage {
  readonly drifts: readonly Drift[]
  readonly keys: readonly (keyof PageChange)[]
  /** Effects of the results that do not stand there. */
  readonly bodies: readonly string[]
}

interface Found extends FoundOnPage {
  readonly said: Said
}

async function pageFound(
  context: CompareContext,
  said: Said,
  columns: readonly NotionProperty[],
): Promise<FoundOnPage> {
  const lost = (notion: string): FoundOnPage => ({
    // A run that is cancelled, or a failure that is let be, because its page was thrown away leaves nothing to correct.
    drifts:
      said.state === 'cancelled' || said.dismissed
        ? []
        : [{ ...drift(said, 'page', said.page?.status ?? '', notion), mendable: false }],
    keys: [],
    bodies: [],
  })
  try {
    const page = await context.workspace.api.page(said.pageId)
    if (page.trashed) return lost('in the trash')
    const cells = cellDrifts(context.workspace, said, page, columns)
    const bodies = await bodyDrifts(context.workspace, said)
    return {
      drifts: [
        ...cells.map(({ what, store, notion }) => drift(said, what, store, notion)),
        ...bodies.map(({ notion }) => drift(said, 'result', 'whole', notion)),
      ],
      keys: cells.map(({ key }) => key),
      bodies: bodies.map(({ effectId }) => effectId),
    }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return lost(error.status === 404 ? 'not to be found' : `not to be read: ${error.message}`)
  }
}

interface CellDrift {
  readonly key: keyof PageChange
  readonly what: string
  readonly store: string
  readonly notion: string
}

function cellDrifts(
  workspace: Workspace,
  said: Said,
  page: NotionPage,
  found: readonly NotionProperty[],
): CellDrift[] {
  const queue = queueOf(workspace)
  const row = readRow(page, queue)
  const { page: change } = said
  if (change === null) return []
  // A Cancelled that stood there before the row heard of the run is of an earlier one.
  const hasHeard = row.text('runId') === change.runId
  const isCancelledByHand =
    row.choice('status') === 'Cancelled' && (!isFinal(said.state) || said.dismissed || hasHeard)
  const ofRun = keysOf(change)
    .filter(key => !(key === 'status' && isCancelledByHand))
    .flatMap(key => {
      const cells = cellsOf({ [key]: change[key] })
      const differing = differingColumns(row, usableColumns(queue, cells, found), cells)
      return differing.map(({ name, store, notion }) => ({ key, what: name, store, notion }))
    })
  return [...ofRun, ...leftovers(said, row.checkbox('trigger'), row.choice('decision'))]
}

/** A tick or decision of a person that was read and is still on the row. */
function leftovers({ isTickOurs, state }: Said, isTicked: boolean, decision: string | null): CellDrift[] {
  return [
    ...(isTickOurs && isTicked
      ? [{ key: 'untick', what: 'Trigger', store: 'taken', notion: 'ticked' } as const]
      : []),
    ...(decision !== null && state !== 'waiting_human'
      ? [{ key: 'clearDecision', what: 'Decision', store: '', notion: decision } as const]
      : []),
  ]
}

function drift(said: Said, what: string, store: string, notion: string): Drift {
  return { taskId: said.taskId, title: said.title, what, store, notion, mendable: true }
}

/** A row of a log that is not as it should be. */
interface RowDrift {
  readonly said: Said
  readonly row: SaidRow
  /** `Automation Log`, with the column where only one differs. */
  readonly what: string
  readonly notion: string
  readonly isMissing: boolean
}

/** A query may not list a row that was written this short ago: it is read by its id. */
const LAG_MS = 10 * 60_000

/**
 * Compares the rows of the logs, found by their Effect ID, a hundred with one query. A log that was never set up,
 * or has no such column, is not compared.
 * @throws ServiceFailure where Notion does not answer
 */
async function rowDrifts(context: CompareContext, said: readonly Said[]): Promise<RowDrift[]> {
  const drifts: RowDrift[] = []
  for (const key of ['log', 'jobLog'] as const) {
    const database = context.workspace.databases[key]
    const rows = said.flatMap(one =>
      one.rows
        .filter(({ body }) => (body.kind === 'log') === (key === 'log'))
        .map(row => ({ said: one, row })),
    )
    if (database?.properties['effectId'] === undefined || rows.length === 0) continue
    const { title } = NOTION_DATABASES[key]
    const found = await context.workspace.api.properties(database.dataSourceId)
    const pages = await pagesByThing(
      context.workspace,
      database,
      rows.map(({ row }) => row.body.thing),
    )
    for (const { said: one, row } of rows) {
      const page = pages.get(row.body.thing) ?? (await justWritten(context, row))
      const cells = cellsOfRow(row.body)
      const columns =
        page === null
          ? []
          : differingColumns(readRow(page, database), usableColumns(database, cells, found), cells)
      if (page === null) drifts.push({ said: one, row, what: title, notion: 'missing', isMissing: true })
      for (const { name, notion } of columns) {
        drifts.push({ said: one, row, what: `${title}: ${name}`, notion, isMissing: false })
      }
    }
  }
  return drifts
}

async function pagesByThing(
  { api }: Workspace,
  database: NotionDatabase,
  things: readonly string[],
): Promise<Map<string, NotionPage>> {
  const found = new Map<string, NotionPage>()
  for (let from = 0; from < things.length; from += MOST_CONDITIONS) {
    const property = database.properties['effectId']?.id
    const or = things.slice(from, from + MOST_CONDITIONS).map(equals => ({ property, rich_text: { equals } }))
    for (const page of (await api.query(database.dataSourceId, { filter: { or } })).pages) {
      const thing = readRow(page, database).text('effectId')
      if (thing !== null && !found.has(thing)) found.set(thing, page)
    }
  }
  return found
}

async function justWritten({ workspace, world }: CompareContext, row: SaidRow): Promise<NotionPage | null> {
  if (row.notionId === null || world.clock.now() - row.writtenMs > LAG_MS) return null
  const page = await unlessRefused(workspace.api.page(row.notionId))
  return page === null || page.trashed ? null : page
}
