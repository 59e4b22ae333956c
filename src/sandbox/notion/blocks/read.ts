/** Reading blocks from requests: their types, what each may carry, and the limits. */
import type { JsonObject } from '../../lib/json.ts'
import { invalid, notInSandbox } from '../errors.ts'
import { API_COLORS, richTextAt, type TitleOf } from '../rich-text.ts'
import { choiceAt, flagAt, listAt, numberAt, objectAt, wrong, wrongChoice } from '../shape.ts'

/** A block that was asked for, with those below it. */
export interface NewBlock {
  readonly type: string
  readonly content: JsonObject
  readonly children: readonly NewBlock[]
}

interface BlockType {
  /** What a request may carry under the type, by name; {@link FIELDS} reads it. */
  readonly fields: readonly string[]
  /** May have blocks below it. */
  readonly children?: true
  /** What answers carry besides; the stand-in does not let it be changed. */
  readonly fixed?: JsonObject
}

const TEXT = { fields: ['rich_text', 'color'], children: true } as const
const HEADING = { fields: ['rich_text', 'color'], fixed: { is_toggleable: false } } as const

/** The types the stand-in keeps and callers may make. */
const BLOCK_TYPES: Readonly<Record<string, BlockType>> = {
  code: { fields: ['rich_text', 'caption', 'language'] },
  divider: { fields: [] },
  table_row: { fields: ['cells'] },
  table: { fields: ['table_width', 'has_column_header', 'has_row_header'], children: true },
  heading_1: HEADING,
  heading_2: HEADING,
  heading_3: HEADING,
  paragraph: { ...TEXT, fixed: { icon: null } },
  bulleted_list_item: TEXT,
  numbered_list_item: TEXT,
  quote: TEXT,
  to_do: { fields: ['rich_text', 'color', 'checked'], children: true },
  toggle: TEXT,
  callout: { ...TEXT, fixed: { icon: { type: 'emoji', emoji: '💡' } } },
}

/** Types Notion has and the stand-in refuses openly. */
const OTHER_TYPES =
  'embed|bookmark|equation|breadcrumb|table_of_contents|heading_4|image|video|pdf|file|audio|tab|link_to_page|column_list|column|template|synced_block'.split(
    '|',
  )
const OTHER_FIELDS = ['icon', 'is_toggleable']

/** The languages of code blocks, as Notion spells them. */
const LANGUAGES =
  'abap|abc|agda|arduino|ascii art|assembly|bash|basic|bnf|c|c#|c++|clojure|coffeescript|coq|css|dart|dhall|diff|docker|ebnf|elixir|elm|erlang|f#|flow|fortran|gherkin|glsl|go|graphql|groovy|haskell|hcl|html|idris|java|javascript|json|julia|kotlin|latex|less|lisp|livescript|llvm ir|lua|makefile|markdown|markup|matlab|mathematica|mermaid|nix|notion formula|objective-c|ocaml|pascal|perl|php|plain text|powershell|prolog|protobuf|purescript|python|r|racket|reason|ruby|rust|sass|scala|scheme|scss|shell|smalltalk|solidity|sql|swift|toml|typescript|vb.net|verilog|vhdl|visual basic|webassembly|xml|yaml|java/c/c++/c#'.split(
    '|',
  )

type ReadField = (value: unknown, path: string, titleOf: TitleOf) => unknown

const flag: ReadField = (value, path) => flagAt(value, path, false)

const FIELDS: Readonly<Record<string, ReadField>> = {
  rich_text: richTextAt,
  caption: (value, path, titleOf) => (value === undefined ? [] : richTextAt(value, path, titleOf)),
  color: (value, path) => (value === undefined ? 'default' : choiceAt(value, path, API_COLORS)),
  checked: flag,
  language: (value, path) => choiceAt(value, path, LANGUAGES),
  cells: (value, path, titleOf) =>
    listAt(value, path).map((cell, index) => richTextAt(cell, `${path}[${String(index)}]`, titleOf)),
  table_width: (value, path) => {
    const width = numberAt(value, path)
    if (width < 1 || !Number.isInteger(width)) throw wrong(path, '≥ `1`', value)
    return width
  },
  has_column_header: flag,
  has_row_header: flag,
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
  const names = [...Object.keys(BLOCK_TYPES), ...OTHER_TYPES]
  const type = names.find(name => given[name] !== undefined) ?? ''
  const traits = BLOCK_TYPES[type]
  if (OTHER_TYPES.includes(type)) throw notInSandbox(`keep ${type} blocks`)
  if (traits === undefined) throw wrongChoice(path, names, given)
  objectAt(given, path, ['object', 'type', type])
  if (given['type'] !== undefined) choiceAt(given['type'], `${path}.type`, [type])
  const at = `${path}.${type}`
  const part = objectAt(given[type], at, ['children', ...traits.fields], OTHER_FIELDS)
  const fields = traits.fields.map((name): readonly [string, unknown] => [
    name,
    FIELDS[name]?.(part[name], `${at}.${name}`, titleOf),
  ])
  const content: JsonObject = { ...traits.fixed, ...Object.fromEntries(fields) }
  const children = childBlocks(type, part, at, titleOf, depth)
  if (type === 'table') {
    if (children.length === 0) throw invalid('A table must have at least one row.')
    refuseForeignRows(content, children)
  }
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
  if (!takesChildren(type) || depth === DEEPEST) throw wrong(`${path}.children`, 'not present', given)
  return listOfBlocks(given, `${path}.children`, titleOf, depth + 1)
}

/** True for a type of blocks that may have blocks below them. */
export function takesChildren(type: string): boolean {
  return BLOCK_TYPES[type]?.children === true
}

/** Throws for anything but rows of the width of the table. */
export function refuseForeignRows(table: JsonObject, rows: readonly NewBlock[]): void {
  for (const { type, content } of rows) {
    if (type !== 'table_row') throw invalid('Children of a table must be table_row blocks.')
    const cells = content['cells']
    if (!Array.isArray(cells) || cells.length !== table['table_width'])
      throw invalid('Number of cells in table row must match the table width of the parent table')
  }
}
