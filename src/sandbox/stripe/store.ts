/** The objects: JSON in one table, found by id and listed newest first by what the API's lists are filtered by. */
import type { Database, Statement } from '../lib/db.ts'
import type { Kind, Kinds } from './model.ts'

/** What a list is narrowed to; of what is left out there is no condition. */
export interface Filter {
  readonly livemode: boolean
  /** Values of fields of the objects. */
  readonly where?: Readonly<Record<string, string | number | boolean | null | undefined>>
  /** Types of events; one may end in `*`. */
  readonly types?: readonly string[]
  /** Bounds of `created`, in seconds. */
  readonly created?: Bounds
  /** Those of this time, in seconds, and later. */
  readonly since?: number
  /** Those whose time in this field has come. */
  readonly due?: { readonly field: 'expires_at' | 'available_on'; readonly at: number }
  /** Beyond this object, whichever way the list goes. */
  readonly beyond?: string
  /** Oldest first instead of newest first. */
  readonly oldestFirst?: boolean
  readonly limit?: number
}

/** Bounds of a number. */
export interface Bounds {
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
  readonly equals?: number
}

/** The store of one stand-in. */
export interface Store {
  add<K extends Kind>(kind: K, object: Kinds[K]): void
  /** Puts it in the place of the one with its id. */
  put<K extends Kind>(kind: K, object: Kinds[K]): void
  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined
  list<K extends Kind>(kind: K, filter: Filter): readonly Kinds[K][]
  count(kind: Kind): number
  remove(id: string): void
  clear(): void
}

/** What lists of each kind are narrowed by; `a+b`: by a, then up to a value of b. */
const NARROWED_BY: Partial<Readonly<Record<Kind, readonly string[]>>> = {
  'checkout.session': ['payment_intent', 'payment_link', 'status', 'status+expires_at'],
  charge: ['payment_intent'],
  refund: ['payment_intent', 'charge'],
  dispute: ['payment_intent', 'charge', 'status'],
  balance_transaction: ['source', 'type', 'own.payout', 'status+available_on'],
  payout: ['status'],
  event: ['type'],
}

/** The table; its indexes are of one kind each, so that a row is in few of them. */
export const STRIPE_SCHEMA = `
CREATE TABLE IF NOT EXISTS stripe_object (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  livemode INTEGER NOT NULL,
  created INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS stripe_by_kind ON stripe_object (kind, livemode, seq);
${Object.entries(NARROWED_BY)
  .flatMap(([kind, all]) => all.map(fields => indexOf(kind, fields)))
  .join('\n')}
`

function indexOf(kind: string, fields: string): string {
  const name = `stripe_${kind}_by_${fields}`.replaceAll(/[.+]/g, '_')
  const columns = fields.split('+').map(field => `body ->> '$.${field}'`)
  return `CREATE INDEX IF NOT EXISTS ${name} ON stripe_object (livemode, ${columns.join(', ')}, seq) WHERE kind = '${kind}';`
}

const SIGNS = [
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
  ['equals', '='],
] as const

/** Opens it over a database with {@link STRIPE_SCHEMA}. */
export function openStore(db: Database): Store {
  const add = db.prepare<[string, string, number, number, string]>(
    'INSERT INTO stripe_object (kind, id, livemode, created, body) VALUES (?, ?, ?, ?, ?)',
  )
  const put = db.prepare<[string, string, string]>(
    'UPDATE stripe_object SET body = ? WHERE kind = ? AND id = ?',
  )
  const find = db.prepare<[string, string], Row>('SELECT body FROM stripe_object WHERE kind = ? AND id = ?')
  const count = db.prepare<[string], { readonly total: number }>(
    'SELECT count(*) AS total FROM stripe_object WHERE kind = ?',
  )
  const remove = db.prepare<[string]>('DELETE FROM stripe_object WHERE id = ?')
  const clear = db.prepare('DELETE FROM stripe_object')
  const listing = prepared(db)
  return {
    add: (kind, object) =>
      void add.run(kind, object.id, Number(object.livemode), object.created, JSON.stringify(object)),
    put: (kind, object) => void put.run(JSON.stringify(object), kind, object.id),
    find: <K extends Kind>(kind: K, id: string) => {
      const row = find.get(kind, id)
      return row === undefined ? undefined : parsed(kind, row)
    },
    list: <K extends Kind>(kind: K, filter: Filter) => {
      const { sql, values } = queryOf(kind, filter)
      return listing(sql)
        .all(...values)
        .map(row => parsed(kind, row))
    },
    count: kind => count.get(kind)?.total ?? 0,
    remove: id => void remove.run(id),
    clear: () => void clear.run(),
  }
}

/** Statements by their text, each prepared once. */
function prepared(db: Database): (sql: string) => Statement<(string | number)[], Row> {
  const statements = new Map<string, Statement<(string | number)[], Row>>()
  return sql => {
    const statement = statements.get(sql) ?? db.prepare<(string | number)[], Row>(sql)
    statements.set(sql, statement)
    return statement
  }
}

interface Row {
  readonly body: string
}

/** The kind says which type the row has. */
function parsed<K extends Kind>(_kind: K, { body }: Row): Kinds[K] {
  // Nothing but this store writes the table, each kind from objects of its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(body) as Kinds[K]
}

interface Query {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** Field names come from our own code only; values are bound. */
function queryOf(kind: Kind, filter: Filter): Query {
  const { where = {}, types, created = {}, since, due, beyond, oldestFirst = false, limit = -1 } = filter
  // The kind stands in the text: only then does SQLite see that an index of the kind will do.
  const conditions = [`kind = '${kind}'`, 'livemode = ?']
  const values: (string | number)[] = [Number(filter.livemode)]
  const need = (condition: string, ...bound: readonly (string | number)[]): void => {
    conditions.push(condition)
    values.push(...bound)
  }
  for (const [field, value] of Object.entries(where)) {
    if (value === null) need(`body ->> '$.${field}' IS NULL`)
    else if (value !== undefined)
      need(`body ->> '$.${field}' = ?`, typeof value === 'boolean' ? Number(value) : value)
  }
  for (const [name, sign] of SIGNS) {
    const bound = created[name]
    if (bound !== undefined) need(`created ${sign} ?`, bound)
  }
  if (types !== undefined) {
    const one = types.map(type =>
      type.endsWith('*')
        ? `substr(body ->> '$.type', 1, ${String(type.length - 1)}) = ?`
        : `body ->> '$.type' = ?`,
    )
    need(`(${one.join(' OR ')})`, ...types.map(type => type.replace(/\*$/, '')))
  }
  if (since !== undefined) need('created >= ?', since)
  if (due !== undefined) need(`body ->> '$.${due.field}' <= ?`, due.at)
  if (beyond !== undefined)
    need(`seq ${oldestFirst ? '>' : '<'} (SELECT seq FROM stripe_object WHERE id = ?)`, beyond)
  const order = oldestFirst ? 'ASC' : 'DESC'
  const sql = `SELECT body FROM stripe_object WHERE ${conditions.join(' AND ')} ORDER BY seq ${order} LIMIT ?`
  return { sql, values: [...values, limit] }
}
