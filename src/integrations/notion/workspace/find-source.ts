import { chooseSource, sourceFit } from '../schema/choose-source.ts'
import { NOTION_DATABASES, type DatabaseKey } from '../schema/schema.ts'
import type { Notion, NotionContainer, NotionSource } from '../api/client.ts'
import { AppError } from '../../../kernel/errors.ts'
import { flagOf } from '../../../kernel/input.ts'
import { isRefusal } from '../../../kernel/service-failure.ts'

/** Where one of our databases is. */
export interface SourcePlace {
  readonly databaseId: string
  readonly dataSourceId: string
}

/** The input of `init` that names each. */
export const ADOPT_FLAGS = {
  queue: 'queue',
  clients: 'clients',
  log: 'automationLog',
  jobLog: 'jobLog',
  status: 'statusBoard',
  dsr: 'dsr',
} as const satisfies Record<DatabaseKey, string>

/**
 * The data source that an id means, of a database or of a data source. Of several in a database it is the one
 * that was used before, else the one whose columns fit.
 * @throws AppError `config` where that is not clear, with all there are, or where it is in the trash
 */
export async function findSource(
  api: Notion,
  key: DatabaseKey,
  id: string,
  usedBefore: string | null,
): Promise<SourcePlace> {
  const place = await databaseOrSource(api, id)
  if (place.kind === 'source') {
    if (place.source.trashed) throw inTrash(key, id)
    return { databaseId: place.source.databaseId, dataSourceId: place.source.id }
  }
  const { database } = place
  const [first] = database.dataSources
  if (database.trashed || first === undefined) throw inTrash(key, id)
  const used = database.dataSources.find(source => source.id === usedBefore)
  const only = used ?? (database.dataSources.length === 1 ? first : undefined)
  const dataSourceId = only?.id ?? (await choose(api, key, database))
  return { databaseId: database.id, dataSourceId }
}

type Place =
  | { readonly kind: 'database'; readonly database: NotionContainer }
  | { readonly kind: 'source'; readonly source: NotionSource }

/** Notion has no call for both; what is neither is refused as a database, which is what was asked for. */
async function databaseOrSource(api: Notion, id: string): Promise<Place> {
  try {
    return { kind: 'database', database: await api.database(id) }
  } catch (error) {
    if (!isRefusal(error)) throw error
    try {
      return { kind: 'source', source: await api.dataSource(id) }
    } catch (second) {
      throw isRefusal(second) ? error : second
    }
  }
}

async function choose(api: Notion, key: DatabaseKey, database: NotionContainer): Promise<string> {
  const fits = []
  for (const { id, name } of database.dataSources) {
    fits.push(sourceFit(key, { id, name, properties: await api.properties(id) }))
  }
  const chosen = chooseSource(fits)
  if (chosen !== null) return chosen.id
  const { title } = NOTION_DATABASES[key]
  const list = fits.map(
    fit => `  ${fit.id}  "${fit.name}" has ${String(fit.has)} of ${String(fit.of)} columns`,
  )
  throw new AppError(
    'config',
    `the database "${database.title}" (${database.id}) holds several data sources, and it is not clear which is "${title}":\n${list.join('\n')}`,
    `echopilot init ${flagOf(ADOPT_FLAGS[key])} ID, with the id of one of them`,
  )
}

function inTrash(key: DatabaseKey, id: string): AppError {
  return new AppError(
    'config',
    `the database "${NOTION_DATABASES[key].title}" (${id}) is in the trash`,
    'restore it in Notion, or name another',
  )
}
