import { addLine, openContainer, takesLazily } from './container-lines.ts'
import { indentOf, isBlank, listMarkerOf, stripIndent, type ListMarker } from './line-starts.ts'

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
