import { CLOCK_STEP_MS } from '../domain/due.ts'
import type { Outcome } from '../kernel/errors.ts'
import type { Counts } from '../kernel/operation.ts'
import { reader, findRow, readRows, type RowReader, type StoreCore, type StoreReader } from './core.ts'

/** How an operation ended, or that it is under way. */
export interface OperationRecord {
  readonly id: string
  readonly operation: string
  readonly actor: string
  readonly startedMs: number
  readonly endedMs: number | null
  /** Null while it runs; `died` where its process is gone without having said how it ended. */
  readonly outcome: Outcome | 'died' | null
  readonly message: string | null
  /** Items that it handled, and that it could not; null where it does not count, or has not ended. */
  readonly counts: Counts | null
}

/** One row per operation that changes something. */
export function recordStore(core: StoreCore) {
  const { clock } = core
  return {
    begin: (operation: string, actor: string) =>
      core.change(actor, 'operation.begin', tx => {
        const id = tx.newId('record')
        tx.engine.run(
          `INSERT INTO operation_records (id, operation, actor, owner, started_ms, program_commit)
           VALUES (:id, :operation, :actor, :owner, :now, :commit)`,
          { id, operation, actor, owner: tx.processes.self, now: tx.clock.now(), commit: tx.commit },
        )
        return id
      }),
    end: (id: string, outcome: Outcome, message: string | null, counts?: Counts | null) =>
      core.change(core.actor, 'operation.end', tx => {
        const row = tx.engine.returning(
          `UPDATE operation_records SET ended_ms = :now, outcome = :outcome, message = :message, done = :done,
             failed = :failed WHERE id = :id RETURNING operation`,
          {
            id,
            outcome,
            message,
            done: counts?.done ?? null,
            failed: counts?.failed ?? null,
            now: tx.clock.now(),
          },
        )
        // What was looked for and not found, as by most polls, is no change that anybody would look for.
        const isIdle = outcome === 'ok' && counts?.done === 0 && counts.failed === 0
        if (row !== undefined && !isIdle)
          tx.about(id, { operation: reader(row).text('operation'), outcome, ...counts })
      }),
    /** The latest record of each operation. */
    latest: async () =>
      readRows(core, LATEST, { latest: clock.now() + CLOCK_STEP_MS }, is => readRecord(core, is)),
    /**
     * The latest of what was recorded at an instant that lies ahead: the clock was set back since. Null where there is
     * nothing of the kind.
     */
    ahead: async () =>
      findRow(core, AHEAD, { latest: clock.now() + CLOCK_STEP_MS }, is => ({
        what: is.text('what'),
        atMs: is.number('at_ms'),
      })),
    get: async (id: string) =>
      findRow(core, 'SELECT * FROM operation_records WHERE id = :id', { id }, is => readRecord(core, is)),
  }
}

/** Steps from one operation's name to the next by the index: there are few names and many records. */
const WITH_NAMES = `WITH RECURSIVE names (operation) AS (
    SELECT MIN(operation) FROM operation_records
    UNION ALL
    SELECT (SELECT MIN(operation) FROM operation_records WHERE operation > names.operation)
    FROM names WHERE operation IS NOT NULL
  )`

/** What a clock that was ahead wrote is the latest only where there is nothing else. */
const LATEST = `${WITH_NAMES}
  SELECT o.* FROM names JOIN operation_records o ON o.id = COALESCE(
    (SELECT id FROM operation_records WHERE operation = names.operation AND started_ms <= :latest
     ORDER BY started_ms DESC LIMIT 1),
    (SELECT id FROM operation_records WHERE operation = names.operation ORDER BY started_ms LIMIT 1))
  ORDER BY o.operation`

function readRecord(core: StoreReader, is: RowReader): OperationRecord {
  const endedMs = is.numberOrNull('ended_ms')
  const done = is.numberOrNull('done')
  const died = endedMs === null && core.processes.state(is.text('owner')) === 'dead'
  return {
    id: is.text('id'),
    operation: is.text('operation'),
    actor: is.text('actor'),
    startedMs: is.number('started_ms'),
    endedMs,
    outcome: died ? 'died' : is.textOrNull<Outcome>('outcome'),
    message: is.textOrNull('message'),
    counts: done === null ? null : { done, failed: is.number('failed') },
  }
}

/** Nearly all that changes something leaves a record of when it began, and a task of when it was added. */
const AHEAD = `${WITH_NAMES}, latest (what, at_ms) AS (
    SELECT operation, (SELECT MAX(started_ms) FROM operation_records WHERE operation = names.operation) FROM names
    UNION ALL
    SELECT id, created_ms FROM tasks WHERE created_ms = (SELECT MAX(created_ms) FROM tasks)
  )
  SELECT what, at_ms FROM latest WHERE at_ms > :latest ORDER BY at_ms DESC LIMIT 1`
