import { shorten } from '../../../domain/cut-text.ts'

/** Notion's limits that shape blocks (developers.notion.com/reference/request-limits). */
export const NOTION_LIMITS = {
  /** UTF-16 units in one piece of rich text. */
  textUnits: 2000,
  /** Pieces in one array of rich text. */
  pieces: 100,
  /** Blocks in one array of children. */
  children: 100,
  /** Blocks in one request, at all levels. */
  blocks: 1000,
  /** Levels of blocks in one request: those appended, and two levels below them. */
  levels: 3,
} as const

/** Colours that this module gives a meaning; people may use them and all others. */
export type BlockColor = 'default' | 'gray' | 'brown' | 'purple'

/** The colours that tell the levels of headings apart which Notion has no block for. */
export const LEVEL_COLORS = { 4: 'gray', 5: 'brown', 6: 'purple' } as const satisfies Record<
  4 | 5 | 6,
  BlockColor
>

/** Style of a piece of rich text; what is left out is off. */
export interface Annotations {
  readonly bold?: true
  readonly italic?: true
  readonly strikethrough?: true
  readonly code?: true
  readonly color?: BlockColor
}

/** A piece of rich text as it is sent. */
export interface RichText {
  readonly type: 'text'
  readonly text: { readonly content: string; readonly link?: { readonly url: string } }
  readonly annotations?: Annotations
}

interface TextBody {
  readonly rich_text: readonly RichText[]
  readonly children?: readonly Block[]
}

interface HeadingBody {
  readonly rich_text: readonly RichText[]
  readonly color?: BlockColor
}

/** A block as it is sent: its content stands under the name of its type. */
type Typed<Type extends string, Body> = { readonly type: Type } & { readonly [key in Type]: Body }

/** The types of blocks that hold a text and blocks below it. A toggle is the container of a run's result. */
type TextType = 'paragraph' | 'bulleted_list_item' | 'numbered_list_item' | 'quote' | 'toggle'

/** A paragraph. Notion shows its children indented. */
export type ParagraphBlock = Typed<'paragraph', TextBody>

/** Code. The caption carries what Markdown says behind the fence where `language` cannot. */
export type CodeBlock = Typed<
  'code',
  {
    readonly rich_text: readonly RichText[]
    readonly language: string
    readonly caption?: readonly RichText[]
  }
>

/** A table with its rows, one at least. */
export type TableBlock = Typed<
  'table',
  {
    readonly table_width: number
    readonly has_column_header: boolean
    readonly has_row_header: boolean
    readonly children: readonly TableRowBlock[]
  }
>

/** A row of a table: rich text for each cell. */
type TableRowBlock = Typed<'table_row', { readonly cells: readonly (readonly RichText[])[] }>

/** A block that holds a text and blocks below it. */
type TextBlock = { [Type in TextType]: Typed<Type, TextBody> }[TextType]

/**
 * Every block that EchoPilot writes, as the JSON that is sent. A `heading_3` is, by its colour, also of a lower
 * level: grey 4, brown 5, purple 6. Notion counts neighbouring items of a numbered list from 1.
 */
export type Block =
  | TextBlock
  | Typed<'to_do', TextBody & { readonly checked: boolean }>
  | Typed<'heading_1', HeadingBody>
  | Typed<'heading_2', HeadingBody>
  | Typed<'heading_3', HeadingBody>
  | CodeBlock
  | Typed<'divider', Readonly<Record<string, never>>>
  | TableBlock
  | TableRowBlock

/**
 * A block as Notion sends it, of any type, with `children` filled in by whoever listed them. What it holds is
 * read with care: nothing but `type` is taken for granted.
 */
export interface FoundBlock {
  readonly type: string
  readonly id?: string
  readonly children?: readonly FoundBlock[]
  readonly [key: string]: unknown
}

/** Longer titles of containers are cut. */
const MAX_TITLE = 1900

/**
 * The one block of a page that holds a run's result as its children. Its text ends in the mark `⟦run_…⟧`, by which
 * it is known even when the block's stored id is lost: such blocks are never brief.
 */
export function containerBlock(runId: string, title: string): Typed<'toggle', TextBody> {
  const text = shorten(title.replaceAll('\n', ' ').toWellFormed(), MAX_TITLE, '…')
  return {
    type: 'toggle',
    toggle: {
      rich_text: [
        { type: 'text', text: { content: `${text} ` } },
        { type: 'text', text: { content: `⟦${runId}⟧` }, annotations: { color: 'gray' } },
      ],
    },
  }
}

/** The blocks below one of our own. */
export function childrenOfOurs(block: Block): readonly Block[] {
  return block.type === 'table' ? block.table.children : (textBodyOf(block)?.children ?? [])
}

/** The same block with other blocks below it; a block that can have none stays as it is. */
export function withChildren(block: Block, children: readonly Block[]): Block {
  if (block.type === 'table') {
    return { ...block, table: { ...block.table, children: children.filter(isRow) } }
  }
  const body = textBodyOf(block)
  if (body === null) return block
  const { children: _, ...rest } = body
  return { ...block, [block.type]: children.length === 0 ? rest : { ...rest, children } }
}

function textBodyOf(block: Block): TextBody | null {
  switch (block.type) {
    case 'paragraph':
      return block.paragraph
    case 'bulleted_list_item':
      return block.bulleted_list_item
    case 'numbered_list_item':
      return block.numbered_list_item
    case 'to_do':
      return block.to_do
    case 'quote':
      return block.quote
    case 'toggle':
      return block.toggle
    case 'heading_1':
    case 'heading_2':
    case 'heading_3':
    case 'code':
    case 'divider':
    case 'table':
    case 'table_row':
      return null
  }
}

function isRow(block: Block): block is TableRowBlock {
  return block.type === 'table_row'
}
