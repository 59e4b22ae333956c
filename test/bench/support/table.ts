import { goalText, GOALS, isMet, type GoalName } from '../goals.ts'

/** One line of a table. */
export interface Row {
  readonly figure: string
  /** Plain milliseconds, seconds, megabytes, with their unit. */
  readonly measured: string
  /** Against the line that the section compares with; from the same rounds. */
  readonly ratio?: number
  /** The goal, and the figure in its unit. */
  readonly goal?: { readonly name: GoalName; readonly figure: number }
}

const COLUMNS = [30, 17, 7, 9, 6] as const
const HEAD = ['figure', 'measured', 'ratio', 'goal', 'it is'] as const
/** Numbers stand to the right, words to the left. */
const TO_THE_RIGHT = new Set([1, 2, 3])

/** The lines of a table, none wider than 80 columns. */
export function table(rows: readonly Row[]): string[] {
  const rule = COLUMNS.map(width => '-'.repeat(width))
  return [HEAD, rule, ...rows.map(cellsOf)].map(lineOf)
}

function cellsOf({ figure, measured, ratio, goal }: Row): readonly string[] {
  const times = ratio === undefined ? '' : `${ratio.toFixed(2)} x`
  if (goal === undefined) return [figure, measured, times, '', '']
  const wanted = GOALS[goal.name]
  return [figure, measured, times, goalText(wanted), isMet(wanted, goal.figure) ? 'met' : 'missed']
}

function lineOf(cells: readonly string[]): string {
  const padded = cells.map((cell, index) => {
    const width = COLUMNS[index] ?? 0
    return TO_THE_RIGHT.has(index) ? cell.padStart(width) : cell.padEnd(width)
  })
  return padded.join('  ').trimEnd()
}

/** A duration in the unit that suits it. */
export function duration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms >= 100 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`
}

/** Megabytes of 1,000,000 bytes. */
export function megabytes(count: number): string {
  return `${count.toFixed(1)} MB`
}
