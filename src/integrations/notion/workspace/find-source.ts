import { NOTION_DATABASES, type DatabaseKey, propertyKeys, propertySpec } from '../schema/schema.ts'
import type { Notion, NotionContainer, NotionProperty, NotionSource } from '../api/client.ts'
import { AppError } from '../../../kernel/errors.ts'
import { flagOf } from '../../../kernel/input.ts'
import { isRefusal } from '../../../kernel/service-failure.ts'
import { matchSchema, unusableIn } from '../schema/schema-match.ts'

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
  if (place.trashed) throw inTrash(key, id)
  if ('databaseId' in place) return { databaseId: place.databaseId, dataSourceId: place.id }
  const [first, ...others] = place.dataSources
  if (first === undefined) throw inTrash(key, id)
  const used = place.dataSources.find(source => source.id === usedBefore)
  const only = used ?? (others.length === 0 ? first : undefined)
  return { databaseId: place.id, dataSourceId: only?.id ?? (await choose(api, key, place)) }
}

/** Notion has no call for both; what is neither is refused as a database, which is what was asked for. */
async function databaseOrSource(api: Notion, id: string): Promise<NotionContainer | NotionSource> {
  try {
    return await api.database(id)
  } catch (error) {
    if (!isRefusal(error)) throw error
    try {
      return await api.dataSource(id)
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

/** How well a data source of a database would do as one of ours. */
export interface SourceFit {
  readonly id: string
  readonly name: string
  /** Columns of ours that it has; the title, which every one has, does not count. */
  readonly has: number
  readonly of: number
  /** Whether it could be used as it is: all that is required, or half of the columns where nothing is. */
  readonly usable: boolean
}

/** Compares the columns of a data source with those that we want. */
export function sourceFit(
  key: DatabaseKey,
  source: { readonly id: string; readonly name: string; readonly properties: readonly NotionProperty[] },
): SourceFit {
  const match = matchSchema(key, source.properties)
  const wanted = propertyKeys(key).map(name => propertySpec(key, name))
  const columns = wanted.filter(spec => spec.types[0] !== 'title')
  const has = Object.values<NotionProperty | undefined>(match.mapped).filter(
    property => property?.type !== 'title',
  ).length
  const needed = columns.some(spec => spec.required === true)
  const complete = unusableIn(key, match).every(spec => spec.required !== true)
  return {
    id: source.id,
    name: source.name,
    has,
    of: columns.length,
    usable: complete && (needed || has * 2 >= columns.length),
  }
}

/** The one that is meant; null where that is not clear: writing to the wrong one would spoil it. */
export function chooseSource(fits: readonly SourceFit[]): SourceFit | null {
  const [best, next] = fits.filter(({ usable }) => usable).toSorted((a, b) => b.has - a.has)
  return best === undefined || best.has === next?.has ? null : best
}
