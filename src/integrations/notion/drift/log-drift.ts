import { NOTION_DATABASES } from '../schema/schema.ts'
import type { NotionPage } from '../api/client.ts'
import { unlessRefused } from '../../../kernel/service-failure.ts'
import type { Clock } from '../../../kernel/world.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { Said, SaidRow } from '../../../store/rebuild.ts'
import { MOST_CONDITIONS } from '../rows/read-rows.ts'
import { differingColumns, readRow } from '../schema/row-values.ts'
import { cellsOfRow } from '../effects/row.ts'
import { usableColumns } from '../effects/send-cells.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** A row of a log that is not as it should be. */
export interface RowDrift {
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
export async function rowDrifts(
  context: { readonly workspace: Workspace; readonly world: { readonly clock: Pick<Clock, 'now'> } },
  said: readonly Said[],
): Promise<RowDrift[]> {
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

async function justWritten(
  { workspace, world }: Parameters<typeof rowDrifts>[0],
  row: SaidRow,
): Promise<NotionPage | null> {
  if (row.notionId === null || world.clock.now() - row.writtenMs > LAG_MS) return null
  const page = await unlessRefused(workspace.api.page(row.notionId))
  return page === null || page.trashed ? null : page
}
