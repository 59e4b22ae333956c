import { CLOCK_STEP_MS } from '../domain/due.ts'
import type { Slot } from '../kernel/invoke.ts'
import { findRow, readRow, readRows, type RowReader, type StoreCore, type StoreReader } from './core.ts'
import { isSlotDone, readRecord, type OperationRecord } from './records.ts'

/** A run of a job of the schedule. */
export interface JobRun extends OperationRecord {
  readonly job: string
  /** When it was due. */
  readonly slotMs: number
  /** The commit of the program that ran it. */
  readonly commit: string
  /** How many runs of its day that did nothing and ended alike it stands for, itself included; 0 where it did something. */
  readonly idle: number
}

/** What ran when by the schedule. Runs are recorded with the operations that they were runs of. */
export function jobStore(core: StoreCore) {
  const read = (is: RowReader): JobRun => readJobRun(core, is)
  return {
    /** Whether a run of the slot has done it. */
    isDone: async (slot: Slot) => isSlotDone(core, slot),
    /** The runs of a job for this slot and later ones, and those that have not ended, in the order in which they began. */
    runsFrom: async (job: string, slotMs: number) =>
      readRows(core, RUNS_FROM, { job, slotMs }, read).toSorted((a, b) => a.startedMs - b.startedMs),
    /** The newest runs of a job, the newest slot first; behind them those whose slots lie ahead: a clock was. */
    newest: async (job: string, limit: number, nowMs: number) => {
      const now = nowMs + CLOCK_STEP_MS
      const newest = readRows(core, NEWEST, { job, now, limit }, read)
      const left = limit - newest.length
      return left === 0 ? newest : [...newest, ...readRows(core, AHEAD, { job, now, limit: left }, read)]
    },
    /** When the first slot of a job was begun, which may have been long past then; null where none was. */
    firstBegunMs: async (job: string) => findRow(core, FIRST, { job }, is => is.number('started_ms')),
    /** Since when there is this store: no slot was due before. */
    firstMs: async () =>
      readRow(core, 'SELECT applied_at_ms FROM schema_migrations WHERE number = 1', {}, is =>
        is.number('applied_at_ms'),
      ),
  }
}

const RUNS_FROM = `SELECT * FROM operation_records WHERE job = :job AND slot_ms >= :slotMs
  UNION ALL SELECT * FROM operation_records WHERE job = :job AND slot_ms < :slotMs AND ended_ms IS NULL`

const FIRST = 'SELECT started_ms FROM operation_records WHERE job = :job ORDER BY slot_ms, started_ms LIMIT 1'

const NEWEST = `SELECT * FROM operation_records WHERE job = :job AND slot_ms <= :now
  ORDER BY slot_ms DESC, started_ms DESC LIMIT :limit`

const AHEAD = `SELECT * FROM operation_records WHERE job = :job AND slot_ms > :now
  ORDER BY slot_ms DESC, started_ms DESC LIMIT :limit`

function readJobRun(core: StoreReader, is: RowReader): JobRun {
  return {
    ...readRecord(core, is),
    job: is.text('job'),
    slotMs: is.number('slot_ms'),
    commit: is.text('program_commit'),
    idle: is.numberOrNull('idle') ?? 0,
  }
}
