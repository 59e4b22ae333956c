import type { Clock, Processes } from '../kernel/world.ts'
import type { IdKind } from '../kernel/ids.ts'
import type { Engine, SqlRow } from './engine.ts'

/** What every table family is built from. */
export interface StoreCore {
  readonly engine: Engine
  readonly clock: Pick<Clock, 'now'>
  readonly processes: Processes
  readonly newId: (kind: IdKind) => string
  /** The program's commit, written beside what it did. */
  readonly commit: string
}

/** Reads columns of a row by name, checking what SQLite's STRICT tables promise. */
export interface RowReader {
  text(column: string): string
  textOrNull(column: string): string | null
  number(column: string): number
  numberOrNull(column: string): number | null
  json(column: string): unknown
}

/** A reader over one row; a column of another type is a defect of a query, hence a TypeError. */
export function reader(row: SqlRow): RowReader {
  const read = <T>(column: string, type: 'string' | 'number', is: (value: unknown) => value is T): T => {
    const value = row[column]
    if (is(value)) return value
    throw new TypeError(`column ${column} holds ${typeof value}, expected ${type}`)
  }
  const text = (column: string): string => read(column, 'string', value => typeof value === 'string')
  const number = (column: string): number => read(column, 'number', value => typeof value === 'number')
  const orNull = <T>(column: string, value: (column: string) => T): T | null =>
    row[column] === null ? null : value(column)
  return {
    text,
    textOrNull: column => orNull(column, text),
    number,
    numberOrNull: column => orNull(column, number),
    json: column => JSON.parse(text(column)) as unknown,
  }
}
