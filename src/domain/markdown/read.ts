import {
  addLine,
  openContainer,
  takeItems,
  takesLazily,
  type LineCursor,
  type ListItem,
} from './containers.ts'
import { cleanText, isCounting, type DocNode, type HeadingLevel, type Span } from './document.ts'
import { readInline } from './inline-write.ts'
import {
  closesFence,
  fenceOf,
  headingOf,
  indentOf,
  interruptsParagraph,
  isBlank,
  isRule,
  listMarkerOf,
  quotedText,
  stripIndent,
  trimBlank,
  underlineLevel,
} from './line-starts.ts'
import { isTableRow, isTableStart, splitRow } from './table-lines.ts'

/** Lists and quotes nest this deep; what is deeper stays text, so that no text makes the readers of a document overflow. */
const MAX_DEPTH = 10

interface Reading extends LineCursor {
  readonly depth: number
  readonly nodes: DocNode[]
}

/**
 * Reads a Markdown text as blocks: CommonMark's and GFM's headings, paragraphs, lists, tasks, quotes, code, rules
 * and tables. HTML, footnotes, definitions and the like are paragraphs. Never throws; of the text only control
 * characters are replaced (`cleanText`).
 */
export function readMarkdown(markdown: string): DocNode[] {
  return readBlocks(cleanText(markdown).split('\n'), 0)
}

/** Reads the lines of a document, or of a list item or quote in it. */
function readBlocks(lines: readonly string[], depth: number): DocNode[] {
  const reading: Reading = { lines, depth, at: 0, nodes: [] }
  while (reading.at < lines.length) {
    if (isBlank(here(reading))) reading.at += 1
    else if (!READERS.some(read => read(reading))) readParagraph(reading)
  }
  return reading.nodes
}

/** Each takes the lines of its block and says so, or leaves them. */
const READERS: readonly ((reading: Reading) => boolean)[] = [
  readIndentedCode,
  readFence,
  readHeading,
  readRule,
  readQuote,
  readList,
  readTable,
]

function here({ lines, at }: Reading): string {
  return lines[at] ?? ''
}

function readIndentedCode(reading: Reading): boolean {
  if (indentOf(here(reading)) < 4) return false
  let end = reading.at
  for (let at = end; at < reading.lines.length; at += 1) {
    const line = reading.lines[at] ?? ''
    if (isBlank(line)) continue
    if (indentOf(line) < 4) break
    end = at + 1
  }
  const code = reading.lines.slice(reading.at, end).map(line => stripIndent(line, 4))
  reading.nodes.push({ kind: 'code', info: '', text: code.join('\n') })
  reading.at = end
  return true
}

function readFence(reading: Reading): boolean {
  const fence = fenceOf(here(reading))
  if (fence === null) return false
  const start = reading.at + 1
  let end = start
  while (end < reading.lines.length && !closesFence(reading.lines[end] ?? '', fence)) end += 1
  const code = reading.lines.slice(start, end).map(line => stripIndent(line, fence.indent))
  reading.nodes.push({ kind: 'code', info: fence.info, text: code.join('\n') })
  reading.at = end + 1
  return true
}

function readHeading(reading: Reading): boolean {
  const heading = headingOf(here(reading))
  if (heading === null) return false
  reading.nodes.push(headingNode(heading.level, heading.text))
  reading.at += 1
  return true
}

function headingNode(level: number, text: string): DocNode {
  const levels: readonly HeadingLevel[] = [1, 2, 3, 4, 5, 6]
  return { kind: 'heading', level: levels[level - 1] ?? 6, spans: readInline(text, 'heading') }
}

function readRule(reading: Reading): boolean {
  if (!isRule(here(reading))) return false
  reading.nodes.push({ kind: 'rule' })
  reading.at += 1
  return true
}

function readTable(reading: Reading): boolean {
  const { lines, at } = reading
  if (!isTableStart(here(reading), lines[at + 1])) return false
  let end = at + 2
  while (end < lines.length && isTableRow(lines[end] ?? '') && !interruptsParagraph(lines[end] ?? ''))
    end += 1
  const [header = '', , ...rest] = lines.slice(at, end)
  reading.nodes.push(tableNode([header, ...rest].map(splitRow)))
  reading.at = end
  return true
}

/** Rows are filled up to the longest: GFM would drop the cells that the header does not have. */
function tableNode(rows: readonly (readonly string[])[]): DocNode {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 1)
  return {
    kind: 'table',
    rows: rows.map(row => Array.from({ length: width }, (_, at) => readInline(row[at] ?? '', 'cell'))),
  }
}

function readParagraph(reading: Reading): void {
  const { lines, at } = reading
  let end = at + 1
  while (end < lines.length && continuesParagraph(reading, end)) end += 1
  const level = end < lines.length ? underlineLevel(lines[end] ?? '') : null
  const text = lines.slice(at, end)
  reading.at = level === null ? end : end + 1
  if (level !== null) reading.nodes.push(headingNode(level, text.map(trimBlank).join(' ')))
  else
    reading.nodes.push({
      kind: 'paragraph',
      spans: readInline(trimBlank(text.join('\n')), 'paragraph'),
      children: [],
    })
}

function continuesParagraph({ lines, depth }: Reading, at: number): boolean {
  const line = lines[at] ?? ''
  if (isBlank(line) || underlineLevel(line) !== null || isTableStart(line, lines[at + 1])) return false
  if (!interruptsParagraph(line)) return true
  // Below the deepest level lists and quotes are text.
  return depth >= MAX_DEPTH && (quotedText(line) !== null || listMarkerOf(line) !== null)
}

function readQuote(reading: Reading): boolean {
  if (reading.depth >= MAX_DEPTH || quotedText(here(reading)) === null) return false
  const inner = openContainer()
  while (reading.at < reading.lines.length) {
    const line = here(reading)
    const quoted = quotedText(line)
    if (quoted === null && !takesLazily(inner, line)) break
    addLine(inner, quoted ?? line)
    reading.at += 1
  }
  const [spans, children] = headAndRest(readBlocks(inner.lines, reading.depth + 1))
  reading.nodes.push({ kind: 'quote', spans, children })
  return true
}

/** A first paragraph is the text of the item or quote itself; everything else stands below it. */
function headAndRest(nodes: readonly DocNode[]): [readonly Span[], readonly DocNode[]] {
  const [first, ...rest] = nodes
  return first?.kind === 'paragraph' ? [first.spans, rest] : [[], nodes]
}

function readList(reading: Reading): boolean {
  if (reading.depth >= MAX_DEPTH || listMarkerOf(here(reading)) === null) return false
  const items = takeItems(reading)
  const isNumbered = items[0]?.marker.number !== ''
  const countsItself =
    !isNumbered ||
    (reading.nodes.at(-1)?.kind !== 'number' && isCounting(items.map(item => item.marker.number)))
  for (const item of items) reading.nodes.push(itemNode(item, countsItself, reading.depth))
  return true
}

function itemNode({ marker, lines }: ListItem, countsItself: boolean, depth: number): DocNode {
  const box = marker.number === '' ? /^\[([ xX])\](?:[ \t]+|$)/.exec(lines[0] ?? '') : null
  const inner = box === null ? lines : [(lines[0] ?? '').slice(box[0].length), ...lines.slice(1)]
  const [spans, children] = headAndRest(readBlocks(inner, depth + 1))
  if (box !== null) return { kind: 'task', checked: box[1] !== ' ', spans, children }
  if (marker.number === '') return { kind: 'bullet', spans, children }
  if (countsItself) return { kind: 'number', spans, children }
  return { kind: 'numeral', marker: marker.number + marker.char, spans, children }
}
