import { lastSlot, noSuchJob, slotEnds, type Schedule, type ScheduledJob } from '../domain/schedule.ts'
import { isLate } from '../domain/slot-state.ts'
import { AppError, asAppError, defect } from '../kernel/errors.ts'
import type { Invoked, Recorder, Slot, Wait } from '../kernel/invoke.ts'
import { commandOf, type LazyList } from '../kernel/operation.ts'
import type { Clock } from '../kernel/world.ts'
import type { AnyOperation } from '../operations/define.ts'

/** What can be run by the schedule: the jobs, and the operations that they run. */
export interface JobList {
  readonly schedule: Schedule
  readonly operations: LazyList<AnyOperation>
}

/** A job that is to be run. */
export interface JobRequest {
  readonly name: string
  /** Null for its last slot. */
  readonly slotMs: number | null
  /** How long the end of another run is waited for. */
  readonly waitMs: number
}

/** What came of a job. */
export interface RanJob {
  readonly job: string
  readonly slotMs: number
  /** Begun more than 90 s after its slot. */
  readonly late: boolean
  readonly operation: AnyOperation
  /** Null where its slot was done before: nothing was run. */
  readonly run: Invoked<unknown> | null
}

/** A job and the operation that it runs. */
export interface FoundJob {
  readonly slot: Slot
  readonly job: ScheduledJob
  readonly operation: AnyOperation
}

/**
 * The job of a name, for its last slot at or before now where none is named.
 * @throws AppError `usage` with what was meant
 */
export async function findJob(
  { schedule, operations }: JobList,
  { name, slotMs }: JobRequest,
  nowMs: number,
): Promise<FoundJob> {
  const job = Object.hasOwn(schedule, name) ? schedule[name] : undefined
  if (job === undefined) throw new AppError('usage', noSuchJob(name, schedule), 'echopilot jobs list')
  const load = operations[job.operation]
  if (load === undefined) throw defect(`the job ${name} runs ${job.operation}, which is no operation`)
  const slot = { job: name, slotMs: slotMs ?? lastSlot(job.on, nowMs), ends: slotEnds(job) }
  return { slot, job, operation: await load() }
}

/** What is told of a job. */
export function ranJob({ slot, operation }: FoundJob, startedMs: number, run: RanJob['run']): RanJob {
  const { job, slotMs } = slot
  return { job, slotMs, late: isLate(slotMs, startedMs), operation, run }
}

/**
 * Does what has to go well before a job can begin. What keeps it from that is how the run of its slot ended: without a
 * record nobody would see why it is late, and it would be run again for ever. The caller gets the failure itself, also
 * where the store cannot be told of it.
 */
export async function orRecorded<T>(
  { slot, operation }: FoundJob,
  { actor, recorder }: { readonly actor: string; readonly recorder: () => Promise<Recorder> },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    const { kind, message } = asAppError(thrown)
    try {
      const records = await recorder()
      const id = await records.beginSlot(commandOf(operation.path), actor, slot)
      if (id !== null) await records.end(id, kind, message, null)
    } catch (second) {
      if (!(second instanceof AppError)) throw second
    }
    throw thrown
  }
}

/** A process that holds a lock says nothing when it lets go: it is asked so often. */
const ASK_AGAIN_MS = 1000

/** Waits for the end of another run, for so long in all, or until told to stop; tells when that was over. */
export function waitFor(
  clock: Clock,
  waitMs: number,
  stop: AbortSignal,
): { readonly more: Wait; readonly overMs: () => number } {
  const untilMs = clock.monotonicMs() + waitMs
  let overMs = clock.now()
  const more: Wait = async () => {
    const leftMs = untilMs - clock.monotonicMs()
    if (leftMs <= 0 || stop.aborted) return false
    await clock.sleep(Math.min(leftMs, ASK_AGAIN_MS), stop)
    overMs = clock.now()
    return !stop.aborted
  }
  return { more, overMs: () => overMs }
}
