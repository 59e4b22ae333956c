import type { Block, Column, Document, Fact, Span, Text, Tone } from '../kernel/document.ts'
import { cutMiddle, cutTo, headOf, widthOf } from '../kernel/text.ts'
import { shownText } from '../kernel/unseen.ts'

/** How a document looks in one place. */
export interface Look {
  /** Columns of the terminal; without an end where there is none, and then nothing is broken or cut. */
  readonly columns: number
  readonly paint: Paint
  /** A text of ours with the commands in it as they have to be typed to start the program as it was started. */
  readonly typed: (text: string) => string
}

/** Colours words by what they are. */
export type Paint = (text: string, hue: Hue) => string

/** What words are, as far as it is seen. */
export type Hue = Exclude<Span['is'], 'state'> | Tone

/** No colours, for files and pipes. */
export const PLAIN: Paint = text => text

/** The colours of a terminal; loads what makes them. */
export async function colours(): Promise<Paint> {
  const { Chalk } = await import('chalk')
  // Whether there are colours was decided by who asks; these are of the sixteen that every terminal has.
  const chalk = new Chalk({ level: 1 })
  const hues: Readonly<Record<Hue, (text: string) => string>> = {
    plain: String,
    money: String,
    open: String,
    strong: chalk.bold,
    command: chalk.bold,
    dim: chalk.dim,
    time: chalk.dim,
    id: chalk.cyan,
    good: chalk.green,
    warn: chalk.yellow,
    bad: chalk.red,
  }
  return (text, hue) => hues[hue](text)
}

/**
 * A document for a terminal, ending with a line end. No line is wider than the look has columns, but one with a
 * command or an id, which are never broken, and what is verbatim. What is written by others cannot steer the terminal.
 */
export function printed(document: Document, look: Look): string {
  return documentLines(document, look, look.columns)
    .map(line => `${painted(line, look.paint)}\n`)
    .join('')
}

/** Words of one look, in a line. */
interface Piece {
  readonly text: string
  readonly hue: Hue
  /** Never broken: it is there to be copied. */
  readonly whole: boolean
}
type Line = readonly Piece[]

const INDENT = 2
const GAP = 2
const NARROWEST_COLUMN = 8
const NARROWEST_VALUE = 20
/** In a pipe a value that is longer is not cut, and others are not set apart as far as it. */
const WIDEST_PIPED_COLUMN = 60
/** The widest character still fits. */
const NARROWEST_LINE = 2

function documentLines(document: Document, look: Look, width: number): Line[] {
  return document.flatMap((block, index) => {
    const lines = blockLines(block, look, width)
    const before = document[index - 1]
    const isSetOff =
      before !== undefined &&
      (before.kind === 'section' || before.kind === 'table' || block.kind === 'section')
    return isSetOff ? [[], ...lines] : lines
  })
}

function blockLines(block: Block, look: Look, width: number): Line[] {
  switch (block.kind) {
    case 'line':
      return wrapped(pieces(block.text, look), width)
    case 'facts':
      return factLines(block.facts, look, width)
    case 'table':
      return tableLines(block, look, width)
    case 'list':
      return block.items.flatMap(each => hung([piece('- ')], pieces(each, look), width))
    case 'item':
      return [...hung([], pieces(block.head, look), width, INDENT), ...indented(block.details, look, width)]
    case 'section':
      return [...wrapped(pieces(block.title, look, 'strong'), width), ...indented(block.body, look, width)]
    case 'next':
      return hung([piece('next: ', 'dim')], pieces(block.text, look, 'dim'), width)
    case 'verbatim':
      return shownText(block.text)
        .split('\n')
        .map(line => [piece(line)])
  }
}

function indented(body: Document, look: Look, width: number): Line[] {
  if (body.every(({ kind }) => kind === 'verbatim')) return documentLines(body, look, width)
  return documentLines(body, look, width - INDENT).map(line =>
    line.length === 0 ? [] : [space(INDENT), ...line],
  )
}

/** Names beside what they stand for, which goes on below itself; above it where that leaves too little room. */
function factLines(facts: readonly Fact[], look: Look, width: number): Line[] {
  const labels = facts.map(({ label }) => pieces(label, look, 'dim'))
  const labelWidth = Math.max(...labels.map(lineWidth))
  const beside = width - labelWidth - GAP >= NARROWEST_VALUE
  return facts.flatMap(({ value }, index) => {
    const label = labels[index] ?? []
    const words = pieces(value, look)
    if (!beside) return [...wrapped(label, width), ...hung([space(INDENT)], words, width)]
    return hung([...label, space(labelWidth - lineWidth(label) + GAP)], words, width)
  })
}

/** A line for each row; a row of facts for each where a table has no room. */
function tableLines({ columns, rows }: Extract<Block, { kind: 'table' }>, look: Look, width: number): Line[] {
  const cells = rows.map(row => pieces(row, look).map(each => ({ ...each, text: oneLine(each.text) })))
  const widths = fit(columns, cells, width)
  if (widths === null) {
    const records = rows.map(row => factsOf(columns, row))
    return records.flatMap((facts, index) => [...(index === 0 ? [] : [[]]), ...factLines(facts, look, width)])
  }
  const header = columns.map(({ title }) => piece(title, 'dim'))
  return [header, ...cells].map(row =>
    columns.flatMap((column, index) => {
      const gap = index === 0 ? [] : [space(GAP)]
      return [...gap, ...cell(column, row[index] ?? piece(''), widths[index] ?? 0, width === Infinity)]
    }),
  )
}

function factsOf(columns: readonly Column[], row: Text): Fact[] {
  return columns.map(({ title }, index) => ({
    label: [{ is: 'plain', text: title }],
    value: row.slice(index, index + 1),
  }))
}

