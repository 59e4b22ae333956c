import { asAppError, rewritten } from '../kernel/errors.ts'
import { checkInput, invoke, type Invoked, type Recorder } from '../kernel/invoke.ts'
import { createLog, type Log, type LogFormat, type LogLevel } from '../kernel/log.ts'
import type { Attempted } from '../kernel/operation.ts'
import { redactor, type Redact } from '../kernel/redaction.ts'
import type { AnyContext, AnyOperation } from '../operations/define.ts'
import { connect } from './connect.ts'
import { sessionParts, type PartsOptions } from './parts.ts'
import { secretKeeper } from './secret-keeper.ts'

/** What one call of the program was told, before anything is opened. */
export interface SessionOptions extends PartsOptions {
  readonly stop: AbortSignal
  readonly progress: (line: string) => void
  /** Shows that a model is being called; what is returned ends that. */
  readonly calling: (call: { readonly title: string; readonly stage: string }) => () => void
  readonly readInput: () => Promise<string>
  readonly log: {
    readonly write: (line: string) => void
    readonly format: LogFormat
    readonly least: LogLevel
  }
}

/**
 * The parts of one call of the program: each is opened when an operation first needs it, once, and closed
 * at the end. Surfaces and commands reach operations only through here.
 */
export interface Session {
  /** @throws AppError without secrets */
  run(
    operation: AnyOperation,
    input: Readonly<Record<string, unknown>>,
    options: { readonly dryRun: boolean },
  ): Promise<Invoked>
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
  const run: Session['run'] = async (operation, input, { dryRun }) => {
    // What was typed wrong is told first: nothing that could be set up would make it right.
    checkInput(operation, input)
    if (obeysSettings(operation)) await parts.settings()
    const needed = await connect(operation, parts, redact)
    const context: AnyContext = {
      ...needed,
      world: options.world,
      log,
      actor: options.actor,
      dryRun,
      stop: options.stop,
      program: options.program,
      configFlag: options.configFlag,
      progress: line => options.progress(redact(line)),
      calling: call => options.calling(call),
      readInput: options.readInput,
      redact,
      secretOrigin: name => secrets.find(name)?.origin ?? null,
    }
    const store = needed.store === undefined || !('ok' in needed.store) ? needed.store : valueOf(needed.store)
    const recorder = store === undefined ? null : withoutSecrets(store.records, redact)
    return invoke(operation, input, { actor: options.actor, dryRun, recorder, context })
  }
  return {
    log,
    run: async (operation, ...call) => {
      const heard = operation.access === 'read' ? () => {} : tellOfStop(options.stop, log)
      try {
        return await run(operation, ...call)
      } catch (error) {
        throw rewritten(asAppError(error), redact)
      } finally {
        heard()
      }
    },
    close: () => parts.close(),
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
    begin: (operation, actor) => records.begin(operation, actor),
    end: (id, outcome, message) => records.end(id, outcome, message === null ? null : redact(message)),
  }
}

function valueOf<T>(attempt: Attempted<T>): T | undefined {
  return attempt.ok ? attempt.value : undefined
}
