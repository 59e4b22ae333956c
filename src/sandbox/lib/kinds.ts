/** Objects of several kinds: JSON in one table, found by their ids, listed newest first and narrowed by their fields. */
import type { Database, Statement } from './db.ts'

/** What a list is narrowed to. Names of fields come from our own code, never from a caller; values are bound. */
export interface Filter {
  /** What fields must be; undefined sets no condition. */
  readonly where?: Readonly<Record<string, FieldValue | undefined>>
  readonly bounds?: readonly Bound[]
  /** Texts of which a field must be one; a `*` in them stands for any text. */
  readonly anyOf?: { readonly field: string; readonly texts: readonly string[] }
  /** Beyond the object with this id, whichever way the list goes. */
  readonly beyond?: string
  /** The field with the number that the list goes by; what is equal, or all if left out, goes by the order of making. */
  readonly sortedBy?: string
  /** Oldest first instead of newest first. */
  readonly oldestFirst?: boolean
  readonly limit?: number
}

/** What a field may be compared with. */
export type FieldValue = string | number | boolean | null

/** A bound of a field that is a number. */
export type Bound = readonly [field: string, sign: '<' | '<=' | '>' | '>=', value: number]

/** The objects of one stand-in, by the names of their kinds. */
export interface KindStore<Kinds extends Readonly<Record<string, { readonly id: string }>>> {
  add<K extends keyof Kinds & string>(kind: K, object: Kinds[K]): void
  /** Puts it in the place of the one with its id. */
  put<K extends keyof Kinds & string>(kind: K, object: Kinds[K]): void
  find<K extends keyof Kinds & string>(kind: K, id: string): Kinds[K] | undefined
  list<K extends keyof Kinds & string>(kind: K, filter: Filter): readonly Kinds[K][]
  count(kind: keyof Kinds & string): number
  remove(id: string): void
  clear(): void
}

const TABLE = `
CREATE TABLE IF NOT EXISTS kind_object (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS kind_object_by_kind ON kind_object (kind, seq);`

/** The table, and for each kind the fields that its lists are narrowed by; `a+b`: by a, then up to a value of b. */
export function kindSchema(narrowedBy: Readonly<Record<string, readonly string[]>>): string {
  const indexes = Object.entries(narrowedBy).flatMap(([kind, all]) =>
    all.map(fields => indexOf(kind, fields)),
  )
  return [TABLE, ...indexes, ''].join('\n')
}

/** Each index is of one kind, so that a row is in few of them. */
function indexOf(kind: string, fields: string): string {
  const name = `kind_${kind}_by_${fields}`.replaceAll(/[.+]/g, '_')
  const columns = fields.split('+').map(fieldOf)
  return `CREATE INDEX IF NOT EXISTS ${name} ON kind_object (${columns.join(', ')}, seq) WHERE kind = '${kind}';`
}

function fieldOf(name: string): string {
  return `body ->> '$.${name}'`
}

/** Opens the store over a database with {@link kindSchema}. */
export function kindStore<Kinds extends Readonly<Record<string, { readonly id: string }>>>(
  db: Database,
): KindStore<Kinds> {
  const add = db.prepare<[string, string, string]>(
    'INSERT INTO kind_object (kind, id, body) VALUES (?, ?, ?)',
  )
  const put = db.prepare<[string, string, string]>(
    'UPDATE kind_object SET body = ? WHERE kind = ? AND id = ?',
  )
  const find = db.prepare<[string, string], Row>('SELECT body FROM kind_object WHERE kind = ? AND id = ?')
  const count = db.prepare<[string], { readonly total: number }>(
    'SELECT count(*) AS total FROM kind_object WHERE kind = ?',
  )
  const remove = db.prepare<[string]>('DELETE FROM kind_object WHERE id = ?')
  const clear = db.prepare('DELETE FROM kind_object')
  const listing = prepared(db)
  // Nothing but this store writes the table, each kind from objects of its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const read = <K extends keyof Kinds>(_kind: K, { body }: Row): Kinds[K] => JSON.parse(body) as Kinds[K]
  return {
    add: (kind, object) => void add.run(kind, object.id, JSON.stringify(object)),
    put: (kind, object) => void put.run(JSON.stringify(object), kind, object.id),
    find: (kind, id) => {
      const row = find.get(kind, id)
      return row === undefined ? undefined : read(kind, row)
    },
    list: (kind, filter) => {
      const { sql, values } = queryOf(kind, filter)
      return listing(sql)
        .all(...values)
        .map(row => read(kind, row))
    },
    count: kind => count.get(kind)?.total ?? 0,
    remove: id => void remove.run(id),
    clear: () => void clear.run(),
  }
}

/** Statements by their text, each prepared once. */
function prepared(db: Database): (sql: string) => Statement<Value[], Row> {
  const statements = new Map<string, Statement<Value[], Row>>()
  return sql => {
    const statement = statements.get(sql) ?? db.prepare<Value[], Row>(sql)
    statements.set(sql, statement)
    return statement
  }
}

interface Row {
  readonly body: string
}

type Value = string | number | null

interface Query {
  readonly sql: string
  readonly values: readonly Value[]
}

function queryOf(kind: string, filter: Filter): Query {
  const { where = {}, bounds = [], anyOf, beyond, sortedBy, oldestFirst = false, limit = -1 } = filter
  // The kind stands in the text: only then does SQLite see that an index of the kind will do.
  const conditions = [`kind = '${kind}'`]
  const values: Value[] = []
  const need = (condition: string, ...bound: readonly Value[]): void => {
    conditions.push(condition)
    values.push(...bound)
  }
  for (const [field, value] of Object.entries(where)) {
    if (value !== undefined)
      need(`${fieldOf(field)} IS ?`, typeof value === 'boolean' ? Number(value) : value)
  }
  for (const [field, sign, value] of bounds) need(`${fieldOf(field)} ${sign} ?`, value)
  if (anyOf !== undefined) {
    const each = anyOf.texts.map(text => `${fieldOf(anyOf.field)} ${text.includes('*') ? 'GLOB' : '='} ?`)
    need(each.length === 0 ? 'FALSE' : `(${each.join(' OR ')})`, ...anyOf.texts)
  }
  const keys = sortedBy === undefined ? ['seq'] : [fieldOf(sortedBy), 'seq']
  if (beyond !== undefined) {
    const sign = oldestFirst ? '>' : '<'
    const there = (columns: string): string => `(SELECT ${columns} FROM kind_object WHERE id = ?)`
    need(`(${keys.join(', ')}) ${sign} ${there(keys.join(', '))}`, beyond)
    // The same said of the first alone: SQLite uses no index for pairs that it has to look up.
    need(`${keys[0] ?? ''} ${sign}= ${there(keys[0] ?? '')}`, beyond)
  }
  const order = keys.map(key => `${key} ${oldestFirst ? 'ASC' : 'DESC'}`).join(', ')
  const sql = `SELECT body FROM kind_object WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`
  return { sql, values: [...values, limit] }
}
