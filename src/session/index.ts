import { asAppError, rewritten } from '../kernel/errors.ts'
import { invoke, invokeSlot, type Invoked, type Opened, type Recorder } from '../kernel/invoke.ts'
import { createLog, type Log, type LogFormat, type LogLevel } from '../kernel/log.ts'
import type { Attempted } from '../kernel/operation.ts'
import { redactor, type Redact } from '../kernel/redaction.ts'
import type { AnyContext, AnyOperation, JobEnd, OperationOf } from '../operations/define.ts'
import { connect } from './connect.ts'
import { watchedJob, type WatchedJob } from './job-watch.ts'
import {
  findJob,
  orRecorded,
  ranJob,
  waitFor,
  type FoundJob,
  type JobList,
  type JobRequest,
  type RanJob,
} from './jobs.ts'
import { sessionParts, type PartsOptions } from './parts.ts'
import { secretKeeper } from './secret-keeper.ts'
import { refuseUnknownCode } from './tree.ts'

/** What a process was told, before anything is opened. */
export interface SessionOptions extends PartsOptions {
  readonly jobs: JobList
  readonly log: {
    readonly write: (line: string) => void
    readonly format: LogFormat
    readonly least: LogLevel
  }
}

/** What belongs to one call of an operation alone. */
export interface Call {
  /** Who asked, for the timeline: `cli:ana`. */
  readonly actor: string
  readonly dryRun: boolean
  /** The actor confirmed what cannot be undone. */
  readonly confirmed: boolean
  /** Aborts when the call is to end: with its process, its client or at its deadline. */
  readonly stop: AbortSignal
  readonly progress: (line: string) => void
  /** Shows that a model is being called; what is returned ends that. */
  readonly calling: (call: { readonly title: string; readonly stage: string }) => () => void
  /** Takes the parts of what is too long for a result, in their order; left out where nobody wants them. */
  readonly emit?: (text: string) => void
}

/**
 * The parts of a process: each is opened when an operation first needs it, once, and closed at the end; one that could
 * not be opened is tried again by the next call. It serves any number of calls, of several actors and at once. Surfaces
 * and commands reach operations only through here.
 */
export interface Session {
  /** @throws AppError without secrets */
  run<Output>(
    operation: OperationOf<Output>,
    input: Readonly<Record<string, unknown>>,
    call: Call,
  ): Promise<Invoked<Output>>
  /**
   * Runs a job of the schedule as a timer does: for a slot, which is done once.
   * @throws AppError `usage` where there is no such job; `refused` where it is not known what code this is; `busy` where
   *   it runs already, for longer than is waited for
   */
  runJob(request: JobRequest, call: Omit<Call, 'actor' | 'dryRun' | 'confirmed'>): Promise<RanJob>
  readonly log: Log
  close(): void
}

