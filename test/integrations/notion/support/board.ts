/** The board as a person has it before them: rows are added and edited by hand, and read past all of the program's code. */
import { isObject, type JsonObject } from '../../../../src/sandbox/lib/json.ts'
import { SANDBOX_TOKEN } from '../../../../src/sandbox/notion/identity.ts'
import type { WriteRow } from '../../../../src/sandbox/notion/writes.ts'
import { isJsonObject, isObjectList, parsed } from '../../../sandbox/support/wire.ts'

/** Cells by column name: text, number, yes or no, the name of an option, the start of a date, ids of pages; null where empty. */
export type Cells = Readonly<Record<string, unknown>>

/** A row with its cells. */
export interface Row {
  readonly id: string
  readonly trashed: boolean
  readonly cells: Cells
}

/** A change by hand. */
export interface Edit {
  readonly values?: JsonObject
  readonly body?: string
  readonly in_trash?: boolean
}

/** A result in a page: the marked block, and all letters and digits below it. */
export interface Container {
  readonly id: string
  readonly title: string
  readonly letters: string
}

/** The person's side of a Notion stand-in. */
export interface Board {
  readonly url: string
  /** Adds rows to a database, the queue if none is named, and ticks them unless told otherwise. */
  add(
    values: JsonObject,
    more?: {
      readonly source?: string
      readonly body?: string
      readonly count?: number
      readonly created_time?: string
    },
  ): Promise<string>
  edit(pageId: string, edit: Edit): Promise<void>
  tick(pageId: string): Promise<void>
  row(pageId: string): Promise<Row>
  /** Rows of a database that are not in the trash, as they were made. */
  rows(title: string): Promise<Row[]>
  containers(pageId: string): Promise<Container[]>
  /** What the program wrote, in order; of one page when it is given. */
  writes(pageId?: string): Promise<WriteRow[]>
  arm(action: JsonObject, match?: JsonObject, times?: number): Promise<void>
  disarm(): Promise<void>
  /** A call of the API as another program makes it; throws where it is refused. */
  api(method: string, path: string, body?: unknown): Promise<JsonObject>
  /** The data source of a database by its title. */
  sourceId(title: string): Promise<string>
}

/** The board of the stand-in at an address. */
export function boardAt(url: string): Board {
  const hand = async (path: string, body: unknown): Promise<JsonObject> => call(url, 'POST', path, body)
  const api: Board['api'] = async (method, path, body) => call(url, method, `/v1/${path}`, body)
  const sourceId: Board['sourceId'] = async title => {
    const state = await call(url, 'GET', '/__sandbox/state')
    const sources = listIn(state, 'databases').flatMap(database => listIn(database, 'data_sources'))
    const source = sources.find(({ name }) => name === title)
    if (source === undefined) throw new Error(`there is no data source "${title}"`)
    return String(source['id'])
  }
  return {
    url,
    api,
    sourceId,
    add: async (values, more = {}) => {
      const { source = 'Automation Queue', ...rest } = more
      const ticked = source === 'Automation Queue' ? { Trigger: true, ...values } : values
      const made = await hand('/__sandbox/notion/rows', { data_source: source, values: ticked, ...rest })
      return String(Array.isArray(made['ids']) ? made['ids'][0] : '')
    },
    edit: async (pageId, edit) => void (await hand('/__sandbox/notion/edit', { page_id: pageId, ...edit })),
    tick: async pageId =>
      void (await hand('/__sandbox/notion/edit', { page_id: pageId, values: { Trigger: true } })),
    row: async pageId => rowOf(await api('GET', `pages/${pageId}`)),
    rows: async title => {
      const path = `data_sources/${await sourceId(title)}/query`
      const list = await api('POST', path, { sorts: [{ timestamp: 'created_time', direction: 'ascending' }] })
      return listIn(list, 'results').map(rowOf)
    },
    containers: async pageId => {
      const blocks = await childrenOf(api, pageId)
      const marked = blocks.filter(block => /⟦run_[0-9a-z]+⟧$/.test(textOfBlock(block)))
      return Promise.all(
        marked.map(async block => ({
          id: String(block['id']),
          title: textOfBlock(block),
          letters: lettersOf(await textBelow(api, String(block['id']))),
        })),
      )
    },
    writes: async pageId => {
      const query = pageId === undefined ? '' : `?page_id=${pageId}`
      const { writes } = await call(url, 'GET', `/__sandbox/writes${query}`)
      // Checked to be a list of objects; their shape is the sandbox's own type.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return (isObjectList(writes) ? writes : []).filter(({ by }) => by === 'api') as unknown as WriteRow[]
    },
    arm: async (action, match = {}, times = 1) =>
      void (await hand('/__sandbox/faults', { action, match, times })),
    disarm: async () => void (await hand('/__sandbox/faults/clear', {})),
  }
}

/** Letters and digits only: what a text says, however it is set. Signs of Markdown at the head of a line are not said. */
export function lettersOf(text: string): string {
  return text
    .replaceAll(/```\w*/g, '')
    .split('\n')
    .map(line => line.replace(/^\s*\d+[.)]\s/, ''))
    .join('')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}

async function call(url: string, method: string, path: string, body?: unknown): Promise<JsonObject> {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${SANDBOX_TOKEN}`, 'notion-version': '2025-09-03' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${text}`)
  return parsed(text, isJsonObject)
}

function listIn(object: JsonObject, name: string): readonly JsonObject[] {
  const list = object[name]
  return isObjectList(list) ? list : []
}

function rowOf(page: JsonObject): Row {
  const properties = isObject(page['properties']) ? page['properties'] : {}
  const cells: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(properties)) cells[name] = isObject(value) ? plain(value) : null
  return { id: String(page['id']), trashed: page['in_trash'] === true, cells }
}

function plain(value: JsonObject): unknown {
  const type = String(value['type'])
  const body = value[type]
  switch (type) {
    case 'title':
    case 'rich_text':
      return plainText(body) || null
    case 'select':
    case 'status':
      return isObject(body) ? body['name'] : null
    case 'date':
      return isObject(body) ? body['start'] : null
    case 'relation':
      return isObjectList(body) ? body.map(({ id }) => id) : []
    default:
      return body
  }
}

function plainText(pieces: unknown): string {
  return isObjectList(pieces) ? pieces.map(piece => String(piece['plain_text'])).join('') : ''
}

type Api = Board['api']

async function childrenOf(api: Api, parentId: string): Promise<JsonObject[]> {
  const found: JsonObject[] = []
  for (let cursor = ''; ;) {
    const page = await api('GET', `blocks/${parentId}/children?page_size=100${cursor}`)
    found.push(...listIn(page, 'results'))
    if (page['has_more'] !== true) return found
    cursor = `&start_cursor=${String(page['next_cursor'])}`
  }
}

function textOfBlock(block: JsonObject): string {
  const body = block[String(block['type'])]
  if (!isObject(body)) return ''
  const cells = Array.isArray(body['cells']) ? body['cells'].map(plainText).join('') : ''
  return plainText(body['rich_text']) + cells
}

async function textBelow(api: Api, parentId: string): Promise<string> {
  const parts: string[] = []
  for (const block of await childrenOf(api, parentId)) {
    parts.push(textOfBlock(block))
    if (block['has_children'] === true) parts.push(await textBelow(api, String(block['id'])))
  }
  return parts.join('')
}
