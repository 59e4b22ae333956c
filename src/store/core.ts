import type { AuditFacts } from '../domain/audit.ts'
import type { EffectKinds } from '../domain/effect-kind.ts'
import type { Money } from '../domain/money.ts'
import { fits, type Shape } from '../domain/shape.ts'
import { UnreadableRow } from '../kernel/errors.ts'
import type { Clock, Processes, Random } from '../kernel/world.ts'
import { newId, type IdKind } from '../kernel/ids.ts'
import { appendAudit, gathering } from './audit-chain.ts'
import { CHANGES, type ChangeKind } from './changes.ts'
import type { Reader, SqlParameters, SqlRow, Writer } from './engine.ts'
import type { GroupCommit } from './group-commit.ts'

/** What reading needs; a change has it too, so that what takes this reads inside one or outside. */
export interface StoreReader {
  readonly engine: Reader
  readonly clock: Pick<Clock, 'now'>
  readonly processes: Processes
  readonly kinds: EffectKinds
  /** The program's commit, written beside what it did. */
  readonly commit: string
}

/**
 * A change under way: all or nothing. What takes one is part of its caller's transaction. It may be run twice, after
 * all that it did was undone, so it does nothing beside its statements; its time stands still, and its ids are the same
 * again.
 */
export interface Change extends StoreReader {
  readonly engine: Writer
  /** Who changes something: a person (`cli:ana`), a part of the program (`pipeline`) or a service (`notion`). */
  readonly actor: string
  readonly what: ChangeKind
  readonly newId: (kind: IdKind) => string
  /**
   * Names a thing that this changes, by its id, with what of it matters: see {@link AuditFacts}. A change of an audited
   * kind that named something has a row in the audit chain; one that came to nothing names nothing.
   */
  readonly about: (id: string, facts?: AuditFacts) => void
}

/** What every table family is built from. */
export interface StoreCore extends StoreReader {
  readonly clock: Pick<Clock, 'now' | 'every'>
  /** Whoever opened the store, for changes that name nobody else. */
  readonly actor: string
  /** The only way to change rows; durable once it resolves. Those of one moment share a commit. */
  readonly change: <T>(actor: string, what: ChangeKind, work: (tx: Change) => T) => Promise<T>
}

/**
 * The only way to change rows: makes the handle that can, for each change anew. Its time stands still
 * from when it has the lock, and its ids are the same again where it is run a second time. What is audited is
 * appended to the chain before the end of the same transaction.
 */
export function changing(
  reading: StoreReader,
  engine: Writer,
  random: Random,
  write: GroupCommit['write'],
): StoreCore['change'] {
  return async (actor, what, work) => {
    const made = new Map<string, string>()
    return write(() => {
      // Read once the lock is ours: a lease that was given while we waited for it is not one from the future.
      const nowMs = reading.clock.now()
      const clock = { now: () => nowMs }
      let number = 0
      const sameId = (kind: IdKind): string => {
        number += 1
        const id = made.get(`${kind} ${number}`) ?? newId(kind, { clock, random })
        made.set(`${kind} ${number}`, id)
        return id
      }
      const { about, subjects } = gathering()
      const tx = { ...reading, engine, clock, actor, what, newId: sameId, about }
      const value = work(tx)
      if (CHANGES[what].audited && subjects.size > 0) appendAudit(tx, what, Object.fromEntries(subjects))
      return value
    })
  }
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

/** An amount that stands in two columns; null where there is none. */
export function moneyIn(is: RowReader, minorColumn: string, currencyColumn: string): Money | null {
  const minor = is.numberOrNull(minorColumn)
  return minor === null ? null : { minor, currency: is.text(currencyColumn) }
}

/** The first row of a statement as `read` makes it; null where it has none. */
export function findRow<T>(
  { engine }: StoreReader,
  sql: string,
  values: SqlParameters,
  read: (is: RowReader) => T,
): T | null {
  const row = engine.get(sql, values)
  return row === undefined ? null : read(reader(row))
}

/** The one row that a statement has. @throws UnreadableRow where it has none */
export function readRow<T>(
  { engine }: StoreReader,
  sql: string,
  values: SqlParameters,
  read: (is: RowReader) => T,
): T {
  return read(reader(engine.get(sql, values) ?? {}))
}

/** All rows of a statement, each as `read` makes it. */
export function readRows<T>(
  { engine }: StoreReader,
  sql: string,
  values: SqlParameters,
  read: (is: RowReader) => T,
): T[] {
  return engine.all(sql, values).map(row => read(reader(row)))
}

/** What a kept finding looks like. */
export const FINDINGS_SHAPE = [{ source: 'text', severity: 'text', text: 'text' }] as const satisfies Shape
