import { CLOCK_STEP_MS } from '../domain/due.ts'
import type { Outcome } from '../kernel/errors.ts'
import type { Slot } from '../kernel/invoke.ts'
import type { Counts } from '../kernel/operation.ts'
import {
  findRow,
  readRows,
  reader,
  type Change,
  type RowReader,
  type StoreCore,
  type StoreReader,
} from './core.ts'
import { listed, listOf } from './sql.ts'

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
      core.change(actor, 'operation.begin', tx => begin(tx, operation, { job: null, slotMs: null })),
    /** The same for a slot of the schedule; null where a run of it has done it: then nothing is begun. */
    beginSlot: (operation: string, actor: string, slot: Slot) =>
      core.change(actor, 'operation.begin', tx => (isSlotDone(tx, slot) ? null : begin(tx, operation, slot))),
    /**
     * Ends it. Runs of the schedule that fail again and again in the same way, with nothing done, are one fact: of those
     * of a job and a day (UTC) one record is kept, the last, and the first is audited.
     */
    end: (id: string, outcome: Outcome, message: string | null, counts: Counts | null = null) =>
      core.change(core.actor, 'operation.end', tx => {
        const ended = end(tx, id, { outcome, message, counts })
        if (ended === null) return
        const isIdle = (counts?.done ?? 0) === 0 && outcome !== 'ok'
        const isAgain = isIdle && ended.slot !== null && joinIdle(tx, id, ended.slot)
        // What was looked for and not found, as by most polls, is no change that anybody would look for.
        const foundNothing = outcome === 'ok' && counts?.done === 0 && counts.failed === 0
        if (!isAgain && !foundNothing) tx.about(id, { operation: ended.operation, outcome, ...counts })
      }),
    /** Ends a run of a slot that found nothing to do. Of those of a job and a day (UTC) one record is kept, the last. */
    endIdle: (id: string) =>
      core.change(core.actor, 'operation.idle', tx => {
        const slot = end(tx, id, { outcome: 'ok', message: null, counts: null })?.slot
        if (slot !== undefined && slot !== null) joinIdle(tx, id, slot)
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

function begin(
  tx: Change,
  operation: string,
  { job, slotMs }: { readonly job: string | null; readonly slotMs: number | null },
): string {
  const id = tx.newId('record')
  const { actor, commit } = tx
  tx.engine.run(
    `INSERT INTO operation_records (id, operation, actor, owner, started_ms, program_commit, job, slot_ms)
     VALUES (:id, :operation, :actor, :owner, :now, :commit, :job, :slotMs)`,
    { id, operation, actor, owner: tx.processes.self, now: tx.clock.now(), commit, job, slotMs },
  )
  return id
}

function end(
  tx: Change,
  id: string,
  { outcome, message, counts }: Pick<OperationRecord, 'message' | 'counts'> & { readonly outcome: Outcome },
): Ended | null {
  const row = tx.engine.returning(
    `UPDATE operation_records SET ended_ms = :now, outcome = :outcome, message = :message, done = :done,
       failed = :failed WHERE id = :id RETURNING operation, job, slot_ms`,
    {
      id,
      outcome,
      message,
      done: counts?.done ?? null,
      failed: counts?.failed ?? null,
      now: tx.clock.now(),
    },
  )
  if (row === undefined) return null
  const is = reader(row)
  const job = is.textOrNull('job')
  return {
    operation: is.text('operation'),
    slot: job === null ? null : { job, slotMs: is.number('slot_ms') },
  }
}

/** What ended: an operation, and of which slot of the schedule it was a run; null where of none. */
interface Ended {
  readonly operation: string
  readonly slot: Pick<Slot, 'job' | 'slotMs'> | null
}

/** Whether a run of a slot has done it. */
export function isSlotDone(core: StoreReader, { job, slotMs, ends }: Slot): boolean {
  const sql = `SELECT 1 FROM operation_records WHERE job = :job AND slot_ms = :slotMs AND outcome IN ${listed(':ends')}`
  return findRow(core, sql, { job, slotMs, ends: listOf(ends) }, () => true) ?? false
}

const DAY_MS = 24 * 3_600_000

/**
 * The record of a run that did nothing takes the place of the one that stands for those of its day before it that ended
 * in the same way; whether there was one. Those of its own slot stay: by them it is known how often that was tried.
 */
function joinIdle(tx: Change, id: string, { job, slotMs }: Pick<Slot, 'job' | 'slotMs'>): boolean {
  const alike = { id, job, slotMs, fromMs: Math.floor(slotMs / DAY_MS) * DAY_MS }
  tx.engine.run(
    `UPDATE operation_records SET idle = 1 + COALESCE((SELECT SUM(idle) FROM operation_records before WHERE ${ALIKE}), 0)
     WHERE id = :id`,
    alike,
  )
  return tx.engine.run(`DELETE FROM operation_records AS before WHERE ${ALIKE}`, alike) > 0
}

const ALIKE = `before.job = :job AND before.slot_ms >= :fromMs AND before.slot_ms < :slotMs AND before.idle > 0
    AND EXISTS (SELECT 1 FROM operation_records latest WHERE latest.id = :id AND before.outcome = latest.outcome
      AND before.message IS NOT DISTINCT FROM latest.message AND before.failed IS NOT DISTINCT FROM latest.failed)`

/** Steps from one operation's name to the next by the index: there are few names and many records. */
export const WITH_NAMES = `WITH RECURSIVE names (operation) AS (
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

/** A record, and whether its process died. */
export function readRecord(core: StoreReader, is: RowReader): OperationRecord {
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
