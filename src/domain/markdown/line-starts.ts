/** Columns of white space at the start of a line; a tab goes to the next multiple of four. */
export function indentOf(line: string): number {
  return columnsOf(/^[ \t]*/.exec(line)?.[0] ?? '', 0)
}

/** A line without its first columns of white space; what remains of a cut tab becomes spaces. */
export function stripIndent(line: string, columns: number): string {
  let column = 0
  let at = 0
  while (column < columns && (line[at] === ' ' || line[at] === '\t')) {
    column = line[at] === '\t' ? nextStop(column) : column + 1
    at += 1
  }
  return ' '.repeat(Math.max(column - columns, 0)) + line.slice(at)
}

/** Whether a line is empty but for spaces and tabs. */
export function isBlank(line: string): boolean {
  return /^[ \t]*$/.test(line)
}

/** Without spaces and tabs at both ends; other white space is content. */
export function trimBlank(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '')
}

/** `---`, `***` or `___`, also spaced. */
export function isRule(line: string): boolean {
  return /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/.test(line)
}

/** The level that a line below a paragraph gives to it, making it a heading; null for other lines. */
export function underlineLevel(line: string): 1 | 2 | null {
  const char = /^ {0,3}(?:(=)=*|(-)-*)[ \t]*$/.exec(line)
  return char === null ? null : char[1] === '=' ? 1 : 2
}

/** `# Heading`: its level and text; null for other lines. */
export function headingOf(line: string): { readonly level: number; readonly text: string } | null {
  const match = /^ {0,3}(#{1,6})(?![^ \t])([^\n]*)$/.exec(line)
  if (match?.[1] === undefined) return null
  const text = trimBlank(match[2] ?? '')
  return { level: match[1].length, text: trimBlank(text.replace(/(?:^|(?<=[ \t]))#+$/, '')) }
}

/** The opening line of a fence; null for other lines. */
export interface FenceOpening {
  readonly char: string
  readonly size: number
  readonly indent: number
  readonly info: string
}

/** Reads the opening line of fenced code. */
export function fenceOf(line: string): FenceOpening | null {
  const match = /^( {0,3})(`{3,}|~{3,})([^\n]*)$/.exec(line)
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return null
  const char = match[2].charAt(0)
  if (char === '`' && match[3].includes('`')) return null
  return { char, size: match[2].length, indent: match[1].length, info: trimBlank(match[3]) }
}

/** Whether a line ends the fenced code that an opening line began. */
export function closesFence(line: string, { char, size }: FenceOpening): boolean {
  const run = /^ {0,3}([`~]+)[ \t]*$/.exec(line)?.[1]
  return run !== undefined && run.length >= size && run === char.repeat(run.length)
}

/** What stands behind a line's `>`; null for a line with none. */
export function quotedText(line: string): string | null {
  const rest = /^ {0,3}>([^\n]*)$/.exec(line)?.[1]
  // One space belongs to the sign; of a tab, which is three columns wide here, two remain.
  return rest === undefined ? null : rest.replace(/^[ \t]/, space => (space === '\t' ? '  ' : ''))
}

/** The marker that begins a list item. */
export interface ListMarker {
  /** `-`, `+` or `*`, or the character behind a number. Another one begins another list. */
  readonly char: string
  /** The digits as written; empty for a bullet. */
  readonly number: string
  /** Columns by which the rest of the item is indented. */
  readonly offset: number
  /** The item's first line without the marker. */
  readonly text: string
}

/** Reads the marker of a list item; null for other lines. */
export function listMarkerOf(line: string): ListMarker | null {
  const match = /^( {0,3})(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)([ \t]*)([^\n]*)$/.exec(line)
  if (match === null || isRule(line)) return null
  const [, indent = '', bullet, number = '', delimiter, space = '', text = ''] = match
  const start = indent.length + number.length + 1
  const gap = columnsOf(space, start)
  const char = bullet ?? delimiter ?? ''
  if (text === '') return { char, number, offset: start + 1, text }
  // Five columns or more: indented code that begins one column behind the marker.
  if (gap > 4) return { char, number, offset: start + 1, text: ' '.repeat(gap - 1) + text }
  return { char, number, offset: start + gap, text }
}

/** Whether a line ends the paragraph before it. A number other than 1, as in `2024. It was`, does not. */
export function interruptsParagraph(line: string): boolean {
  if (headingOf(line) !== null || fenceOf(line) !== null || isRule(line) || quotedText(line) !== null)
    return true
  const marker = listMarkerOf(line)
  return marker !== null && marker.text !== '' && (marker.number === '' || Number(marker.number) === 1)
}

/** Whether a line that follows an empty one is something other than a paragraph. */
export function startsBlock(line: string): boolean {
  return interruptsParagraph(line) || listMarkerOf(line) !== null
}

function columnsOf(space: string, start: number): number {
  let column = start
  for (const char of space) column = char === '\t' ? nextStop(column) : column + 1
  return column - start
}

function nextStop(column: number): number {
  return column - (column % 4) + 4
}
