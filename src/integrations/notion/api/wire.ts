import { isObject, textOf } from '../../../domain/shape.ts'
/**
 * Reads of Notion's answers (API 2025-09-03) only what is used, and takes the rest as it came. Written by hand,
 * because a list holds a hundred pages of whole properties: a schema library would copy every one of them, and
 * take longer to load than a poll that finds nothing may take. Each reader gives null for what is not its shape.
 */

/** JSON as Notion takes and gives it. */
export type NotionJson = Record<string, unknown>

/** A page as it came. */
export interface NotionPage {
  readonly id: string
  readonly url: string | null
  readonly trashed: boolean
  /** When it was made, to the minute, as Notion writes it; null where it is not said. */
  readonly createdTime: string | null
  /** By name; each value holds its own `id` and `type`. */
  readonly properties: Readonly<Record<string, NotionJson>>
}

/** A property of a data source. */
export interface NotionProperty {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly options: readonly { readonly id: string; readonly name: string }[]
}

/** A page of any list. */
export interface ListPage {
  readonly results: readonly NotionJson[]
  readonly hasMore: boolean
  /** Null at the end of the list. */
  readonly nextCursor: string | null
  /** True where a query stopped at 10,000 rows. */
  readonly incomplete: boolean
}

/** A page, as far as it is read. */
export function readPage(json: unknown): NotionPage | null {
  if (!isObject(json) || typeof json['id'] !== 'string') return null
  const properties = objectsIn(json['properties'])
  if (properties === null) return null
  const trashed = json['in_trash'] === true || json['archived'] === true
  const createdTime = textOf(json['created_time'])
  return { id: json['id'], url: textOf(json['url']), trashed, createdTime, properties }
}

/** A page of any list. */
export function readList(json: unknown): ListPage | null {
  if (!isObject(json) || !areObjects(json['results']) || typeof json['has_more'] !== 'boolean') return null
  const status = json['request_status']
  return {
    results: json['results'],
    hasMore: json['has_more'],
    nextCursor: json['has_more'] ? textOf(json['next_cursor']) : null,
    incomplete: isObject(status) && status['type'] === 'incomplete',
  }
}

/** A database, which holds one or several data sources. */
export interface NotionContainer {
  readonly id: string
  readonly title: string
  readonly dataSources: readonly { readonly id: string; readonly name: string }[]
  readonly trashed: boolean
}

/** A database, with its data sources. */
export function readDatabase(json: unknown): NotionContainer | null {
  if (!isObject(json) || typeof json['id'] !== 'string') return null
  const { title, data_sources: sources } = json
  if (!areObjects(title) || !areObjects(sources)) return null
  const dataSources = sources.flatMap(({ id, name }) =>
    typeof id === 'string' ? [{ id, name: textOf(name) ?? '' }] : [],
  )
  if (dataSources.length < sources.length) return null
  return { id: json['id'], title: plainOf(title), dataSources, trashed: json['in_trash'] === true }
}

/** A data source with its properties, and the database that it belongs to. */
export interface NotionSource {
  readonly id: string
  readonly databaseId: string
  readonly name: string
  readonly properties: readonly NotionProperty[]
  readonly trashed: boolean
}

/** A data source. */
export function readSource(json: unknown): NotionSource | null {
  const properties = readProperties(json)
  if (properties === null || !isObject(json) || typeof json['id'] !== 'string') return null
  const { title, parent } = json
  if (!areObjects(title) || !isObject(parent) || typeof parent['database_id'] !== 'string') return null
  return {
    id: json['id'],
    databaseId: parent['database_id'],
    name: plainOf(title),
    properties,
    trashed: json['in_trash'] === true,
  }
}

/** The properties of a data source. */
export function readProperties(json: unknown): NotionProperty[] | null {
  const properties = isObject(json) ? objectsIn(json['properties']) : null
  return properties === null ? null : Object.entries(properties).map(readProperty)
}

/** A block; its content stands under the name of its type. */
export function readBlock(json: unknown): { id: string; type: string; hasChildren: boolean } | null {
  if (!isObject(json) || typeof json['id'] !== 'string' || typeof json['type'] !== 'string') return null
  return { id: json['id'], type: json['type'], hasChildren: json['has_children'] === true }
}

/** A block that is a database of its own: its id and title. */
export function readChildDatabase(json: NotionJson): { id: string; title: string } | null {
  const child = json['child_database']
  if (typeof json['id'] !== 'string' || !isObject(child) || typeof child['title'] !== 'string') return null
  return { id: json['id'], title: child['title'] }
}

/** The workspace that a token belongs to. */
export function readMe(json: unknown): { workspaceId: string; workspaceName: string } | null {
  if (!isObject(json) || typeof json['id'] !== 'string') return null
  const bot = isObject(json['bot']) ? json['bot'] : {}
  return {
    // Tokens of older integrations show no workspace id; their bot is one workspace's alone.
    workspaceId: textOf(bot['workspace_id']) ?? json['id'],
    workspaceName: textOf(bot['workspace_name']) ?? textOf(json['name']) ?? 'a Notion workspace',
  }
}

function readProperty([name, json]: [string, NotionJson]): NotionProperty {
  const type = String(json['type'])
  const body = json[type]
  const options = isObject(body) && areObjects(body['options']) ? body['options'] : []
  return {
    id: String(json['id']),
    name,
    type,
    options: options.flatMap(({ id, name: option }) =>
      typeof id === 'string' && typeof option === 'string' ? [{ id, name: option }] : [],
    ),
  }
}

function plainOf(pieces: readonly NotionJson[]): string {
  return pieces.map(piece => textOf(piece['plain_text']) ?? '').join('')
}

function areObjects(value: unknown): value is NotionJson[] {
  return Array.isArray(value) && value.every(isObject)
}

function objectsIn(value: unknown): Record<string, NotionJson> | null {
  return isObject(value) && hasOnlyObjects(value) ? value : null
}

function hasOnlyObjects(value: NotionJson): value is Record<string, NotionJson> {
  return Object.values(value).every(isObject)
}
