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

/** A paragraph. Notion shows its children indented. */
export interface ParagraphBlock {
  readonly type: 'paragraph'
  readonly paragraph: TextBody
}

/** A heading of the first level. */
export interface Heading1Block {
  readonly type: 'heading_1'
  readonly heading_1: HeadingBody
}

/** A heading of the second level. */
export interface Heading2Block {
  readonly type: 'heading_2'
  readonly heading_2: HeadingBody
}

/** A heading of the third level or, by its colour, of a lower one: grey 4, brown 5, purple 6. */
export interface Heading3Block {
  readonly type: 'heading_3'
  readonly heading_3: HeadingBody
}

/** An item of a list with bullets. */
export interface BulletBlock {
  readonly type: 'bulleted_list_item'
  readonly bulleted_list_item: TextBody
}

/** An item of a numbered list; Notion counts neighbours from 1. */
export interface NumberBlock {
  readonly type: 'numbered_list_item'
  readonly numbered_list_item: TextBody
}

/** An item with a box. */
export interface ToDoBlock {
  readonly type: 'to_do'
  readonly to_do: TextBody & { readonly checked: boolean }
}

/** A quote. */
export interface QuoteBlock {
  readonly type: 'quote'
  readonly quote: TextBody
}

/** Code. The caption carries what Markdown says behind the fence where `language` cannot. */
export interface CodeBlock {
  readonly type: 'code'
  readonly code: {
    readonly rich_text: readonly RichText[]
    readonly language: string
    readonly caption?: readonly RichText[]
  }
}

/** A horizontal rule. */
export interface DividerBlock {
  readonly type: 'divider'
  readonly divider: Readonly<Record<string, never>>
}

/** A table with its rows, one at least. */
export interface TableBlock {
  readonly type: 'table'
  readonly table: {
    readonly table_width: number
    readonly has_column_header: boolean
    readonly has_row_header: boolean
    readonly children: readonly TableRowBlock[]
  }
}

/** A row of a table: rich text for each cell. */
export interface TableRowBlock {
  readonly type: 'table_row'
  readonly table_row: { readonly cells: readonly (readonly RichText[])[] }
}

/** A block that folds its children away: the container of a run's result. */
export interface ToggleBlock {
  readonly type: 'toggle'
  readonly toggle: TextBody
}

/** Every block that EchoPilot writes, as the JSON that is sent. */
export type Block =
  | ParagraphBlock
  | Heading1Block
  | Heading2Block
  | Heading3Block
  | BulletBlock
  | NumberBlock
  | ToDoBlock
  | QuoteBlock
  | CodeBlock
  | DividerBlock
  | TableBlock
  | TableRowBlock
  | ToggleBlock

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
export function containerBlock(runId: string, title: string): ToggleBlock {
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
