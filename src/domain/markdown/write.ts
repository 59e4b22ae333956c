import type { CodeNode, DocNode, Span, TableNode } from './document.ts'
import { writeSomehow, type WritePlace } from './inline-write.ts'
import { joinRow, rulerLine } from './table-lines.ts'

/**
 * Writes blocks as Markdown in its normal form: one empty line between blocks, none between the items of a list,
 * `-` for bullets, `#` for headings, `**`, `*` and `~~` for styles, fences for code. `readMarkdown` reads it back as
 * these blocks.
 */
export function writeMarkdown(nodes: readonly DocNode[]): string {
  return linesOf(nodes).join('\n')
}

function linesOf(nodes: readonly DocNode[]): string[] {
  const lines: string[] = []
  const numbers = markersOf(nodes)
  nodes.forEach((node, index) => {
    const own = nodeLines(node, numbers[index] ?? '')
    if (own.length === 0) return
    if (lines.length > 0 && !isTight(nodes[index - 1], node)) lines.push('')
    for (const line of own) lines.push(line)
  })
  return lines
}

function nodeLines(node: DocNode, marker: string): string[] {
  switch (node.kind) {
    case 'paragraph':
      return node.spans.length === 0
        ? linesOf(node.children)
        : headAndBelow(node.spans, node.children, 'paragraph')
    case 'heading':
      return [
        [
          '#'.repeat(node.level),
          ...(node.spans.length === 0 ? [] : [writeSomehow(node.spans, 'heading')]),
        ].join(' '),
      ]
    case 'bullet':
      return item('-', 2, headAndBelow(node.spans, node.children, 'bullet'), node.spans)
    case 'task':
      return item(
        `- [${node.checked ? 'x' : ' '}]`,
        2,
        headAndBelow(node.spans, node.children, 'paragraph'),
        node.spans,
      )
    case 'number':
    case 'numeral':
      return item(marker, marker.length + 1, headAndBelow(node.spans, node.children, 'paragraph'), node.spans)
    case 'quote':
      return quote(headAndBelow(node.spans, node.children, 'paragraph'))
    case 'code':
      return codeLines(node)
    case 'table':
      return tableLines(node)
    case 'rule':
      return ['---']
  }
}

function headAndBelow(spans: readonly Span[], children: readonly DocNode[], place: WritePlace): string[] {
  const below = linesOf(children)
  if (spans.length === 0) return below
  const head = writeSomehow(spans, place).split('\n')
  if (below.length === 0) return head
  return goesBelow(children[0]) ? [...head, ...below] : [...head, '', ...below]
}

/** Whether a block may follow a line of text at once. Numerals and empty items may not. */
function goesBelow(node: DocNode | undefined): boolean {
  if (node === undefined || node.kind === 'code' || node.kind === 'quote') return node !== undefined
  return (isBulleted(node) || node.kind === 'number') && 'spans' in node && node.spans.length > 0
}

function item(marker: string, indent: number, lines: readonly string[], spans: readonly Span[]): string[] {
  const inner = lines.map(line => (line === '' ? '' : ' '.repeat(indent) + line))
  if (spans.length === 0) return [marker, ...inner]
  return [`${marker} ${lines[0] ?? ''}`, ...inner.slice(1)]
}

function quote(lines: readonly string[]): string[] {
  return lines.length === 0 ? ['>'] : lines.map(line => (line === '' ? '>' : `> ${line}`))
}

function codeLines({ info, text }: CodeNode): string[] {
  const char = info.includes('`') ? '~' : '`'
  const longest = (text.match(char === '`' ? /`+/g : /~+/g) ?? []).reduce(
    (most, run) => Math.max(most, run.length),
    2,
  )
  const fence = char.repeat(longest + 1)
  const gap = info.startsWith('~') ? ' ' : ''
  return [fence + gap + info, ...(text === '' ? [] : text.split('\n')), fence]
}

function tableLines({ rows }: TableNode): string[] {
  const lines = rows.map(row => joinRow(row.map(cell => writeSomehow(cell, 'cell'))))
  const [header = '', ...rest] = lines
  return [header, rulerLine(rows[0]?.length ?? 0), ...rest]
}

/** Items of one list have no empty line between them. */
function isTight(before: DocNode | undefined, node: DocNode): boolean {
  if (before === undefined) return false
  if (isBulleted(before)) return isBulleted(node)
  if (before.kind === 'numeral') return node.kind === 'numeral' && before.marker.at(-1) === node.marker.at(-1)
  return before.kind === 'number' && node.kind === 'number'
}

function isBulleted(node: DocNode): boolean {
  return node.kind === 'bullet' || node.kind === 'task'
}

/** The markers of numbered items. */
function markersOf(nodes: readonly DocNode[]): string[] {
  let count = 0
  let delimiter = '.'
  return nodes.map((node, index) => {
    if (node.kind === 'number' && count === 0) delimiter = delimiterFrom(nodes, index)
    count = node.kind === 'number' ? count + 1 : 0
    return node.kind === 'numeral' ? node.marker : `${count}${delimiter}`
  })
}

/** A list beside numerals with dots takes brackets, or all would be one list. */
function delimiterFrom(nodes: readonly DocNode[], start: number): '.' | ')' {
  const end = nodes.findIndex((node, index) => index > start && node.kind !== 'number')
  const beside = [nodes[start - 1], nodes[end]]
  return beside.some(node => node?.kind === 'numeral' && node.marker.endsWith('.')) ? ')' : '.'
}
