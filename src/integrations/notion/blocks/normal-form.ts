import { NOTION_LIMITS } from './blocks.ts'
import {
  isCounting,
  joinSpans,
  plainSpans,
  sameStyle,
  PLAIN,
  type DocNode,
  type NumeralNode,
  type TableNode,
} from '../../../domain/markdown/document.ts'
import { readMarkdown } from '../../../domain/markdown/read.ts'
import { linkify } from '../../../domain/markdown/urls.ts'
import { writeMarkdown } from '../../../domain/markdown/write.ts'
import { jsonBytes, richTextOf } from './rich-text.ts'

/** One row must fit into a request with room to spare: Notion cannot add to a row later. */
const MAX_ROW_BYTES = 300_000

/** Wider tables cannot be read in Notion. */
const MAX_COLUMNS = 100

/**
 * The normal form of a Markdown text in Notion: what is read back of it, byte for byte. Normalising twice changes
 * nothing more. Against the source it changes: what `writeMarkdown` writes in one way only; characters that are
 * replaced (`cleanText`); and what `notionForm` does. The text itself, code, links and the level of headings stay.
 */
export function normaliseMarkdown(markdown: string): string {
  return writeMarkdown(notionForm(readMarkdown(markdown)))
}

/**
 * A document as Notion can hold it: a table with a row that is too large is a paragraph with the table's text,
 * because a cell cannot go on in a further block as other texts can; numerals are settled (`settleNumerals`).
 */
export function notionForm(nodes: readonly DocNode[]): DocNode[] {
  return settleNumerals(nodes.map(withoutLargeTables))
}

/**
 * Notion keeps numerals as paragraphs that begin with their number, so all such paragraphs are numerals; but where
 * a row of them would be read as a list that counts, its first one stays a paragraph (its number is escaped when
 * written).
 */
export function settleNumerals(nodes: readonly DocNode[]): DocNode[] {
  const waiting = nodes
    .map(node => ('children' in node ? { ...node, children: settleNumerals(node.children) } : node))
    .map(toNumeral)
  const settled: DocNode[] = []
  for (let at = 0; at < waiting.length;) {
    const row = rowFrom(waiting, at)
    const paragraphs = settled.at(-1)?.kind === 'number' ? 0 : asParagraphs(row)
    for (const [index, node] of row.entries()) {
      settled.push(node.kind === 'numeral' && index < paragraphs ? toParagraph(node) : node)
    }
    at += row.length
  }
  return settled
}

/** A numeral as the paragraph that Notion keeps. */
export function toParagraph(node: NumeralNode): DocNode {
  const gap = node.spans.length === 0 ? '' : ' '
  const spans = joinSpans([...plainSpans(node.marker + gap), ...node.spans])
  return { kind: 'paragraph', spans, children: node.children }
}

function toNumeral(node: DocNode): DocNode {
  if (node.kind !== 'paragraph') return node
  const [first, ...rest] = node.spans
  const match = first === undefined ? null : /^(\d{1,9}[.)])(?: (?![ \t\n])|$)/.exec(first.text)
  if (first === undefined || match?.[1] === undefined || !sameStyle(first, PLAIN)) return node
  const isWhole = match[0].length === match[1].length
  if (isWhole && rest.length > 0) return node
  const spans = joinSpans([{ ...first, text: first.text.slice(match[0].length) }, ...rest])
  return { kind: 'numeral', marker: match[1], spans, children: node.children }
}

/** The numerals from here on that make one list, or the one node that is no numeral. */
function rowFrom(nodes: readonly DocNode[], start: number): readonly DocNode[] {
  const first = nodes[start]
  let end = start + 1
  if (first?.kind === 'numeral') while (isSameList(first, nodes[end])) end += 1
  return nodes.slice(start, end)
}

function isSameList(first: NumeralNode, node: DocNode | undefined): boolean {
  return node?.kind === 'numeral' && node.marker.at(-1) === first.marker.at(-1)
}

/** How many of a row must not be read as items: where it counts 1, 2, 3 the first, where it counts 1, 1, 1 all. */
function asParagraphs(row: readonly DocNode[]): number {
  const numbers = row.map(node => (node.kind === 'numeral' ? node.marker.slice(0, -1) : ''))
  if (!isCounting(numbers)) return 0
  return numbers.every(number => number === '1') ? numbers.length : 1
}

function withoutLargeTables(node: DocNode): DocNode {
  if ('children' in node) return { ...node, children: node.children.map(withoutLargeTables) }
  if (node.kind !== 'table' || fitsInTable(node)) return node
  return { kind: 'paragraph', spans: linkify(plainSpans(writeMarkdown([node]))), children: [] }
}

function fitsInTable({ rows }: TableNode): boolean {
  return rows.every(row => {
    if (row.length > MAX_COLUMNS) return false
    const cells = row.map(richTextOf)
    return cells.every(cell => cell.length <= NOTION_LIMITS.pieces) && jsonBytes(cells) <= MAX_ROW_BYTES
  })
}
