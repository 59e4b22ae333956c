import { AppError, asAppError, OUTCOMES, rewritten, traceOf, type Outcome } from '../../kernel/errors.ts'
import { document, line, next, state, verbatim, type Document } from '../../kernel/document.ts'
import { REPLACEMENT } from '../../kernel/utf8.ts'
import { redactor } from '../../kernel/redaction.ts'
import type { AnyOperation } from '../../operations/define.ts'
import type { Call, Session } from '../../session/index.ts'
import { resultPrinter, openCli, type Ask, type CommandHost } from './host.ts'
import { createLog } from '../../kernel/log.ts'
import { asTyped, quoted, typedAs } from '../../kernel/typed-as.ts'
import { printed, type Look } from '../../printers/text.ts'
import { resultFolder, resultStream, resultWritten, withFileRead, type ResultStream } from './files.ts'
import type { GlobalFlags } from './global-flags.ts'
import { endOf, handedOver, type HandedOver } from './hand-over.ts'
import { isJobCall, runJobCall } from './job.ts'
import type { Terminal } from './terminal.ts'
import { allEntries, entriesFor, typedCommand, typedGroup, type CliEntry, type CliLists } from './entries.ts'
import type { Parsed } from './program.ts'

/** Help is broken into lines also where it is piped: to fit any terminal that it is shown in after that. */
const HELP_COLUMNS = { most: 100, piped: 80 } as const

/** Everything the command line needs of the process. */
export type CliOptions = CommandHost['options'] & {
  readonly terminal: Terminal
  readonly lists: CliLists
  /** The version, as it was asked for: for people, or as JSON. */
  readonly versionText: () => Promise<string>
  /** All of standard input. */
  readonly readInput: () => Promise<string>
  /** Left out where there is no terminal. */
  readonly ask?: Ask
  /** Aborts when the terminal is gone. */
  readonly hangUp: AbortSignal
}

/**
 * One call of the program: parses, runs, prints. The result goes to standard output, all else to standard
 * error. Never throws; returns the exit code.
 */
export async function runCli(words: readonly string[], options: CliOptions): Promise<number> {
  const { terminal } = options
  const program = typedAs(options.world.host)
  const places = placeFlags(words)
  const typed = (text: string): string => asTyped(text, program, places)
  try {
    refuseOtherEncodings(words)
    const handed = handedOver(words, options.world, options.lists)
    if (handed !== null) return await runHanded(handed, options)
    const look = { columns: terminal.columns, paint: terminal.paint.out, typed }
    const help = helpFor(words, options.lists)
    if (isJobCall(words)) return OUTCOMES[await runJobCall(words, look, { ...options, help })].exit
    // It is what takes longest to load, and a timer does without.
    const { parseWords } = await import('./program.ts')
    const parsed = await parseWords(words, await entriesFor(words, options.lists), {
      columns:
        terminal.columns === Infinity ? HELP_COLUMNS.piped : Math.min(terminal.columns, HELP_COLUMNS.most),
      help,
    })
    if ('text' in parsed) {
      terminal.out(parsed.text ?? (await options.versionText()))
      return parsed.text === '' ? OUTCOMES.usage.exit : OUTCOMES.ok.exit
    }
    const outcome = await runEntry(parsed, look, { ...options, stop: stopOf(parsed.entry, options) })
    return OUTCOMES[outcome].exit
  } catch (thrown) {
    // What was typed comes back in it, and may hold a key that was typed in the wrong place.
    const error = rewritten(asAppError(thrown), redactor([]))
    if (words.includes('--json')) terminal.err(errorJson(error, typed))
    else if (terminal.isJournal) logError(error, options)
    else {
      const errorLook = { columns: terminal.errorColumns, paint: terminal.paint.err, typed }
      terminal.err(printed(errorDocument(error, words.includes('--verbose')), errorLook))
    }
    return OUTCOMES[error.kind].exit
  }
}

/** The same words in a unit of systemd; the wish to stop is handed on to it. */
async function runHanded(handed: HandedOver, options: CliOptions): Promise<number> {
  const { command, env, unit } = handed
  const { programs, host } = options.world
  const kill = async (): Promise<unknown> =>
    programs.run(['systemctl', 'kill', '--signal=SIGTERM', unit], {
      env: { PATH: host.env['PATH'] ?? '' },
      timeoutMs: KILL_MS,
    })
  const stop = (): void => void kill()
  options.stop.addEventListener('abort', stop, { once: true })
  try {
    return endOf(handed, await programs.attach(command, env))
  } finally {
    options.stop.removeEventListener('abort', stop)
  }
}

const KILL_MS = 10_000

/** In the journal a line is an event. */
function logError({ kind, message, hint }: AppError, { terminal, world, program }: CliOptions): void {
  const log = createLog({
    write: text => terminal.err(text),
    now: () => world.clock.now(),
    format: 'journal',
    least: 'error',
    redact: redactor([]),
    fixed: { commit: program.commit },
  })
  log.error('ended with an error', { error: message, kind, exit: OUTCOMES[kind].exit, next: hint })
}

