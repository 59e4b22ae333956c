import { keysOf } from '../domain/keys-of.ts'
import { ID_PREFIXES } from '../kernel/ids.ts'
import { reader, type StoreCore, type StoreReader } from './core.ts'

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
    /** The runs of a task, first to last. */
    runsOf: async (taskId: string) =>
      core.engine
        .all('SELECT id FROM runs WHERE task_id = :taskId ORDER BY number', { taskId })
        .map(row => reader(row).text('id')),
    /** The run that an output, a judgement, a call or an effect belongs to. @throws UnreadableRow where there is no such id */
    runOf: async (kind: 'output' | 'judgement' | 'call' | 'effect', id: string) => {
      const column = kind === 'effect' ? 'subject_id' : 'run_id'
      const row = core.engine.get(`SELECT ${column} FROM ${TABLES[kind]} WHERE id = :id`, { id })
      return reader(row ?? {}).text(column)
    },
  }
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
  return core.engine
    .all(`SELECT id FROM ${TABLES[kind]} WHERE id >= :prefix AND id < :end ORDER BY id LIMIT ${NAMED}`, {
      prefix,
      end: `${prefix}\u{10FFFF}`,
    })
    .map(row => ({ kind, id: reader(row).text('id') }))
}

function findAttempt(core: StoreReader, of: { kind: Kind; id: string }, attempt: string): Lookup {
  const number = Number(attempt)
  const row =
    of.kind === 'run' &&
    core.engine.get('SELECT 1 FROM attempts WHERE run_id = :runId AND number = :number', {
      runId: of.id,
      number,
    })
  if (row === undefined || row === false) return { kind: 'none' }
  return {
    kind: 'found',
    found: { kind: 'attempt', id: `${of.id}/${number}`, runId: of.id, number },
  }
}

function byOutsideId(core: StoreReader, service: string, id: string): Found | null {
  const task = core.engine.get('SELECT id FROM tasks WHERE page_id = :id AND source = :service', {
    id,
    service,
  })
  if (task !== undefined) return { kind: 'task', id: reader(task).text('id') }
  const thing = core.engine.get(
    'SELECT key FROM outside_things WHERE service = :service AND outside_id = :id',
    { service, id },
  )
  if (thing === undefined) return null
  // Keys begin with the run: `run_x/log/ended`.
  return { kind: 'run', id: reader(thing).text('key').split('/')[0] ?? '' }
}
