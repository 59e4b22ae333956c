import { sha256 } from '../../kernel/digest.ts'
import { redactor } from '../../kernel/redaction.ts'
import { ServiceFailure } from '../../kernel/roles.ts'
import { notionSender, type NotionOptions, type NotionRequest, type SendNotion } from './request.ts'
import {
  readBlock,
  readChildDatabase,
  readDatabase,
  readList,
  readMe,
  readPage,
  readProperties,
  readSource,
  type ListPage,
  type NotionContainer,
  type NotionJson,
  type NotionPage,
  type NotionProperty,
  type NotionSource,
} from './wire.ts'

export type { NotionContainer, NotionJson, NotionPage, NotionProperty, NotionSource } from './wire.ts'

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
  database(id: string): Promise<NotionContainer>
  dataSource(id: string): Promise<NotionSource>
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
  /** Where `repeatable` is false, a try that got no answer is left to the caller to look after, not repeated. */
  changePage(id: string, properties: NotionJson, repeatable?: boolean): Promise<NotionPage>
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
  const redact = redactor([options.token])
  return {
    service: 'notion',
    credential: sha256(`${options.baseUrl}\n${options.token}`).slice(0, 16),
    me: async () => {
      const me = await ask(send, readMe, { method: 'get', path: 'users/me', repeatable: true })
      // Shown and kept as words of ours; a proxy may put there whatever it was sent.
      return { workspaceId: redact(me.workspaceId), workspaceName: redact(me.workspaceName) }
    },
    database: id => ask(send, readDatabase, { method: 'get', path: `databases/${id}`, repeatable: true }),
    dataSource: id => ask(send, readSource, { method: 'get', path: `data_sources/${id}`, repeatable: true }),
    properties: dataSourceId =>
      ask(send, readProperties, { method: 'get', path: `data_sources/${dataSourceId}`, repeatable: true }),
    createDatabase: async (parentPageId, title, properties) => {
      const body = {
        parent: { type: 'page_id', page_id: parentPageId },
        title: [{ type: 'text', text: { content: title } }],
        initial_data_source: { properties },
      }
      const made = await ask(send, readDatabase, {
        method: 'post',
        path: 'databases',
        body,
        repeatable: false,
      })
      return { databaseId: made.id, dataSourceId: made.dataSources[0]?.id ?? '' }
    },
    changeProperties: async (dataSourceId, properties) => {
      const path = `data_sources/${dataSourceId}`
      await send({ method: 'patch', path, body: { properties }, repeatable: true })
    },
    childDatabases: async pageId => {
      const path = `blocks/${pageId}/children`
      const blocks = await listAll(send, { method: 'get', path, repeatable: true })
      return blocks.results.flatMap(block => readChildDatabase(block) ?? [])
    },
    query: async (dataSourceId, query) => {
      const path = `data_sources/${dataSourceId}/query`
      const list = await listAll(send, { method: 'post', path, body: query, repeatable: true })
      return { pages: list.results.map(page => usable(readPage(page), path)), complete: list.complete }
    },
    page: id => ask(send, readPage, { method: 'get', path: `pages/${id}`, repeatable: true }),
    propertyItems: async (pageId, propertyId) => {
      const path = `pages/${pageId}/properties/${propertyId}`
      return (await listAll(send, { method: 'get', path, repeatable: true })).results
    },
    createPage: (dataSourceId, properties) => {
      const body = { parent: { type: 'data_source_id', data_source_id: dataSourceId }, properties }
      return ask(send, readPage, { method: 'post', path: 'pages', body, repeatable: false })
    },
    changePage: (id, properties, repeatable = true) =>
      ask(send, readPage, { method: 'patch', path: `pages/${id}`, body: { properties }, repeatable }),
    blocks: (parentId, descend) => readBlocks(send, parentId, descend),
    remove: async blockId => {
      await send({ method: 'delete', path: `blocks/${blockId}`, repeatable: true })
    },
    append: async (parentId, children) => {
      const path = `blocks/${parentId}/children`
      const answer = await ask(send, readList, {
        method: 'patch',
        path,
        body: { children },
        repeatable: false,
      })
      return answer.results.map(block => usable(readBlock(block), path).id)
    },
  }
}

async function readBlocks(
  send: SendNotion,
  parentId: string,
  descend: (block: NotionJson) => boolean,
): Promise<NotionBlock[]> {
  const path = `blocks/${parentId}/children`
  const list = await listAll(send, { method: 'get', path, repeatable: true })
  const blocks: NotionBlock[] = []
  for (const json of list.results) {
    const { id, type, hasChildren } = usable(readBlock(json), path)
    const children = hasChildren && descend(json) ? await readBlocks(send, id, descend) : []
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
    const list: ListPage = await ask(send, readList, pageOf(request, cursor))
    results.push(...list.results)
    cursor = list.nextCursor
    if (cursor === null) return { results, complete: !list.incomplete }
  }
}

function pageOf(request: NotionRequest, cursor: string | null): NotionRequest {
  const paging = { page_size: PAGE_SIZE, ...(cursor === null ? {} : { start_cursor: cursor }) }
  return request.method === 'get'
    ? { ...request, query: { ...request.query, ...paging } }
    : { ...request, body: { ...request.body, ...paging } }
}

async function ask<T>(
  send: SendNotion,
  read: (json: unknown) => T | null,
  request: NotionRequest,
): Promise<T> {
  return usable(read(await send(request)), request.path)
}

/** An answer with a good status that is not Notion's, such as a proxy's page, is of no use. */
function usable<T>(read: T | null, path: string): T {
  if (read !== null) return read
  throw new ServiceFailure(`Notion: unusable answer to ${path}`, {
    errorClass: 'transient',
    billed: 'unknown',
  })
}
