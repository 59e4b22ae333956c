import { indentOf, isBlank, trimBlank } from './line-starts.ts'

/** The cells of a row's line, trimmed, `\|` read as `|`. */
export function splitRow(line: string): string[] {
  const cells: string[] = []
  let cell = ''
  const row = trimBlank(line).replace(/^\|/, '')
  for (const part of row.match(/\\[\s\S]|[^\\|]+|[\s\S]/g) ?? []) {
    if (part === '|') {
      cells.push(cell)
      cell = ''
    } else cell += part === '\\|' ? '|' : part
  }
  // The last pipe closes the row; without one the text behind it is a cell too.
  if (cell !== '' || !row.endsWith('|')) cells.push(cell)
  return cells.map(trimBlank)
}

/** Writes cells, already Markdown, as a row's line. */
export function joinRow(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** The line below a table's header. */
export function rulerLine(width: number): string {
  return joinRow(Array.from({ length: width }, () => '---'))
}

/** Whether a line can be the second one of a table. */
export function isTableRuler(line: string): boolean {
  return line.includes('|') && /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/.test(line)
}

/** Whether two lines are the header of a table and what must stand below it. */
export function isTableStart(header: string, ruler: string | undefined): boolean {
  if (ruler === undefined || isBlank(header) || indentOf(header) > 3 || !header.includes('|')) return false
  return isTableRuler(ruler) && splitRow(header).length === splitRow(ruler).length
}

/** Whether a line below a table belongs to it: GFM takes any line, but text without a pipe is no row to anyone. */
export function isTableRow(line: string): boolean {
  return !isBlank(line) && indentOf(line) < 4 && /(?:^|[^\\])\|/.test(line.replaceAll('\\\\', ''))
}
