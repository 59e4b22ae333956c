import { keysOf } from '../domain/keys-of.ts'
import { ID_PREFIXES } from '../kernel/ids.ts'
import { findRow, readRow, readRows, type RowReader, type StoreCore, type StoreReader } from './core.ts'

/** What an id given by a person names. */
export type Found =
  | { readonly kind: Kind; readonly id: string }
  | { readonly kind: 'attempt'; readonly id: string; readonly runId: string; readonly number: number }

/** The one thing that was meant, none, or several. */
export type Lookup =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] }

/** The table that holds each kind; names are constants of this file. */
const TABLES = {
  task: 'tasks',
  run: 'runs',
  output: 'outputs',
  judgement: 'judgements',
  call: 'calls',
  record: 'operation_records',
  effect: 'effects',
  alert: 'alerts',
  healing: 'healings',
  client: 'clients',
  bill: 'bills',
  link: 'links',
  mailing: 'mailings',
  payment: 'payments',
  refund: 'refunds',
  dispute: 'disputes',
} as const

type Kind = keyof typeof TABLES

/** Finds things by id. */
export function lookupStore(core: StoreCore) {
  return {
    /** A full id, `run_x/2` for an attempt, or any prefix that fits only one thing. */
    find: async (text: string): Promise<Lookup> => {
      const [head = '', attempt] = text.split('/', 2)
      const hits = kindsFor(head).flatMap(kind => idsWithPrefix(core, kind, head))
      const exact = hits.find(hit => hit.id === head)
      const only = exact ?? (hits.length === 1 ? hits[0] : undefined)
      if (only === undefined) {
        return hits.length === 0 ? { kind: 'none' } : { kind: 'ambiguous', ids: hits.map(hit => hit.id) }
      }
      return attempt === undefined ? { kind: 'found', found: only } : findAttempt(core, only, attempt)
    },
    /** The task of a page, or the run of a row or result that we made there, by the id that a service gave it. */
    byOutsideId: async (service: string, id: string) => byOutsideId(core, service, id),
    /** The payment, refund, dispute or link that a service of payments gave this id. */
    byPayersId: async (id: string) => byPayersId(core, id),
    /** The run that an output, a judgement, a call, a bill or a mailing belongs to. @throws UnreadableRow where there is no such id */
    runOf: async (kind: 'output' | 'judgement' | 'call' | 'bill' | 'mailing', id: string) =>
      readRow(core, `SELECT run_id FROM ${TABLES[kind]} WHERE id = :id`, { id }, is => is.text('run_id')),
  }
}

function idOf(is: RowReader): string {
  return is.text('id')
}

/** How many fitting ids are worth naming. */
const NAMED = 5

function kindsFor(text: string): Kind[] {
  return keysOf(TABLES).filter(kind => {
    const prefix = `${ID_PREFIXES[kind]}_`
    return text.startsWith(prefix) || prefix.startsWith(text)
  })
}

/** A range on the primary key, so that the index is used whatever the prefix holds. */
function idsWithPrefix(core: StoreReader, kind: Kind, prefix: string): { kind: Kind; id: string }[] {
  const sql = `SELECT id FROM ${TABLES[kind]} WHERE id >= :prefix AND id < :end ORDER BY id LIMIT ${NAMED}`
  return readRows(core, sql, { prefix, end: `${prefix}\u{10FFFF}` }, is => ({ kind, id: idOf(is) }))
}

function findAttempt(core: StoreReader, of: { kind: Kind; id: string }, attempt: string): Lookup {
  const number = Number(attempt)
  const sql = 'SELECT 1 FROM attempts WHERE run_id = :runId AND number = :number'
  if (of.kind !== 'run' || core.engine.get(sql, { runId: of.id, number }) === undefined)
    return { kind: 'none' }
  return { kind: 'found', found: { kind: 'attempt', id: `${of.id}/${number}`, runId: of.id, number } }
}

/** The ids of these services differ by how they are written, and are told apart from all others by that. */
function byPayersId(core: StoreReader, id: string): Found | null {
  const found = (['payment', 'link', 'refund', 'dispute'] as const).flatMap(kind =>
    readRows(
      core,
      `SELECT id FROM ${TABLES[kind]} WHERE outside_id = :id ${AT_SERVICE[kind]}`,
      { id },
      is => ({
        kind,
        id: idOf(is),
      }),
    ),
  )
  return found[0] ?? null
}

/** By the index of those that have one which begins with the service. */
const AT_SERVICE = {
  payment: 'AND service IN (SELECT service FROM accounts)',
  link: 'AND service IN (SELECT service FROM accounts)',
  refund: '',
  dispute: '',
} as const

function byOutsideId(core: StoreReader, service: string, id: string): Found | null {
  const task = 'SELECT id FROM tasks WHERE page_id = :id AND source = :service'
  const thing = 'SELECT key FROM outside_things WHERE service = :service AND outside_id = :id'
  return (
    findRow(core, task, { id, service }, is => ({ kind: 'task', id: idOf(is) })) ??
    // Keys begin with the run: `run_x/log/ended`.
    findRow(core, thing, { service, id }, is => ({ kind: 'run', id: is.text('key').split('/')[0] ?? '' }))
  )
}
