/** Reading blocks from requests. */
import { objectOf, type JsonObject } from '../../lib/json.ts'
import { invalid, notInSandbox } from '../errors.ts'
import type { TitleOf } from '../rich-text.ts'
import { choiceAt, listAt, objectAt, wrong, wrongChoice } from '../shape.ts'
import { contentAt } from './content.ts'
import { BLOCK_NAMES, BLOCKS_UNKNOWN_HERE, blockType } from './types.ts'

/** A block that was asked for, with those below it. */
export interface NewBlock {
  readonly type: string
  readonly content: JsonObject
  readonly children: readonly NewBlock[]
}

/** How many levels of children a request may hold below its own list. */
const DEEPEST = 2
const MOST_BLOCKS = 1000

/** Reads `children`: at most 100 a list, two levels below it, 1,000 in all. */
export function childrenAt(value: unknown, path: string, titleOf: TitleOf): readonly NewBlock[] {
  const blocks = listOfBlocks(value, path, titleOf, 0)
  const total = countOf(blocks)
  if (total > MOST_BLOCKS) {
    throw invalid(
      `body failed validation: the total number of blocks should be ≤ \`${String(MOST_BLOCKS)}\`, instead was \`${String(total)}\`.`,
    )
  }
  return blocks
}

function countOf(blocks: readonly NewBlock[]): number {
  return blocks.reduce((sum, block) => sum + 1 + countOf(block.children), 0)
}

function listOfBlocks(value: unknown, path: string, titleOf: TitleOf, depth: number): readonly NewBlock[] {
  return listAt(value, path).map((item, index) => blockAt(item, `${path}[${String(index)}]`, titleOf, depth))
}

function blockAt(value: unknown, path: string, titleOf: TitleOf, depth: number): NewBlock {
  const given = objectAt(value, path)
  const type = BLOCK_NAMES.find(name => given[name] !== undefined)
  if (type === undefined) throw wrongChoice(path, BLOCK_NAMES, given)
  if (BLOCKS_UNKNOWN_HERE.includes(type)) throw notInSandbox(`keep ${type} blocks`)
  objectAt(given, path, ['object', 'type', type])
  if (given['type'] !== undefined) choiceAt(given['type'], `${path}.type`, [type])
  const part = objectAt(given[type], `${path}.${type}`)
  const content = contentAt(type, part, `${path}.${type}`, titleOf)
  const children = childBlocks(type, part, `${path}.${type}`, titleOf, depth)
  if (type === 'table') checkTable(content, children)
  return { type, content, children }
}

function childBlocks(
  type: string,
  part: JsonObject,
  path: string,
  titleOf: TitleOf,
  depth: number,
): readonly NewBlock[] {
  const given = part['children']
  if (type === 'table' && given === undefined) throw wrong(`${path}.children`, 'defined', given)
  if (given === undefined) return []
  if (blockType(type)?.children !== true || depth === DEEPEST)
    throw wrong(`${path}.children`, 'not present', given)
  return listOfBlocks(given, `${path}.children`, titleOf, depth + 1)
}

function checkTable(content: JsonObject, rows: readonly NewBlock[]): void {
  const width = content['table_width']
  if (rows.length === 0) throw invalid('A table must have at least one row.')
  for (const row of rows) {
    if (row.type !== 'table_row') throw invalid('Children of a table must be table_row blocks.')
    if (!fitsTable(row.content, width)) throw invalid(TABLE_WIDTH)
  }
}

/** The words for a row of another width than its table's. */
export const TABLE_WIDTH = 'Number of cells in table row must match the table width of the parent table'

/** True when a row has as many cells as its table is wide. */
export function fitsTable(row: JsonObject, width: unknown): boolean {
  return Array.isArray(row['cells']) && row['cells'].length === width
}

/** What stands under the type of an update, or undefined when it changes nothing but the trash. */
export function updatePart(body: JsonObject, type: string): JsonObject | undefined {
  const other = BLOCK_NAMES.find(name => name !== type && body[name] !== undefined)
  if (other !== undefined) throw wrong(`body.${type}`, 'defined', body[type])
  return body[type] === undefined ? undefined : objectOf(body, type)
}
