import type { Style } from './style.ts'
import { shownText } from './unseen.ts'

/** One column of a table. Numbers are set right, text left. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be cut with `…` when the terminal is too narrow; the rest keep their width. */
  readonly flexible?: boolean
}

/** A cell, with a mark-up that does not count as width. */
export type Cell = string | { readonly text: string; readonly mark: (text: string) => string }

const GAP = 2
const NARROWEST = 8

/** Lines of a table that fits the terminal: flexible columns share what the others leave. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], style: Style): string {
  const widths = fit(columns, rows, style.columns)
  const header = columns.map((column, index) => pad(column.title, widths[index] ?? 0, column.align))
  const lines = rows.map(cells =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? ''
        const text = pad(oneLine(textOf(cell)), widths[index] ?? 0, column.align)
        return typeof cell === 'string' ? text : cell.mark(text)
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
  return [style.dim(header.join(' '.repeat(GAP)).trimEnd()), ...lines].join('\n')
}

function fit(columns: readonly Column[], rows: readonly (readonly Cell[])[], total: number): number[] {
  const natural = columns.map((column, index) =>
    Math.max(widthOf(column.title), ...rows.map(cells => widthOf(oneLine(textOf(cells[index] ?? ''))))),
  )
  const over = natural.reduce((sum, width) => sum + width, GAP * (columns.length - 1)) - total
  const flexible = columns.flatMap((column, index) => (column.flexible === true ? [index] : []))
  return shrink(natural, flexible, over)
}

/** Takes from the widest flexible column, a character at a time, until it fits or nothing more can give. */
function shrink(natural: readonly number[], flexible: readonly number[], over: number): number[] {
  const widths = [...natural]
  for (let left = over; left > 0; left -= 1) {
    const widest = flexible.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0]
    if (widest === undefined || (widths[widest] ?? 0) <= NARROWEST) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

function pad(text: string, width: number, align: Column['align']): string {
  const cut = cutTo(text, width)
  const space = ' '.repeat(Math.max(0, width - widthOf(cut)))
  return align === 'right' ? space + cut : cut + space
}

/** At most `width` columns, the last one `…` where something was cut off. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (PLAIN.test(text)) return `${text.slice(0, Math.max(0, width - 1))}…`
  let cut = ''
  for (const { segment } of graphemes(text)) {
    if (widthOf(cut + segment) > width - 1) break
    cut += segment
  }
  return `${cut}…`
}

/** Columns a text takes in a terminal: East Asian wide characters and emoji take two. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

/** Printable ASCII: a column each. Asking Unicode's tables about it would take 20 ms, the first time. */
const PLAIN = /^[ -~]*$/

function graphemes(text: string): Iterable<{ segment: string }> {
  return new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)
}

/** The same value with its texts as a terminal may be shown them; {@link shownText}. */
export function shown(value: unknown): unknown {
  if (typeof value === 'string') return shownText(value)
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shown(part)]))
}

/** Breaks text at spaces to the given width; lines that are there stay, and what goes on is indented like them. */
export function wrap(text: string, width: number, indent = ''): string {
  return text
    .split('\n')
    .map(line => {
      const own = /^ */.exec(line)?.[0] ?? ''
      return wrapLine(line.slice(own.length), Math.max(20, width - (indent + own).length), indent + own)
    })
    .join('\n')
}

function wrapLine(line: string, width: number, indent: string): string {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    const next = current === '' ? word : `${current} ${word}`
    if (widthOf(next) > width && current !== '') {
      lines.push(current)
      current = word
    } else {
      current = next
    }
  }
  return [...lines, current].map(part => indent + part).join('\n')
}

/** `1 call`, `2 calls`. */
export function countText(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`
}

/** `4 min`, `3 h`, `12 d`: how long ago or how long, to one unit. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** `2026-11-25 13:40` UTC, for people. */
export function minuteText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
}

/** `2026-11-25 13:40:07` UTC. */
export function secondText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

/** Says that the clock went back, by something that is recorded at a later time than now. */
export function clockText(ahead: { readonly what: string; readonly atMs: number }, nowMs: number): string {
  const by = spanText(ahead.atMs - nowMs)
  return `went back by ${by} or more: ${ahead.what} is recorded at ${secondText(ahead.atMs)} UTC; nothing waits for that`
}