/** Opens nothing yet: every part waits until it is needed. Close it when the last operation has ended. */
export function openSession(options: SessionOptions): Session {
  const secrets = secretKeeper(options)
  const redact: Redact = text => redactor(secrets.values())(text)
  const parts = sessionParts(options, secrets)
  const log = createLog({
    ...options.log,
    now: () => options.world.clock.now(),
    redact,
    fixed: { commit: options.program.commit },
  })
  const open = async (operation: AnyOperation, call: Call): Promise<Opened<AnyContext>> => {
    if (obeysSettings(operation)) await parts.settings()
    const jobs = {
      run: async (name: string, slotMs: number) => jobEnd(() => runJob({ name, slotMs, waitMs: 0 }, call)),
    }
    const needed = await connect(operation, parts, { actor: call.actor, redact, jobs })
    const store = needed.store === undefined || !('ok' in needed.store) ? needed.store : valueOf(needed.store)
    return {
      recorder: store === undefined ? null : withoutSecrets(store.records, redact),
      locks: store?.locks ?? null,
      context: stop => ({
        ...needed,
        world: options.world,
        log,
        actor: call.actor,
        dryRun: call.dryRun,
        stop,
        program: options.program,
        schedule: options.jobs.schedule,
        progress: line => call.progress(redact(line)),
        calling: call.calling,
        emit: text => call.emit?.(text),
        redact,
        secretOrigin: name => secrets.find(name)?.origin ?? null,
      }),
    }
  }
  const { clock } = options.world
  const runJob: Session['runJob'] = async (request, asked) => {
    const call: Call = { ...asked, actor: `job:${request.name}`, dryRun: false, confirmed: false }
    const found = await findJob(options.jobs, request, clock.now())
    const watched = watchedJob({
      slot: found.slot,
      watch: parts.jobWatch,
      store: () => parts.store(call.actor),
      now: () => clock.now(),
      log,
    })
    try {
      return await runFound(found, request, { call, watched })
    } catch (error) {
      await watched.failed(asAppError(error))
      throw error
    }
  }
  const runFound = async (
    found: FoundJob,
    { waitMs }: JobRequest,
    { call, watched }: { readonly call: Call; readonly watched: WatchedJob },
  ): Promise<RanJob> => {
    const records = async (): Promise<Recorder> =>
      withoutSecrets((await parts.store(call.actor)).records, redact)
    const prepared = <T>(work: () => Promise<T>): Promise<T> =>
      orRecorded(found, { actor: call.actor, recorder: records }, work)
    await prepared(async () => {
      const { settings } = await parts.settings()
      if (!settings.allow_dirty) await refuseUnknownCode(options.program, options.world)
    })
    const ran = (run: RanJob['run'], beganMs: number): RanJob => ranJob(found, beganMs, run)
    // Asked before the lock is: what is done keeps nobody waiting.
    if (await (await parts.store(call.actor)).jobs.isDone(found.slot)) return ran(null, clock.now())
    const { slot, job, operation } = found
    const wait = waitFor(clock, waitMs, call.stop)
    const openWatched = async (): Promise<Opened<AnyContext>> => {
      const { recorder, ...opened } = await prepared(() => open(operation, call))
      return { ...opened, recorder: recorder === null ? null : watched.recorder(recorder) }
    }
    const invocation = { ...call, open: openWatched }
    const run = await invokeSlot(operation, job.input, invocation, { slot, wait: wait.more })
    return ran(run, wait.overMs())
  }
  /** What goes wrong is told without secrets, and a changing call says that it was told to stop. */
  const told = async <T>(changes: boolean, stop: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const heard = changes ? tellOfStop(stop, log) : () => {}
    try {
      return await work()
    } catch (error) {
      throw rewritten(asAppError(error), redact)
    } finally {
      heard()
    }
  }
  return {
    log,
    run: (operation, input, call) =>
      told(operation.access !== 'read', call.stop, () =>
        invoke(operation, input, { ...call, open: () => open(operation, call) }),
      ),
    runJob: (request, call) => told(true, call.stop, () => runJob(request, call)),
    close: () => parts.close(),
  }
}

/** What came of a job that an operation ran: it goes on with the next one whatever that was. */
async function jobEnd(run: () => Promise<RanJob>): Promise<JobEnd> {
  try {
    const ran = await run()
    return { wasDone: ran.run === null, outcome: ran.run?.outcome ?? 'ok', message: null }
  } catch (thrown) {
    const { kind, message } = asAppError(thrown)
    return { wasDone: false, outcome: kind, message }
  }
}

/**
 * A configuration that is named and not there, or that is faulty, is refused by whatever uses any part, also where it
 * would need no setting: what was asked for may not be what is done.
 */
function obeysSettings({ needs }: AnyOperation): boolean {
  return Object.keys(needs).length > 0 && needs['settings'] !== 'optional'
}

/**
 * Says that the wish to stop was heard, for what is in hand may take minutes. Returns how to say no more.
 */
function tellOfStop(stop: AbortSignal, log: Log): () => void {
  const tell = (): void => log.warn('told to stop: finishing what is in hand; a second signal ends at once')
  stop.addEventListener('abort', tell, { once: true })
  return () => stop.removeEventListener('abort', tell)
}

/** What went wrong is kept in the store as well, where no secret may stand. */
function withoutSecrets(records: Recorder, redact: Redact): Recorder {
  return {
    ...records,
    end: (id, outcome, message, counts) =>
      records.end(id, outcome, message === null ? null : redact(message), counts),
  }
}

function valueOf<T>(attempt: Attempted<T>): T | undefined {
  return attempt.ok ? attempt.value : undefined
}
