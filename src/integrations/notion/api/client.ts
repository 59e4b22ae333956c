import { sha256 } from '../../../kernel/digest.ts'
import { redactor } from '../../../kernel/redaction.ts'
import { ask, usable, readTree, type NotionBlock, readListPage, readWhole } from './lists.ts'
import { notionSender, type NotionOptions } from './request.ts'
import {
  readBlock,
  readChildDatabase,
  readDatabase,
  readList,
  readMe,
  readPage,
  readProperties,
  readSource,
  type NotionContainer,
  type NotionJson,
  type NotionPage,
  type NotionProperty,
  type NotionSource,
} from './wire.ts'

export type { NotionBlock } from './lists.ts'
export type { NotionContainer, NotionJson, NotionPage, NotionProperty, NotionSource } from './wire.ts'

/** One page of a query's rows. */
export interface QueryPage {
  readonly pages: readonly NotionPage[]
  /** Null at the end of the list. */
  readonly nextCursor: string | null
  /** False where Notion stopped at its 10,000 rows. */
  readonly complete: boolean
}

/**
 * What is asked of Notion. Lists are read to their end, within bounds: one whose pages repeat or never end is
 * refused like any answer that cannot be used. Every method may throw `ServiceFailure`.
 */
export interface Notion {
  readonly service: 'notion'
  readonly credential: string
  /** Whether a request could be sent at once, because the shared rate limit has room. Sends nothing. */
  hasRoom(): Promise<boolean>
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
  /** One page of a query, from a cursor on: for a caller that does not need, or must not wait for, all of it. */
  queryPage(dataSourceId: string, query: NotionJson, cursor: string | null): Promise<QueryPage>
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

/** Notion behind its API. The SDK is loaded at the first call. */
export function notionClient(options: NotionOptions & Pick<Notion, 'hasRoom'>): Notion {
  const send = notionSender(options)
  const redact = redactor([options.token])
  return {
    service: 'notion',
    credential: sha256(`${options.baseUrl}\n${options.token}`).slice(0, 16),
    hasRoom: options.hasRoom,
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
      const blocks = await readWhole(send, { method: 'get', path, repeatable: true })
      return blocks.results.flatMap(block => readChildDatabase(block) ?? [])
    },
    query: async (dataSourceId, query) => {
      const path = `data_sources/${dataSourceId}/query`
      const list = await readWhole(send, { method: 'post', path, body: query, repeatable: true })
      return { pages: list.results.map(page => usable(readPage(page), path)), complete: list.complete }
    },
    queryPage: async (dataSourceId, query, cursor) => {
      const path = `data_sources/${dataSourceId}/query`
      const list = await readListPage(send, { method: 'post', path, body: query, repeatable: true }, cursor)
      return {
        pages: list.results.map(page => usable(readPage(page), path)),
        nextCursor: list.nextCursor,
        complete: !list.incomplete,
      }
    },
    page: id => ask(send, readPage, { method: 'get', path: `pages/${id}`, repeatable: true }),
    propertyItems: async (pageId, propertyId) => {
      const path = `pages/${pageId}/properties/${propertyId}`
      return (await readWhole(send, { method: 'get', path, repeatable: true })).results
    },
    createPage: (dataSourceId, properties) => {
      const body = { parent: { type: 'data_source_id', data_source_id: dataSourceId }, properties }
      return ask(send, readPage, { method: 'post', path: 'pages', body, repeatable: false })
    },
    changePage: (id, properties, repeatable = true) =>
      ask(send, readPage, { method: 'patch', path: `pages/${id}`, body: { properties }, repeatable }),
    blocks: (parentId, descend) => readTree(send, parentId, descend),
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
