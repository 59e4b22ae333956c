import { nextAfter, ServiceFailure } from './service-failure.ts'

/**
 * Every way a call of EchoPilot can end, with its exit code (the sysexits that systemd names), its HTTP
 * status and its meaning. The command line, HTTP, `--help` and the README all read this one table.
 */
export const OUTCOMES = {
  ok: { exit: 0, http: 200, meaning: 'done, or nothing to do' },
  failed: {
    exit: 1,
    http: 500,
    meaning: 'a check failed: `doctor`, `status`, `notion diff`, `--fail-on-failed`',
  },
  partial: { exit: 3, http: 200, meaning: 'some items could not be handled, the rest are done' },
  usage: { exit: 64, http: 400, meaning: 'bad flag, field or argument' },
  refused: { exit: 65, http: 409, meaning: 'a rule said no: wrong state, guard, not confirmed' },
  missing: { exit: 66, http: 404, meaning: 'no such task, run, file' },
  provider: { exit: 69, http: 502, meaning: 'a service answered something unusable' },
  bug: { exit: 70, http: 500, meaning: 'a defect of EchoPilot' },
  store: { exit: 74, http: 500, meaning: 'disk or database, or a schema newer than the program' },
  busy: { exit: 75, http: 503, meaning: 'locked, throttled or unreachable: try later' },
  denied: { exit: 77, http: 403, meaning: 'the caller may not' },
  config: { exit: 78, http: 503, meaning: 'a setting or credential is missing or wrong' },
} as const satisfies Record<string, { exit: number; http: number; meaning: string }>

/** How a call ends that a signal stopped, by the signal: 128 and its number, as in a shell. */
export const INTERRUPTIONS = {
  SIGINT: { exit: 130, meaning: 'interrupted by SIGINT (Ctrl-C), after the item in hand was finished' },
  SIGTERM: { exit: 143, meaning: 'interrupted by SIGTERM, after the item in hand was finished' },
} as const

/** Every exit code there is, in order, for help and the README. */
export function exitCodes(): ExitCode[] {
  return [
    ...Object.entries(OUTCOMES).map(([kind, facts]) => ({ kind, ...facts })),
    ...Object.values(INTERRUPTIONS).map(facts => ({ kind: 'interrupted', http: null, ...facts })),
  ]
}

/** One of {@link exitCodes}. */
interface ExitCode {
  readonly exit: number
  readonly kind: string
  /** Null for what no request can end with. */
  readonly http: number | null
  readonly meaning: string
}

/** How a call ended. */
export type Outcome = keyof typeof OUTCOMES

/** Ways a call ends by an error; the others are values. */
export type ErrorKind = Exclude<Outcome, 'ok' | 'failed' | 'partial'>

/**
 * The one error family. `message` says what happened and why, with ids; `hint` is what to do next, a command to
 * type where there is one: it is required. `cause` keeps the original, or its trace, for `--verbose`.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly kind: ErrorKind
  readonly hint: string

  constructor(kind: ErrorKind, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.hint = hint
  }
}

/** A row of the store holds what EchoPilot never writes: the file was damaged, or changed by hand. */
export class UnreadableRow extends AppError {
  constructor(column: string, value: unknown) {
    const found =
      value === undefined ? 'nothing that can be read' : `a ${typeof value} that does not belong there`
    super(
      'store',
      `the store is damaged: its column ${column} holds ${found}`,
      'echopilot doctor; then put a backup in the place of the store, and keep a copy of what is there now',
    )
  }
}

/** How a call ends when a service did not do what the whole call was for. */
const SERVICE_FAILURES = {
  transient: 'busy',
  throttled: 'busy',
  credential: 'config',
  permanent: 'provider',
} as const satisfies Record<ServiceFailure['errorClass'], ErrorKind>

/** Turns anything thrown into an `AppError`: what is not a service's fault is a bug of ours. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof ServiceFailure) {
    return new AppError(SERVICE_FAILURES[thrown.errorClass], thrown.message, nextAfter(thrown), thrown)
  }
  if (isDiskFault(thrown)) {
    return new AppError(
      'store',
      `a file or folder cannot be used: ${messageOf(thrown)}`,
      'check the path, its permissions and the room on the disk, then run the same command again',
      thrown,
    )
  }
  if (isPartGone(thrown)) {
    return new AppError(
      'store',
      'a part of the program is gone: another version was installed while it ran',
      'run the same command again: it goes on where this one was',
      thrown,
    )
  }
  return defect(`internal error: ${messageOf(thrown)}`, thrown)
}

/** Parts are loaded when they are needed; an installation takes those of another version away. */
function isPartGone(thrown: unknown): boolean {
  if (!(thrown instanceof Error && 'code' in thrown)) return false
  return thrown.code === 'MODULE_NOT_FOUND' || thrown.code === 'ERR_MODULE_NOT_FOUND'
}

/** An error of ours: there is nothing that the operator could have done. */
export function defect(message: string, cause?: unknown): AppError {
  return new AppError('bug', message, 'run it again with --verbose and report the trace', cause)
}

/** What the system says of a path or a disk that is not as it should be. */
const DISK_FAULTS: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EDQUOT',
  'EIO',
  'EISDIR',
  'ENAMETOOLONG',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
])

function isDiskFault(thrown: unknown): boolean {
  if (!(thrown instanceof Error && 'code' in thrown)) return false
  // Folders are made from the root on: what is not there is then a place that takes none, such as /proc.
  const takesNone = thrown.code === 'ENOENT' && 'syscall' in thrown && thrown.syscall === 'mkdir'
  return takesNone || DISK_FAULTS.has(thrown.code)
}

/** Whether an error of the store says that it fails or is locked: then nothing that follows can be kept. */
export function isStoreFailure(error: AppError): boolean {
  return error.kind === 'store' || error.kind === 'busy'
}

/** The words of anything thrown, to be part of a message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Where an error came from; the first one, where it was turned into ours. */
export function traceOf(error: AppError): string {
  if (typeof error.cause === 'string') return error.cause
  const origin = error.cause instanceof Error ? error.cause : error
  return origin.stack ?? String(origin)
}

/**
 * The same error with its texts rewritten, such as to take secrets out: the words of services and the trace
 * may repeat what they were sent.
 */
export function rewritten(error: AppError, rewrite: (text: string) => string): AppError {
  return new AppError(error.kind, rewrite(error.message), rewrite(error.hint), rewrite(traceOf(error)))
}

/** For the `default` of a switch over a union: compiling proves that every case was handled. */
export function unreachable(value: never): never {
  throw defect(`unexpected value ${JSON.stringify(value)}`)
}
