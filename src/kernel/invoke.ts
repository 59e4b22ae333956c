import { asAppError, type AppError, type Outcome } from './errors.ts'
import { readInput } from './input.ts'
import { commandOf, type Operation } from './operation.ts'

/** Where invocations that change something are recorded; the store implements it. */
export interface Recorder {
  begin(operation: string, actor: string): Promise<string>
  end(id: string, outcome: Outcome, message: string | null): Promise<void>
}

/** What a surface hands in so that an operation can run. */
export interface Invocation<Context> {
  readonly actor: string
  readonly dryRun: boolean
  /** Null where the operation uses no store, or the store is what is wrong. */
  readonly recorder: Recorder | null
  readonly context: Context
}

/** A finished call of an operation. */
export interface Invoked {
  readonly result: unknown
  readonly outcome: Outcome
}

/**
 * What an operation takes of what was given, checked.
 * @throws AppError `usage`
 */
export function checkInput<Context>(
  operation: Operation<Context>,
  rawInput: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return readInput(operation.input, rawInput, `echopilot help ${commandOf(operation.path)}`)
}

/**
 * The one way from any surface to an operation: check the input, record, run, record how it ended. A crash
 * in between leaves a record without an end, which `status` shows as died.
 * @throws AppError
 */
export async function invoke<Context>(
  operation: Operation<Context>,
  rawInput: Readonly<Record<string, unknown>>,
  invocation: Invocation<Context>,
): Promise<Invoked> {
  const input = checkInput(operation, rawInput)
  const recorder = operation.access === 'read' || invocation.dryRun ? null : invocation.recorder
  const recordId = await recorder?.begin(commandOf(operation.path), invocation.actor)
  const end = async (outcome: Outcome, message: string | null): Promise<void> => {
    if (recordId !== undefined) await recorder?.end(recordId, outcome, message)
  }
  try {
    const result = await operation.run(invocation.context, input)
    const outcome = operation.outcome?.(result) ?? 'ok'
    await end(outcome, null)
    return { result, outcome }
  } catch (thrown) {
    const error = asAppError(thrown)
    await endQuietly(end, error)
    throw error
  }
}

/** The caller gets the failure itself, also where it can no longer be recorded in the store. */
async function endQuietly(
  end: (outcome: Outcome, message: string) => Promise<void>,
  error: AppError,
): Promise<void> {
  try {
    await end(error.kind, error.message)
  } catch (second) {
    if (error.kind === 'store') return
    throw asAppError(second)
  }
}
