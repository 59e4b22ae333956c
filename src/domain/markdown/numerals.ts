import { isCounting } from './counting.ts'
import { joinSpans, plainSpans, sameStyle, PLAIN, type DocNode, type NumeralNode } from './document.ts'

/**
 * Puts the paragraphs that begin with a number in order: where a row of them would be read as a list whose numbers
 * Notion shows by itself, its first one stays a paragraph (its number is escaped when written); all others are
 * numerals. Notion keeps both as paragraphs, so this is where Markdown and Notion agree on which is which.
 */
export function settleNumerals(nodes: readonly DocNode[]): DocNode[] {
  const waiting = nodes.map(withSettledChildren).map(toNumeral)
  const settled: DocNode[] = []
  for (let at = 0; at < waiting.length;) {
    const row = rowFrom(waiting, at)
    const paragraphs = settled.at(-1)?.kind === 'number' ? 0 : countedByNotion(row)
    for (const [index, node] of row.entries()) {
      settled.push(node.kind === 'numeral' && index < paragraphs ? toParagraph(node) : node)
    }
    at += row.length
  }
  return settled
}

/** A numeral as the paragraph that Notion keeps it as. */
export function toParagraph(node: NumeralNode): DocNode {
  const gap = node.spans.length === 0 ? '' : ' '
  const spans = joinSpans([...plainSpans(node.marker + gap), ...node.spans])
  return { kind: 'paragraph', spans, children: node.children }
}

function withSettledChildren(node: DocNode): DocNode {
  return 'children' in node ? { ...node, children: settleNumerals(node.children) } : node
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
function countedByNotion(row: readonly DocNode[]): number {
  const numbers = row.map(node => (node.kind === 'numeral' ? node.marker.slice(0, -1) : ''))
  if (!isCounting(numbers)) return 0
  return numbers.every(number => number === '1') ? numbers.length : 1
}
