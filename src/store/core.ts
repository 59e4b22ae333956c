import { fits, type Shape } from '../domain/shape.ts'
import { UnreadableRow } from '../kernel/errors.ts'
import type { Clock, Processes } from '../kernel/world.ts'
import type { IdKind } from '../kernel/ids.ts'
import type { Engine, SqlRow } from './engine.ts'
import type { GroupCommit } from './group-commit.ts'

/** What every table family is built from. */
export interface StoreCore {
  /** To read, to write inside of `write`, and to write by one statement that stands alone. */
  readonly engine: Engine
  /** A state transition: all or nothing, and durable once it resolves. */
  readonly write: GroupCommit['write']
  readonly clock: Pick<Clock, 'now' | 'every'>
  readonly processes: Processes
  readonly newId: (kind: IdKind) => string
  /** The program's commit, written beside what it did. */
  readonly commit: string
}

/* oxlint-disable typescript/no-unnecessary-type-parameters, typescript/no-unsafe-type-assertion --
   a row has no types: here, and only here, it gets those that the schema and its one writer promise */

/** Reads columns of a row by name, checking what SQLite's STRICT tables promise. */
export interface RowReader {
  /** A narrower type is what the column's CHECK promises. */
  text<T extends string = string>(column: string): T
  textOrNull<T extends string = string>(column: string): T | null
  number(column: string): number
  numberOrNull(column: string): number | null
  /** One of the texts that are known; for what is looked up by it. */
  choice<T extends string>(column: string, choices: readonly T[]): T
  /** What this program wrote there itself: the type is that of the code that wrote it, the shape is looked at. */
  json<T = unknown>(column: string, shape: Shape): T
}

/** A reader over one row. @throws UnreadableRow where a column holds what no program of ours wrote there */
export function reader(row: SqlRow): RowReader {
  const text = <T extends string>(column: string): T => {
    const value = row[column]
    if (typeof value === 'string') return value as T
    throw new UnreadableRow(column, value)
  }
  const number = (column: string): number => {
    const value = row[column]
    if (typeof value === 'number') return value
    throw new UnreadableRow(column, value)
  }
  return {
    text,
    textOrNull: <T extends string>(column: string) => (row[column] === null ? null : text<T>(column)),
    number,
    numberOrNull: column => (row[column] === null ? null : number(column)),
    choice: <T extends string>(column: string, choices: readonly T[]) => {
      const value = text<T>(column)
      if (choices.includes(value)) return value
      throw new UnreadableRow(column, value)
    },
    json: <T>(column: string, shape: Shape) => {
      const value = parsed(text(column))
      if (fits(value, shape)) return value as T
      throw new UnreadableRow(column, value)
    },
  }
}

/** Undefined, which fits no shape, where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a kept finding looks like. */
export const FINDINGS_SHAPE = [{ source: 'text', severity: 'text', text: 'text' }] as const satisfies Shape