function cell({ align, cut }: Column, words: Piece, width: number, isPiped: boolean): Line {
  const shorten = cut === 'middle' ? cutMiddle : cutTo
  const shown = isPiped ? words : { ...words, text: shorten(words.text, width) }
  const room = space(Math.max(0, width - widthOf(shown.text)))
  return align === 'right' ? [room, shown] : [shown, room]
}

/** Columns that may be cut share what the others leave; null where that is too little. */
function fit(columns: readonly Column[], rows: readonly Line[], total: number): number[] | null {
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map(row => widthOf(row[index]?.text ?? ''))),
  )
  if (total === Infinity) {
    return widths.map((width, index) =>
      columns[index]?.cut === undefined ? width : Math.min(width, WIDEST_PIPED_COLUMN),
    )
  }
  const flexible = columns.flatMap(({ cut }, index) => (cut === undefined ? [] : [index]))
  const over = widths.reduce((sum, width) => sum + width, GAP * (columns.length - 1)) - total
  for (let left = over; left > 0; left -= 1) {
    const widest = flexible.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0]
    if (widest === undefined || (widths[widest] ?? 0) <= NARROWEST_COLUMN) return null
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

function pieces(text: Text, { columns, typed }: Look, plain: Hue = 'plain'): Line {
  return text.map(span => {
    const shown = shownText(span.is === 'command' ? typed(`echopilot ${span.text}`) : span.text)
    return {
      // How wide a tab is depends on where it stands.
      text: columns === Infinity ? shown : shown.replaceAll('\t', '    '),
      hue: span.is === 'state' ? span.tone : span.is === 'plain' ? plain : span.is,
      whole: span.is === 'command' || span.is === 'id',
    }
  })
}

function piece(text: string, hue: Hue = 'plain'): Piece {
  return { text, hue, whole: false }
}

function space(width: number): Piece {
  return piece(' '.repeat(width))
}

function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0)
}

/** Words after a beginning of the line; what goes on stands below them, or where it is told. */
function hung(start: Line, words: Line, width: number, below = lineWidth(start)): Line[] {
  return wrapped(words, width - below).map((line, index) =>
    index === 0 ? [...start, ...line] : [space(below), ...line],
  )
}

/** Lines that are there stay; each is broken at spaces, and goes on where its own indentation ends. */
function wrapped(words: Line, width: number): Line[] {
  const lines = sourceLines(words)
  return width === Infinity ? lines : lines.flatMap(line => wrappedLine(wordsOf(line), width))
}

function sourceLines(words: Line): Line[] {
  const lines: Piece[][] = [[]]
  for (const word of words) {
    for (const [index, text] of word.text.split('\n').entries()) {
      if (index > 0) lines.push([])
      if (text !== '') lines.at(-1)?.push({ ...word, text })
    }
  }
  return lines
}

/** What stands between two breaks, with the spaces before it. */
interface Word {
  readonly gap: Piece
  readonly parts: Piece[]
}

function wordsOf(line: Line): Word[] {
  const words: Word[] = [{ gap: piece(''), parts: [] }]
  for (const each of line) {
    for (const text of each.whole ? [each.text] : each.text.split(/( +)/)) {
      const part = { ...each, text }
      if (!each.whole && text.startsWith(' ')) words.push({ gap: part, parts: [] })
      else if (text !== '') words.at(-1)?.parts.push(part)
    }
  }
  return words
}

function wrappedLine(words: readonly Word[], width: number): Line[] {
  // Spaces at the beginning of a line are its indentation, and that of what goes on below it.
  const isIndented = words[0]?.parts.length === 0 && words.length > 1
  const hang = isIndented ? Math.min(words[1]?.gap.text.length ?? 0, Math.floor(width / 2)) : 0
  const room = Math.max(NARROWEST_LINE, width - hang)
  const lines: Piece[][] = [[]]
  let used = 0
  const place = (...parts: Line): void => {
    lines.at(-1)?.push(...parts)
    used += lineWidth(parts)
  }
  const breakLine = (): void => {
    lines.push([])
    used = 0
  }
  for (const { gap, parts } of isIndented ? words.slice(1) : words) {
    const [first = [], ...more] = chunks(parts, room)
    if (used > 0 && parts.length > 0 && used + gap.text.length + lineWidth(first) > room) breakLine()
    if (used > 0) place(gap)
    place(...first)
    for (const chunk of more) {
      breakLine()
      place(...chunk)
    }
  }
  return hang === 0 ? lines : lines.map(line => [space(hang), ...line])
}

/** A word that is wider than a line, in pieces that are not; what is there to be copied stays whole. */
function chunks(word: Line, room: number): Line[] {
  if (lineWidth(word) <= room || word.some(({ whole }) => whole)) return [word]
  const made: Piece[][] = [[]]
  let left = room
  for (const part of word) {
    for (let rest = part.text; rest !== '';) {
      const text = headOf(rest, left)
      if (text === '') {
        made.push([])
        left = room
      } else {
        made.at(-1)?.push({ ...part, text })
        left -= widthOf(text)
        rest = rest.slice(text.length)
      }
    }
  }
  return made
}

/** A line as it is written; what stands beside each other and looks the same is coloured once. */
function painted(line: Line, paint: Paint): string {
  const runs: { text: string; hue: Hue }[] = []
  for (const { text, hue } of line.slice(0, line.findLastIndex(each => each.text.trim() !== '') + 1)) {
    const last = runs.at(-1)
    if (last?.hue === hue) last.text += text
    else runs.push({ text, hue })
  }
  return runs.map(({ text, hue }) => paint(text, hue)).join('')
}
