import { sha256 } from '../../../kernel/digest.ts'
import { redactor } from '../../../kernel/redaction.ts'
import { ask, usable, readTree, readListPage, readWhole } from './lists.ts'
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
  type NotionJson,
  type NotionPage,
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
 * Notion behind its API. The SDK is loaded at the first call. Lists are read to their end, within bounds: one whose
 * pages repeat or never end is refused like any answer that cannot be used. Every method may throw `ServiceFailure`.
 */
export function notionClient(options: NotionOptions & { readonly hasRoom: () => Promise<boolean> }) {
  const send = notionSender(options)
  const redact = redactor([options.token])
  const get = async <T>(path: string, read: (json: unknown) => T | null): Promise<T> =>
    ask(send, read, { method: 'get', path, repeatable: true })
  return {
    service: 'notion',
    credential: sha256(`${options.baseUrl}\n${options.token}`).slice(0, 16),
    /** Whether a request could be sent at once, because the shared rate limit has room. Sends nothing. */
    hasRoom: options.hasRoom,
    me: async () => {
      const me = await get('users/me', readMe)
      // Shown and kept as words of ours; a proxy may put there whatever it was sent.
      return { workspaceId: redact(me.workspaceId), workspaceName: redact(me.workspaceName) }
    },
    database: async (id: string) => get(`databases/${id}`, readDatabase),
    dataSource: async (id: string) => get(`data_sources/${id}`, readSource),
    properties: async (dataSourceId: string) => get(`data_sources/${dataSourceId}`, readProperties),
    createDatabase: async (parentPageId: string, title: string, properties: NotionJson) => {
      const body = {
        parent: { type: 'page_id', page_id: parentPageId },
        title: [{ type: 'text', text: { content: title } }],
        initial_data_source: { properties },
      }
      const request = { method: 'post', path: 'databases', body, repeatable: false } as const
      const made = await ask(send, readDatabase, request)
      return { databaseId: made.id, dataSourceId: made.dataSources[0]?.id ?? '' }
    },
    changeProperties: async (dataSourceId: string, properties: NotionJson): Promise<void> => {
      const path = `data_sources/${dataSourceId}`
      await send({ method: 'patch', path, body: { properties }, repeatable: true })
    },
    /** Child databases of a page, by title. */
    childDatabases: async (pageId: string) => {
      const path = `blocks/${pageId}/children`
      const blocks = await readWhole(send, { method: 'get', path, repeatable: true })
      return blocks.results.flatMap(block => readChildDatabase(block) ?? [])
    },
    /** `complete` is false where Notion stopped at its 10,000 rows. */
    query: async (dataSourceId: string, query: NotionJson) => {
      const path = `data_sources/${dataSourceId}/query`
      const list = await readWhole(send, { method: 'post', path, body: query, repeatable: true })
      return { pages: list.results.map(page => usable(readPage(page), path)), complete: list.complete }
    },
    /** One page of a query, from a cursor on: for a caller that does not need, or must not wait for, all of it. */
    queryPage: async (dataSourceId: string, query: NotionJson, cursor: string | null): Promise<QueryPage> => {
      const path = `data_sources/${dataSourceId}/query`
      const list = await readListPage(send, { method: 'post', path, body: query, repeatable: true }, cursor)
      return {
        pages: list.results.map(page => usable(readPage(page), path)),
        nextCursor: list.nextCursor,
        complete: !list.incomplete,
      }
    },
    page: async (id: string) => get(`pages/${id}`, readPage),
    /** A property's whole value as a list of items; page objects cut long ones off. */
    propertyItems: async (pageId: string, propertyId: string) => {
      const path = `pages/${pageId}/properties/${propertyId}`
      return (await readWhole(send, { method: 'get', path, repeatable: true })).results
    },
    createPage: async (dataSourceId: string, properties: NotionJson) => {
      const body = { parent: { type: 'data_source_id', data_source_id: dataSourceId }, properties }
      return ask(send, readPage, { method: 'post', path: 'pages', body, repeatable: false })
    },
    /** Where `repeatable` is false, a try that got no answer is left to the caller to look after, not repeated. */
    changePage: async (id: string, properties: NotionJson, repeatable = true) =>
      ask(send, readPage, { method: 'patch', path: `pages/${id}`, body: { properties }, repeatable }),
    /** The blocks below a block or page. `descend` says into which ones to go. */
    blocks: async (parentId: string, descend: (block: NotionJson) => boolean) =>
      readTree(send, parentId, descend),
    /** Puts a block and all below it in the trash. */
    remove: async (blockId: string): Promise<void> => {
      await send({ method: 'delete', path: `blocks/${blockId}`, repeatable: true })
    },
    /** Appends blocks at the end; returns the ids of those at the top. Not repeatable. */
    append: async (parentId: string, children: readonly NotionJson[]) => {
      const path = `blocks/${parentId}/children`
      const request = { method: 'patch', path, body: { children }, repeatable: false } as const
      const answer = await ask(send, readList, request)
      return answer.results.map(block => usable(readBlock(block), path).id)
    },
  }
}

/** What is asked of Notion. */
export type Notion = ReturnType<typeof notionClient>
