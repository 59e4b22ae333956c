/** Reading blocks from requests. */
import { objectOf, type JsonObject } from '../../lib/json.ts'
import { iconAt } from '../appearance.ts'
import { invalid, notInSandbox } from '../errors.ts'
import { API_COLORS, richTextAt, type TitleOf } from '../rich-text.ts'
import { choiceAt, flagAt, listAt, numberAt, objectAt, textAt, wrong, wrongChoice } from '../shape.ts'
import { BLOCK_NAMES, BLOCKS_UNKNOWN_HERE, blockType, LANGUAGES, type BlockType } from './types.ts'

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

/** Reads what stands under a block's type. `old` fills what an update leaves out. */
export function contentAt(
  type: string,
  part: JsonObject,
  path: string,
  titleOf: TitleOf,
  old?: JsonObject,
): JsonObject {
  const traits = blockType(type) ?? {}
  objectAt(part, path, keysOf(type, traits))
  return {
    ...(traits.text === true ? { rich_text: textOf(part, path, titleOf, old) } : {}),
    ...(traits.icon === true ? { icon: iconOf(type, part, path, old) } : {}),
    ...(traits.color === true ? { color: colorOf(part, path, old) } : {}),
    ...(traits.checked === true
      ? { checked: flagAt(part['checked'], `${path}.checked`, old?.['checked'] === true) }
      : {}),
    ...(traits.toggleable === true
      ? {
          is_toggleable: flagAt(
            part['is_toggleable'],
            `${path}.is_toggleable`,
            old?.['is_toggleable'] === true,
          ),
        }
      : {}),
    ...(traits.url === true ? { url: urlOf(part, path, old) } : {}),
    ...(traits.caption === true ? { caption: captionOf(part, path, titleOf, old) } : {}),
    ...specialContent(type, part, path, titleOf, old),
  }
}

function keysOf(type: string, traits: BlockType): readonly string[] {
  const special: Readonly<Record<string, readonly string[]>> = {
    code: ['language'],
    equation: ['expression'],
    table: ['table_width', 'has_column_header', 'has_row_header'],
    table_row: ['cells'],
  }
  return [
    'children',
    ...(traits.text === true ? ['rich_text'] : []),
    ...(traits.icon === true ? ['icon'] : []),
    ...(traits.color === true ? ['color'] : []),
    ...(traits.checked === true ? ['checked'] : []),
    ...(traits.toggleable === true ? ['is_toggleable'] : []),
    ...(traits.url === true ? ['url'] : []),
    ...(traits.caption === true ? ['caption'] : []),
    ...(special[type] ?? []),
  ]
}

function textOf(part: JsonObject, path: string, titleOf: TitleOf, old: JsonObject | undefined): unknown {
  if (part['rich_text'] === undefined && old !== undefined) return old['rich_text']
  return richTextAt(part['rich_text'], `${path}.rich_text`, titleOf)
}

function captionOf(part: JsonObject, path: string, titleOf: TitleOf, old: JsonObject | undefined): unknown {
  if (part['caption'] === undefined) return old?.['caption'] ?? []
  return richTextAt(part['caption'], `${path}.caption`, titleOf)
}

function colorOf(part: JsonObject, path: string, old: JsonObject | undefined): unknown {
  if (part['color'] === undefined) return old?.['color'] ?? 'default'
  return choiceAt(part['color'], `${path}.color`, API_COLORS)
}

function iconOf(type: string, part: JsonObject, path: string, old: JsonObject | undefined): unknown {
  if (part['icon'] !== undefined) return iconAt(part['icon'], `${path}.icon`)
  if (old !== undefined) return old['icon'] ?? null
  // A callout without an icon gets Notion's light bulb.
  return type === 'callout' ? { type: 'emoji', emoji: '💡' } : null
}

function urlOf(part: JsonObject, path: string, old: JsonObject | undefined): unknown {
  if (part['url'] === undefined && old !== undefined) return old['url']
  return textAt(part['url'], `${path}.url`)
}

function specialContent(
  type: string,
  part: JsonObject,
  path: string,
  titleOf: TitleOf,
  old: JsonObject | undefined,
): JsonObject {
  switch (type) {
    case 'code':
      if (part['language'] === undefined && old !== undefined) return { language: old['language'] }
      return { language: choiceAt(part['language'], `${path}.language`, LANGUAGES) }
    case 'equation':
      return { expression: textAt(part['expression'], `${path}.expression`, 1000) }
    case 'table_row':
      return { cells: cellsAt(part['cells'], `${path}.cells`, titleOf) }
    case 'table':
      return tableContent(part, path, old)
    default:
      return {}
  }
}

function tableContent(part: JsonObject, path: string, old: JsonObject | undefined): JsonObject {
  const width = old === undefined ? numberAt(part['table_width'], `${path}.table_width`) : old['table_width']
  if (typeof width !== 'number' || width < 1 || !Number.isInteger(width)) {
    throw wrong(`${path}.table_width`, '≥ `1`', part['table_width'])
  }
  const header = (name: string): boolean => flagAt(part[name], `${path}.${name}`, old?.[name] === true)
  return {
    table_width: width,
    has_column_header: header('has_column_header'),
    has_row_header: header('has_row_header'),
  }
}

function cellsAt(value: unknown, path: string, titleOf: TitleOf): readonly unknown[] {
  return listAt(value, path).map((cell, index) => richTextAt(cell, `${path}[${String(index)}]`, titleOf))
}

/** What stands under the type of an update, or undefined when it changes nothing but the trash. */
export function updatePart(body: JsonObject, type: string): JsonObject | undefined {
  const other = BLOCK_NAMES.find(name => name !== type && body[name] !== undefined)
  if (other !== undefined) throw wrong(`body.${type}`, 'defined', body[type])
  return body[type] === undefined ? undefined : objectOf(body, type)
}
