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
  underlineLevel,
  type FenceOpening,
  type ListMarker,
} from './line-starts.ts'

/** The lines inside a quote or list item, while they are collected. */
export interface ContainerLines {
  readonly lines: string[]
  /** The fenced code that is open at the last line; null for none. */
  fence: FenceOpening | null
}

/** No lines yet. */
export function openContainer(): ContainerLines {
  return { lines: [], fence: null }
}

/** Adds a line, already without the container's own sign or indent. */
export function addLine(inner: ContainerLines, line: string): void {
  inner.lines.push(line)
  if (inner.fence === null) inner.fence = fenceOf(line)
  else if (closesFence(line, inner.fence)) inner.fence = null
}

/**
 * Whether a line with no sign of the container goes on with the paragraph at its end all the same (CommonMark's
 * lazy continuation). What is written back never relies on it.
 */
export function takesLazily(inner: ContainerLines, line: string): boolean {
  if (inner.fence !== null || isBlank(line) || interruptsParagraph(line) || underlineLevel(line) !== null)
    return false
  return endsInText(inner.lines.at(-1) ?? '')
}

function endsInText(line: string): boolean {
  const inner = quotedText(line) ?? listMarkerOf(line)?.text
  if (inner !== undefined && inner !== line) return endsInText(inner)
  return !isBlank(line) && headingOf(line) === null && fenceOf(line) === null && !isRule(line)
}

/** Lines, and the place that a reader has come to. */
export interface LineCursor {
  readonly lines: readonly string[]
  at: number
}

/** An item of a list: its marker, and its lines without the marker and indent. */
export interface ListItem {
  readonly marker: ListMarker
  readonly lines: readonly string[]
}

/** Takes all items of the list that begins here: those whose markers are of one kind. */
export function takeItems(cursor: LineCursor): ListItem[] {
  const items: ListItem[] = []
  for (;;) {
    const marker = listMarkerOf(cursor.lines[cursor.at] ?? '')
    if (marker === null || (items[0] !== undefined && marker.char !== items[0].marker.char)) return items
    items.push({ marker, lines: takeItem(cursor, marker) })
    const next = skipBlanks(cursor.lines, cursor.at)
    if (next >= cursor.lines.length || listMarkerOf(cursor.lines[next] ?? '')?.char !== marker.char)
      return items
    cursor.at = next
  }
}

function takeItem(cursor: LineCursor, marker: ListMarker): readonly string[] {
  const inner = openContainer()
  addLine(inner, marker.text)
  cursor.at += 1
  const { lines } = cursor
  while (cursor.at < lines.length) {
    const next = skipBlanks(lines, cursor.at)
    const line = lines[next] ?? ''
    const isInside = next < lines.length && indentOf(line) >= marker.offset
    // An item that starts empty ends at an empty line.
    if (next > cursor.at && (!isInside || inner.lines.every(isBlank))) break
    if (!isInside && (listMarkerOf(line)?.char === marker.char || !takesLazily(inner, line))) break
    for (; cursor.at < next; cursor.at += 1) addLine(inner, '')
    addLine(inner, isInside ? stripIndent(line, marker.offset) : line)
    cursor.at += 1
  }
  return inner.lines
}

function skipBlanks(lines: readonly string[], from: number): number {
  let at = from
  while (at < lines.length && isBlank(lines[at] ?? '')) at += 1
  return at
}
