import { AppError, asAppError, type Outcome } from './errors.ts'
import { readInput, type FlatInput } from './input.ts'
import { commandOf, type Counts, type Operation } from './operation.ts'
import { secondText } from './text.ts'

/** Where invocations that change something are recorded; the store implements it. */
export interface Recorder {
  begin(operation: string, actor: string): Promise<string>
  end(id: string, outcome: Outcome, message: string | null, counts: Counts | null): Promise<void>
}

/** Work that is done once at a time; the store implements it. */
export interface Locks {
  /** Does the work unless another holds the lock; `lost` aborts where another took it over. */
  hold<T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<UnderLock<T>>
}

/** What came of work that wanted a lock: its result, or which process holds it, for people, and since when. */
export type UnderLock<T> =
  | { readonly kind: 'done'; readonly value: T }
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
  const work = async (stop: AbortSignal): Promise<Invoked<Output>> => {
    if (recorder === null) return run(stop)
    const id = await recorder.begin(command, invocation.actor)
    const counts = (result: Output): Counts | null => operation.counts?.(result) ?? null
    return recorded(recorder, id, counts, () => run(stop))
  }
  if (operation.exclusive !== true || locks === null) return work(invocation.stop)
  const held = await locks.hold(command, lost => work(AbortSignal.any([invocation.stop, lost])))
  if (held.kind === 'done') return held.value
  throw new AppError(
    'busy',
    `${command} runs already (${held.holder}, since ${secondText(held.sinceMs)} UTC)`,
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
  counts: (result: Output) => Counts | null,
  run: () => Promise<Invoked<Output>>,
): Promise<Invoked<Output>> {
  try {
    const invoked = await run()
    await recorder.end(id, invoked.outcome, null, counts(invoked.result))
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
