/** Finding tabular data in a brief. */

/** A table: as many cells in each row as there are columns. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const SEPARATORS = ['|', '\t', ';', ','] as const

/** The first table of the text: lines in a row with the same separators, the first being the header; undefined when there is none. */
export function findTable(text: string): Table | undefined {
  for (const separator of SEPARATORS) {
    const table = longestRun(text.split(/\r?\n/), separator)
    if (table !== undefined) return table
  }
  return undefined
}

/** True for a line that belongs to the table. */
export function isTableLine(line: string, table: Table | undefined): boolean {
  if (table === undefined) return false
  return SEPARATORS.some(separator => {
    const cells = cellsOf(line, separator)
    return same(cells, table.columns) || table.rows.some(row => same(row, cells)) || isRule(cells)
  })
}

/** The table in Markdown. */
export function markdownTable({ columns, rows }: Table): string {
  return [tableLine(columns), tableLine(columns.map(() => '---')), ...rows.map(tableLine)].join('\n')
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '/')).join(' | ')} |`
}

function longestRun(all: readonly string[], separator: string): Table | undefined {
  let best: readonly (readonly string[])[] = []
  let run: (readonly string[])[] = []
  for (const line of [...all, '']) {
    const cells = cellsOf(line, separator)
    const fits = isRow(cells, separator) && (run.length === 0 || run[0]?.length === cells.length)
    if (fits) {
      run.push(cells)
      continue
    }
    if (run.length > best.length) best = run
    run = isRow(cells, separator) ? [cells] : []
  }
  const [columns, ...rows] = best.filter(cells => !isRule(cells))
  return columns === undefined || rows.length < 2 ? undefined : { columns, rows }
}

function cellsOf(line: string, separator: string): readonly string[] {
  const inner = separator === '|' ? line.trim().replace(/^\|/, '').replace(/\|$/, '') : line.trim()
  return inner.split(separator).map(cell => cell.trim())
}

function isRow(cells: readonly string[], separator: string): boolean {
  // Prose has commas, too: cells of a comma table are short, and there are at least three of them.
  if (separator === ',' && (cells.length < 3 || cells.some(cell => cell.split(/\s+/).length > 5)))
    return false
  return cells.length >= 2 && cells.every(cell => cell !== '')
}

function isRule(cells: readonly string[]): boolean {
  return cells.length >= 2 && cells.every(cell => /^:?-{2,}:?$/.test(cell))
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((cell, index) => cell === other[index])
}
