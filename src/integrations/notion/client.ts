import * as z from 'zod'
import { sha256 } from '../../kernel/digest.ts'
import { ServiceFailure } from '../../kernel/roles.ts'
import { notionSender, type NotionOptions, type NotionRequest, type SendNotion } from './request.ts'
import { Block, Database, DataSource, Json, List, Me, Page } from './wire.ts'

/** JSON as Notion takes and gives it. */
export type NotionJson = Record<string, unknown>

/** A page as it came. */
export interface NotionPage {
  readonly id: string
  readonly url: string | null
  readonly trashed: boolean
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

/** A block with its children, read whole. */
export interface NotionBlock {
  readonly id: string
  readonly type: string
  readonly json: NotionJson
  readonly children: readonly NotionBlock[]
}

/** What is asked of Notion. All lists are read to their end. Every method may throw `ServiceFailure`. */
export interface Notion {
  readonly service: 'notion'
  readonly credential: string
  me(): Promise<{ readonly workspaceId: string; readonly workspaceName: string }>
  database(
    id: string,
  ): Promise<{ readonly title: string; readonly dataSourceIds: readonly string[]; readonly trashed: boolean }>
  properties(dataSourceId: string): Promise<NotionProperty[]>
  createDatabase(
    parentPageId: string,
    title: string,
    properties: NotionJson,
  ): Promise<{ readonly databaseId: string; readonly dataSourceId: string }>
  changeProperties(dataSourceId: string, properties: NotionJson): Promise<void>
  /** Child databases of a page, by title. */
  childDatabases(pageId: string): Promise<{ readonly id: string; readonly title: string }[]>
  /** `complete` is false where Notion stopped at its 10,000 rows. */
  query(
    dataSourceId: string,
    query: NotionJson,
  ): Promise<{ readonly pages: readonly NotionPage[]; readonly complete: boolean }>
  page(id: string): Promise<NotionPage>
  /** A property's whole value as a list of items; page objects cut long ones off. */
  propertyItems(pageId: string, propertyId: string): Promise<NotionJson[]>
  createPage(dataSourceId: string, properties: NotionJson): Promise<NotionPage>
  changePage(id: string, properties: NotionJson): Promise<NotionPage>
  /** The blocks below a block or page. `descend` says into which ones to go. */
  blocks(parentId: string, descend: (block: NotionJson) => boolean): Promise<NotionBlock[]>
  /** Puts a block and all below it in the trash. */
  remove(blockId: string): Promise<void>
  /** Appends blocks at the end; returns the ids of those at the top. Not repeatable. */
  append(parentId: string, children: readonly NotionJson[]): Promise<string[]>
}

const PAGE_SIZE = 100

/** Notion behind its API. The SDK is loaded at the first call. */
export function notionClient(options: NotionOptions): Notion {
  const send = notionSender(options)
  return {
    service: 'notion',
    credential: sha256(`${options.baseUrl}\n${options.token}`).slice(0, 16),
    me: async () => {
      const me = await ask(send, Me, { method: 'get', path: 'users/me', repeatable: true })
      return {
        // Tokens of older integrations show no workspace id; their bot is one workspace's alone.
        workspaceId: me.bot?.workspace_id ?? me.id,
        workspaceName: me.bot?.workspace_name ?? me.name ?? 'a Notion workspace',
      }
    },
    database: async id => {
      const found = await ask(send, Database, { method: 'get', path: `databases/${id}`, repeatable: true })
      return {
        title: found.title.map(part => part.plain_text).join(''),
        dataSourceIds: found.data_sources.map(source => source.id),
        trashed: found.in_trash === true,
      }
    },
    properties: async dataSourceId => {
      const path = `data_sources/${dataSourceId}`
      const source = await ask(send, DataSource, { method: 'get', path, repeatable: true })
      return Object.entries(source.properties).map(readProperty)
    },
    createDatabase: async (parentPageId, title, properties) => {
      const body = {
        parent: { type: 'page_id', page_id: parentPageId },
        title: [{ type: 'text', text: { content: title } }],
        initial_data_source: { properties },
      }
      const made = await ask(send, Database, { method: 'post', path: 'databases', body, repeatable: false })
      return { databaseId: made.id, dataSourceId: made.data_sources[0]?.id ?? '' }
    },
    changeProperties: async (dataSourceId, properties) => {
      const path = `data_sources/${dataSourceId}`
      await send({ method: 'patch', path, body: { properties }, repeatable: true })
    },
    childDatabases: async pageId => {
      const blocks = await listAll(send, {
        method: 'get',
        path: `blocks/${pageId}/children`,
        repeatable: true,
      })
      return blocks.results.flatMap(childDatabase)
    },
    query: async (dataSourceId, query) => {
      const path = `data_sources/${dataSourceId}/query`
      const list = await listAll(send, { method: 'post', path, body: query, repeatable: true })
      return { pages: list.results.map(readPage), complete: list.complete }
    },
    page: async id => readPage(await send({ method: 'get', path: `pages/${id}`, repeatable: true })),
    propertyItems: async (pageId, propertyId) => {
      const path = `pages/${pageId}/properties/${propertyId}`
      return (await listAll(send, { method: 'get', path, repeatable: true })).results
    },
    createPage: async (dataSourceId, properties) => {
      const body = { parent: { type: 'data_source_id', data_source_id: dataSourceId }, properties }
      return readPage(await send({ method: 'post', path: 'pages', body, repeatable: false }))
    },
    changePage: async (id, properties) =>
      readPage(await send({ method: 'patch', path: `pages/${id}`, body: { properties }, repeatable: true })),
    blocks: (parentId, descend) => readBlocks(send, parentId, descend),
    remove: async blockId => {
      await send({ method: 'delete', path: `blocks/${blockId}`, repeatable: true })
    },
    append: async (parentId, children) => {
      const path = `blocks/${parentId}/children`
      const answer = await ask(send, List, { method: 'patch', path, body: { children }, repeatable: false })
      return answer.results.map(block => Block.parse(block).id)
    },
  }
}

async function readBlocks(
  send: SendNotion,
  parentId: string,
  descend: (block: NotionJson) => boolean,
): Promise<NotionBlock[]> {
  const list = await listAll(send, { method: 'get', path: `blocks/${parentId}/children`, repeatable: true })
  const blocks: NotionBlock[] = []
  for (const json of list.results) {
    const { id, type, has_children: hasChildren } = Block.parse(json)
    const children = hasChildren === true && descend(json) ? await readBlocks(send, id, descend) : []
    blocks.push({ id, type, json, children })
  }
  return blocks
}

async function listAll(
  send: SendNotion,
  request: NotionRequest,
): Promise<{ results: NotionJson[]; complete: boolean }> {
  const results: NotionJson[] = []
  for (let cursor: string | null = null; ;) {
    const list: z.infer<typeof List> = await ask(send, List, pageOf(request, cursor))
    results.push(...list.results)
    cursor = list.has_more ? (list.next_cursor ?? null) : null
    if (cursor === null) return { results, complete: list.request_status?.type !== 'incomplete' }
  }
}

function pageOf(request: NotionRequest, cursor: string | null): NotionRequest {
  const paging = { page_size: PAGE_SIZE, ...(cursor === null ? {} : { start_cursor: cursor }) }
  return request.method === 'get'
    ? { ...request, query: { ...request.query, ...paging } }
    : { ...request, body: { ...request.body, ...paging } }
}

async function ask<T extends z.ZodType>(
  send: SendNotion,
  shape: T,
  request: NotionRequest,
): Promise<z.infer<T>> {
  const parsed = shape.safeParse(await send(request))
  if (parsed.success) return parsed.data
  throw unusable(request.path)
}

/** An answer with a good status that is not Notion's, such as a proxy's page. */
function unusable(path: string): ServiceFailure {
  return new ServiceFailure(`Notion: unusable answer to ${path}`, {
    errorClass: 'transient',
    billed: 'unknown',
  })
}

function readPage(json: unknown): NotionPage {
  const parsed = Page.safeParse(json)
  if (!parsed.success) throw unusable('pages')
  const { id, url, in_trash: inTrash, archived, properties } = parsed.data
  return { id, url: url ?? null, trashed: inTrash === true || archived === true, properties }
}

function readProperty([name, json]: [string, NotionJson]): NotionProperty {
  const type = String(json['type'])
  const body = Json.safeParse(json[type])
  const options = z
    .array(z.object({ id: z.string(), name: z.string() }))
    .safeParse(body.success ? body.data['options'] : [])
  return {
    id: String(json['id']),
    name,
    type,
    options: options.success ? options.data : [],
  }
}

const ChildDatabase = z.object({ id: z.string(), child_database: z.object({ title: z.string() }) })

function childDatabase(json: NotionJson): { id: string; title: string }[] {
  const parsed = ChildDatabase.safeParse(json)
  return parsed.success ? [{ id: parsed.data.id, title: parsed.data.child_database.title }] : []
}
