import { AppError, asAppError, defect, type Outcome } from './errors.ts'
import { readInput, type FlatInput } from './input.ts'
import { commandOf, type Counts, type Operation } from './operation.ts'
import { secondText } from './text.ts'

/** A slot of the schedule that an operation is run for: the instant at which a job was due. */
export interface Slot {
  readonly job: string
  readonly slotMs: number
  /** The ends of a run that has done it: it is not run again. */
  readonly ends: readonly Outcome[]
}

/** Where invocations that change something are recorded; the store implements it. */
export interface Recorder {
  begin(operation: string, actor: string): Promise<string>
  /** The same for a slot; null where that is done: then nothing is begun. */
  beginSlot(operation: string, actor: string, slot: Slot): Promise<string | null>
  /** How it ended. Of runs of a slot that did nothing and failed alike one record a day is kept. */
  end(id: string, outcome: Outcome, message: string | null, counts: Counts | null): Promise<void>
  /** It ended well and had nothing to do: of all such of a job one record a day is kept. */
  endIdle(id: string): Promise<void>
}

/** Work that is done once at a time; the store implements it. */
export interface Locks {
  /** Does the work unless another holds the lock; `lost` aborts where another took it over. */
  hold<T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<UnderLock<T>>
}

/** What came of work that wanted a lock: its result, or which process holds it, for people, and since when. */
export type UnderLock<T> =
  | { readonly kind: 'ran'; readonly value: T }
  | { readonly kind: 'held'; readonly holder: string; readonly sinceMs: number }

/** What was opened for a call. The first two are null where the operation uses no store, or the store is what is wrong. */
export interface Opened<Context> {
  readonly recorder: Recorder | null
  readonly locks: Locks | null
  /** What the operation works with, until `stop` aborts. */
  readonly context: (stop: AbortSignal) => Context
}

/** What a surface hands in so that an operation can run. */
export interface Invocation<Context> {
  readonly actor: string
  readonly dryRun: boolean
  readonly confirmed: boolean
  readonly stop: AbortSignal
  /** Opens what the operation needs; asked once, when what was asked for is known to be right. */
  readonly open: () => Promise<Opened<Context>>
}

/** A finished call of an operation. */
export interface Invoked<Output> {
  readonly result: Output
  readonly outcome: Outcome
}

/**
 * The one way from any surface to an operation: check the input, open what it needs, take its lock where it is
 * exclusive, record, run, record how it ended. A crash in between leaves a record without an end, which `status`
 * shows as died.
 * @throws AppError `busy` where it is exclusive and runs already; `refused` where it was not confirmed
 */
export async function invoke<Context, Output>(
  operation: Operation<Context, FlatInput, Output>,
  rawInput: Readonly<Record<string, unknown>>,
  invocation: Invocation<Context>,
): Promise<Invoked<Output>> {
  const begin: Begin = (recorder, command) => recorder.begin(command, invocation.actor)
  const invoked = await perform(operation, rawInput, invocation, { begin, isIdle: () => false, wait: never })
  if (invoked === null) throw defect('what is of no slot was done before')
  return invoked
}

/** How the end of another run is waited for: asked again each time that it has not ended; false: no longer. */
export type Wait = () => Promise<boolean>

/**
 * The same for a slot of the schedule. Null where the slot is done: looked at under the lock of an exclusive
 * operation, so that of two at once only one runs it.
 * @throws AppError as `invoke`, `busy` when it was waited for long enough
 */
export function invokeSlot<Context, Output>(
  operation: Operation<Context, FlatInput, Output>,
  rawInput: Readonly<Record<string, unknown>>,
  invocation: Invocation<Context>,
  { slot, wait }: { readonly slot: Slot; readonly wait: Wait },
): Promise<Invoked<Output> | null> {
  const begin: Begin = (recorder, command) => recorder.beginSlot(command, invocation.actor, slot)
  const isIdle = (result: Output): boolean => operation.isIdle?.(result) === true
  return perform(operation, rawInput, invocation, { begin, isIdle, wait })
}

type Begin = (recorder: Recorder, command: string) => Promise<string | null>

const never: Wait = () => Promise.resolve(false)

/** In what calls of a person and of the schedule differ. */
interface Manner<Output> {
  readonly begin: Begin
  readonly isIdle: (result: Output) => boolean
  readonly wait: Wait
}

async function perform<Context, Output>(
  operation: Operation<Context, FlatInput, Output>,
  rawInput: Readonly<Record<string, unknown>>,
  invocation: Invocation<Context>,
  manner: Manner<Output>,
): Promise<Invoked<Output> | null> {
  const command = commandOf(operation.path)
  const acts = operation.access !== 'read' && !invocation.dryRun
  // What was typed wrong is told first: nothing that could be set up would make it right.
  const input = readInput(operation.input, rawInput, `echopilot help ${command}`)
  if (acts && operation.access === 'irreversible' && !invocation.confirmed) throw unconfirmed(command)
  const { recorder, locks, context } = await invocation.open()
  const run = async (stop: AbortSignal): Promise<Invoked<Output>> => {
    const result = await operation.run(context(stop), input)
    return { result, outcome: operation.outcome?.(result) ?? 'ok' }
  }
  if (!acts) return run(invocation.stop)
  const work = async (stop: AbortSignal): Promise<Invoked<Output> | null> => {
    if (recorder === null || operation.isUnrecorded === true) return run(stop)
    const id = await manner.begin(recorder, command)
    if (id === null) return null
    const end = async ({ result, outcome }: Invoked<Output>): Promise<void> =>
      outcome === 'ok' && manner.isIdle(result)
        ? recorder.endIdle(id)
        : recorder.end(id, outcome, null, operation.counts?.(result) ?? null)
    return recorded(recorder, id, end, () => run(stop))
  }
  if (operation.exclusive !== true || locks === null) return work(invocation.stop)
  for (;;) {
    const held = await locks.hold(command, lost => work(AbortSignal.any([invocation.stop, lost])))
    if (held.kind === 'ran') return held.value
    if (!(await manner.wait())) throw runsAlready(command, held)
  }
}

function runsAlready(
  command: string,
  { holder, sinceMs }: { readonly holder: string; readonly sinceMs: number },
): AppError {
  return new AppError(
    'busy',
    `${command} runs already (${holder}, since ${secondText(sinceMs)} UTC)`,
    'run the same command again when it has ended',
  )
}

function unconfirmed(command: string): AppError {
  return new AppError(
    'refused',
    `${command} cannot be undone and was not confirmed: nothing was done`,
    'see what it would do with --dry-run, then run the same command with --yes',
  )
}

async function recorded<Output>(
  recorder: Recorder,
  id: string,
  end: (invoked: Invoked<Output>) => Promise<void>,
  run: () => Promise<Invoked<Output>>,
): Promise<Invoked<Output>> {
  try {
    const invoked = await run()
    await end(invoked)
    return invoked
  } catch (thrown) {
    const error = asAppError(thrown)
    await endQuietly(() => recorder.end(id, error.kind, error.message, null), error)
    throw error
  }
}

/** The caller gets the failure itself, also where it can no longer be recorded in the store. */
async function endQuietly(end: () => Promise<void>, error: AppError): Promise<void> {
  try {
    await end()
  } catch (second) {
    if (error.kind === 'store') return
    throw asAppError(second)
  }
}