/** What changes something outlives its terminal, as under nohup(1); what is only watched or served ends with it. */
function stopOf(entry: CliEntry, { stop, hangUp }: CliOptions): AbortSignal {
  return entry.kind === 'operation' && entry.changes ? stop : AbortSignal.any([stop, hangUp])
}

/** The system hands on bytes; what Node could not read as UTF-8 is lost, so that nothing may be done with it. */
function refuseOtherEncodings(words: readonly string[]): void {
  const word = words.find(each => each.includes(REPLACEMENT))
  if (word === undefined) return
  const offset = Buffer.byteLength(word.slice(0, word.indexOf(REPLACEMENT)))
  throw new AppError(
    'usage',
    `argument ${words.indexOf(word) + 1} is not UTF-8, from its byte ${offset} on`,
    'set a UTF-8 locale (LC_ALL=C.UTF-8), or give the text as a file in UTF-8',
  )
}

/** Where the store and the configuration are was typed for this call, and has to be typed for the next. */
function placeFlags(words: readonly string[]): string {
  const typed = words.map((word, at) => {
    const [flag = '', ...value] = word.split('=')
    if (flag !== '--config' && flag !== '--state-dir') return ''
    return ` ${flag} ${quoted(value.length > 0 ? value.join('=') : (words[at + 1] ?? ''))}`
  })
  return typed.join('')
}

async function runEntry(parsed: Parsed<CliEntry>, look: Look, options: CliOptions): Promise<Outcome> {
  const { entry, input, flags } = parsed
  const { terminal } = options
  const print = resultPrinter(terminal, look, { path: entry.path, json: flags.json === true })
  if (entry.kind === 'command') {
    const { readInput } = options
    const ask = flags.input === false ? null : (options.ask ?? null)
    const host = { terminal, flags, options, print, typed: look.typed, ask, readInput }
    return entry.command.run({ ...host, allEntries: () => allEntries(options.lists) }, { ...input })
  }
  const { operation } = entry
  const { session, call } = openCli(options, { terminal, flags })
  try {
    const given = await withFileRead(operation, input, options)
    const confirmed =
      call.confirmed || (await isConfirmed(operation, given, { session, call, flags, look, options }))
    const stream = resultStream(operation, input, {
      world: options.world,
      out: text => terminal.out(text),
      json: flags.json === true,
    })
    const { result, outcome } = await streamed(stream, async emit =>
      session.run(operation, given, { ...call, confirmed, ...emit }),
    )
    const { world } = options
    const written = () =>
      resultWritten(operation, input, result, world) ?? resultFolder(operation, input, result, world)
    const file = stream?.path ?? written()
    const to = operation.streamTo ?? operation.writeTo ?? operation.writeFolder
    // What went to standard output is all that is wanted there.
    if (stream !== null && file === null) return outcome
    print({ ...Object(result), ...(to === undefined ? {} : { [to.told]: file }) }, () =>
      file === null
        ? operation.render(result)
        : document(`written to ${file}`, stream && operation.render(result)),
    )
    return outcome
  } finally {
    session.close()
  }
}

/** Runs what hands on its text: that is whole where it ended, and nothing where it failed. */
async function streamed<T>(
  stream: ResultStream | null,
  run: (emit: Pick<Call, 'emit'>) => Promise<T>,
): Promise<T> {
  if (stream === null) return run({})
  try {
    const ended = await run({ emit: stream.emit })
    stream.end()
    return ended
  } catch (error) {
    stream.giveUp()
    throw error
  }
}

/** Asks whoever sits at the terminal, after showing what would be done; where nobody does, nothing is confirmed. */
async function isConfirmed(
  operation: AnyOperation,
  input: Readonly<Record<string, unknown>>,
  { session, call, flags, look, options }: Asking,
): Promise<boolean> {
  const { terminal, ask = null } = options
  if (operation.access !== 'irreversible' || call.dryRun || flags.input === false || ask === null)
    return false
  const plan = await session.run(operation, input, { ...call, dryRun: true })
  const errorLook = { ...look, columns: terminal.errorColumns, paint: terminal.paint.err }
  terminal.err(printed(operation.render(plan.result), errorLook))
  return /^y(es)?$/i.test((await ask('This cannot be undone. Do it? [y/N] ')).trim())
}

interface Asking {
  readonly session: Session
  readonly call: Call
  readonly flags: GlobalFlags
  readonly look: Look
  readonly options: CliOptions
}

/** The command that tells how these words are to be typed. */
function helpFor(words: readonly string[], lists: CliLists): string {
  const command = typedCommand(words, lists) ?? typedGroup(words, lists)
  return command === null ? 'echopilot help' : `echopilot help ${command}`
}

function errorJson(error: AppError, typed: (text: string) => string): string {
  const { kind, message } = error
  return `${JSON.stringify({ error: { kind, message, hint: typed(error.hint), exit: OUTCOMES[kind].exit } })}\n`
}

function errorDocument(error: AppError, verbose: boolean): Document {
  return document(
    line`${state('error:', 'bad')} ${error.message}`,
    next(error.hint),
    verbose ? verbatim(traceOf(error)) : null,
  )
}
