/** POST /__sandbox/notion/rows: rows as a person adds them, many at once for tests of long queries. */
import { integerOf, stringOf, type JsonObject } from '../../lib/json.ts'
import { childrenAt, type NewBlock } from '../blocks/read.ts'
import { invalid } from '../errors.ts'
import type { Source } from '../model.ts'
import { createPage } from '../pages/write.ts'
import { plainOf } from '../rich-text.ts'
import { objectAt, readId, textAt } from '../shape.ts'
import { liveSources, type Workspace } from '../workspace.ts'
import type { Act } from '../writes.ts'
import { fromPlain, piecesOf } from './plain.ts'

const KEYS = ['data_source', 'values', 'count', 'body', 'created_time']
const MOST = 50_000

/**
 * `{data_source, values, count?, body?, created_time?}` → `{ids}`. `data_source` is an id or a title, `values` are plain
 * by property name, `body` is text whose lines become paragraphs, `{n}` in a text is the row's number from 1.
 */
export function addRows(workspace: Workspace, act: Act, given: JsonObject): JsonObject {
  objectAt(given, 'body', KEYS)
  const source = sourceNamed(workspace, textAt(given['data_source'], 'body.data_source'))
  const count = given['count'] === undefined ? 1 : (integerOf(given, 'count') ?? 0)
  if (count < 1 || count > MOST) throw invalid(`body.count should be 1 to ${String(MOST)}.`)
  const values = objectAt(given['values'] ?? {}, 'body.values')
  const by = { ...act, nowMs: createdAt(given) ?? act.nowMs }
  const children = paragraphs(stringOf(given, 'body') ?? '')
  const ids = Array.from({ length: count }, (_, index) =>
    addRow(workspace, by, source, numbered(values, index + 1), children),
  )
  return { ids }
}

/** By the id of the data source, the id of its database, or its title. */
function sourceNamed(workspace: Workspace, name: string): Source {
  const id = readId(name)
  const source =
    id === undefined
      ? liveSources(workspace).find(({ title }) => plainOf(title) === name)
      : (workspace.sources.find(id) ?? workspace.sources.in(id)[0])
  if (source === undefined) throw invalid(`There is no data source "${name}".`)
  return source
}

/** One row from plain values. */
export function addRow(
  workspace: Workspace,
  act: Act,
  source: Source,
  values: JsonObject,
  children: readonly NewBlock[],
): string {
  const properties = fromPlain(workspace, source.properties, values)
  const parent = { parentType: 'data_source_id', parentId: source.id } as const
  return createPage(workspace, act, { ...parent, properties, children }).id
}

/** Each line as a paragraph. */
export function paragraphs(text: string): readonly NewBlock[] {
  if (text.trim() === '') return []
  const blocks = text.split(/\r?\n/).map(line => ({ paragraph: { rich_text: piecesOf(line) } }))
  return childrenAt(blocks, 'body.body', () => 'Untitled')
}

function numbered(values: JsonObject, number: number): JsonObject {
  const entries = Object.entries(values).map(([key, value]): readonly [string, unknown] => [
    key,
    typeof value === 'string' ? value.replaceAll('{n}', String(number)) : value,
  ])
  return Object.fromEntries(entries)
}

function createdAt(given: JsonObject): number | undefined {
  const text = stringOf(given, 'created_time')
  if (text === undefined) return undefined
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw invalid('body.created_time should be a valid ISO 8601 date string.')
  return ms
}
