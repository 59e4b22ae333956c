import type { OpenService } from '../integrations/service.ts'
import type { Deliverers } from '../outbox/deliverer.ts'
import type { AlertChannel } from '../roles/alert-channel.ts'
import type { OpenMailers } from '../roles/mailer.ts'
import type { Models } from '../roles/model.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { ServiceCall, TaskBoard, TaskSource } from '../roles/task-source.ts'
import type { Schedule } from '../domain/schedule.ts'
import type { Document } from '../kernel/document.ts'
import { AppError, type Outcome } from '../kernel/errors.ts'
import type { FlatInput, InputOf } from '../kernel/input.ts'
import type { Log } from '../kernel/log.ts'
import type { Attempted, Connected, Counts, Need, Needs, Operation } from '../kernel/operation.ts'
import type { Redact } from '../kernel/redaction.ts'
import type { World } from '../kernel/world.ts'
import type { LoadedSettings } from '../settings/load.ts'
import type { SecretName } from '../settings/secrets.ts'
import type { Store } from '../store/index.ts'

/** Everything an operation can be connected to. */
export interface Connections {
  readonly settings: LoadedSettings
  readonly store: Store
  readonly models: Models
  /** Null where it has no credential: then there is only the local queue. */
  readonly taskSource: TaskSource | null
  /**
   * The services that are set up to take payments, in the order of the list of services: the first makes the links.
   * One that is set up wrongly is an error, so that none is taken in its place.
   */
  readonly payments: readonly Payments[]
  readonly mailers: OpenMailers
  readonly outbox: Outbox
  readonly alertChannels: AlertChannels
  /** Every service, or why it is not there; for `doctor`. */
  readonly services: readonly ServiceAttempt[]
  readonly jobs: Jobs
}

/** Jobs of the schedule, to be run by the process that asks. */
export interface Jobs {
  /**
   * Runs a job for one of its slots as a timer would: under its lock, with its record, unless the slot is done, and
   * not from a program of which nobody knows what it is. Whatever becomes of it is told, not thrown.
   */
  run(name: string, slotMs: number): Promise<JobEnd>
}

/** What came of a job that was to be run. */
export interface JobEnd {
  /** Its slot was done before: nothing was run. */
  readonly wasDone: boolean
  readonly outcome: Outcome
  /** Why it failed; null where it did not, or a result tells. */
  readonly message: string | null
}

/** What delivers effects. */
export interface Outbox {
  /** All services that effects are delivered to. */
  readonly services: readonly string[]
  /** Opens nothing yet: services are opened when there is something to write to them. */
  deliverers(call: ServiceCall): Deliverers
}

/** The ways to tell people of alerts. */
export interface AlertChannels {
  /** Those that are set up, and why others could not be opened: one stops no other. */
  open(call: ServiceCall): Promise<OpenAlertChannels>
}

/** The same in one call. */
export interface OpenAlertChannels {
  readonly ready: readonly AlertChannel[]
  readonly failed: readonly { readonly service: string; readonly error: AppError }[]
}

/** One of the services, opened. */
export interface ServiceAttempt {
  readonly name: string
  readonly opened: Attempted<OpenService>
}

/** What every operation has. */
export interface BaseContext {
  readonly world: World
  readonly log: Log
  /** Who asked, for the timeline: `cli:ana`. */
  readonly actor: string
  /** Decide and return the plan; act on nothing. */
  readonly dryRun: boolean
  /** Aborts when the operator or systemd wants the process to stop: finish the item, leave the rest. */
  readonly stop: AbortSignal
  readonly program: { readonly version: string; readonly commit: string; readonly branch: string | null }
  readonly schedule: Schedule
  /** Tells a watching person what is going on; may be dropped. */
  progress(line: string): void
  /** Tells a watching person that a model is being called, until what is returned is called. */
  calling(call: { readonly title: string; readonly stage: string }): () => void
  /** Hands on the next part of a text that is too long for a result; see `streamTo` of an operation. */
  emit(text: string): void
  /** Takes secrets out of a text that is no work, such as a setting. */
  readonly redact: Redact
  /** Where each secret was found, or null; never its value. */
  secretOrigin(name: SecretName): string | null
}

/** The context of an operation with these needs. */
export type Context<N extends Needs<Connections>> = BaseContext & Connected<Connections, N>

/** What a surface hands to any operation: each need filled in. */
export type AnyContext = BaseContext & {
  readonly [Name in keyof Connections]?: Connections[Name] | Attempted<Connections[Name]>
}

/** An operation as a session runs it: what it needs and takes is erased, what it gives is known. */
export type OperationOf<Output> = Operation<AnyContext, FlatInput, Output>

/** An operation of the list. */
export type AnyOperation = OperationOf<unknown>

/**
 * Declares an operation. Input, result and needs are inferred and checked against `run` and `render`; the
 * list of operations is of one type, so this is the one place where the types are erased.
 */
export function defineOperation<const N extends Needs<Connections>, Input extends FlatInput, Output>(
  operation: Omit<
    Operation<Context<N>, Input, Output>,
    'needs' | 'run' | 'render' | 'outcome' | 'counts' | 'isIdle'
  > & {
    readonly needs: N & Record<Exclude<keyof N, keyof Connections>, never>
    readonly run: (context: Context<N>, input: InputOf<Input>) => Promise<Output>
    readonly render: (result: Output) => Document
    readonly outcome?: (result: Output) => Outcome
    readonly counts?: (result: Output) => Counts
    readonly isIdle?: (result: Output) => boolean
  },
): OperationOf<Output> {
  // Safe: `invoke` parses the input with `operation.input`, and a session fills in exactly `needs`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return operation as unknown as OperationOf<Output> & { readonly needs: Readonly<Record<string, Need>> }
}

/**
 * The board, for what is nothing without one.
 * @throws AppError `config` where there is none, or of another account than this store's; ServiceFailure where that is
 *   not known
 */
export async function requireBoard(context: Context<{ taskSource: 'required' }>): Promise<TaskBoard> {
  const board = await context.taskSource?.board(context)
  if (board !== undefined && board !== null) return board
  const next = context.taskSource?.setUpCommand ?? 'set NOTION_TOKEN, then echopilot init --parent PAGE'
  throw new AppError('config', 'no Notion databases are known', next)
}
