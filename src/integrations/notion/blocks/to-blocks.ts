import {
  LEVEL_COLORS,
  type Block,
  type CodeBlock,
  type ParagraphBlock,
  type RichText,
  type TableBlock,
} from './blocks.ts'
import { captionOf, languageOf } from './code-language.ts'
import {
  plainSpans,
  type CodeNode,
  type DocNode,
  type HeadingNode,
  type Span,
  type TableNode,
} from '../../../domain/markdown/document.ts'
import { readMarkdown } from '../../../domain/markdown/read.ts'
import { notionForm, toParagraph } from './normal-form.ts'
import { CONTINUED, richTextOf, richTextsOf } from './rich-text.ts'

/**
 * A Markdown text as Notion blocks, each within Notion's limits but for the number of children and the depth,
 * which `planAppends` takes care of. Never throws and never drops text: what is not understood stands there as it
 * was written. `blocksToMarkdown` gives back its normal form (`normaliseMarkdown`), byte for byte; a text in normal form comes back as
 * it was.
 */
export function markdownToBlocks(markdown: string): Block[] {
  return blocksOf(notionForm(readMarkdown(markdown)))
}

function blocksOf(nodes: readonly DocNode[]): Block[] {
  return nodes.flatMap(nodeBlocks)
}

function nodeBlocks(node: DocNode): Block[] {
  switch (node.kind) {
    case 'numeral':
      return nodeBlocks(toParagraph(node))
    case 'heading':
      return headingBlocks(node)
    case 'code':
      return codeBlocks(node)
    case 'table':
      return [tableBlock(node)]
    case 'rule':
      return [{ type: 'divider', divider: {} }]
    case 'paragraph':
      return [{ type: 'paragraph', paragraph: textBody(node.spans, node.children) }]
    case 'bullet':
      return [{ type: 'bulleted_list_item', bulleted_list_item: textBody(node.spans, node.children) }]
    case 'number':
      return [{ type: 'numbered_list_item', numbered_list_item: textBody(node.spans, node.children) }]
    case 'quote':
      return [{ type: 'quote', quote: textBody(node.spans, node.children) }]
    case 'task':
      return [{ type: 'to_do', to_do: { ...textBody(node.spans, node.children), checked: node.checked } }]
  }
}

/** Text that needs more than one block goes on in paragraphs that are the first children. */
function textBody(
  spans: readonly Span[],
  nodes: readonly DocNode[],
): { rich_text: RichText[]; children?: Block[] } {
  const [first, ...rest] = richTextsOf(spans)
  const children = [...rest.map(paragraph), ...blocksOf(nodes)]
  return children.length === 0 ? { rich_text: first } : { rich_text: first, children }
}

function paragraph(richText: readonly RichText[]): ParagraphBlock {
  return { type: 'paragraph', paragraph: { rich_text: richText } }
}

/** Headings have no children; a long one goes on in the paragraphs that follow it. */
function headingBlocks({ level, spans }: HeadingNode): Block[] {
  const [first, ...rest] = richTextsOf(spans)
  return [headingBlock(level, first), ...rest.map(paragraph)]
}

function headingBlock(level: HeadingNode['level'], richText: readonly RichText[]): Block {
  switch (level) {
    case 1:
      return { type: 'heading_1', heading_1: { rich_text: richText } }
    case 2:
      return { type: 'heading_2', heading_2: { rich_text: richText } }
    case 3:
      return { type: 'heading_3', heading_3: { rich_text: richText } }
    case 4:
    case 5:
    case 6:
      return { type: 'heading_3', heading_3: { rich_text: richText, color: LEVEL_COLORS[level] } }
  }
}

/** Long code goes on in further blocks of code; that there is more stands in the caption, not in the code. */
function codeBlocks({ info, text }: CodeNode): CodeBlock[] {
  const groups = richTextsOf(plainSpans(text))
  return groups.map((group, index) => {
    const isLast = index === groups.length - 1
    return codeBlock(info, isLast ? group : group.slice(0, -1), isLast)
  })
}

function codeBlock(info: string, richText: readonly RichText[], isLast: boolean): CodeBlock {
  const caption = [...richTextOf(plainSpans(captionOf(info))), ...(isLast ? [] : [CONTINUED])]
  const code = { rich_text: richText, language: languageOf(info) }
  return { type: 'code', code: caption.length === 0 ? code : { ...code, caption } }
}

function tableBlock({ rows }: TableNode): TableBlock {
  return {
    type: 'table',
    table: {
      table_width: rows[0]?.length ?? 1,
      has_column_header: true,
      has_row_header: false,
      children: rows.map(row => ({ type: 'table_row', table_row: { cells: row.map(richTextOf) } })),
    },
  }
}
