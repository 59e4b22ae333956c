import { document, line, minute, state, strong, type Document } from '../../kernel/document.ts'
import { AppError, type Outcome } from '../../kernel/errors.ts'
import { withDefault, wholeNumberField } from '../../kernel/field.ts'
import { readInput } from '../../kernel/input.ts'
import type { Log } from '../../kernel/log.ts'
import { instantText } from '../../kernel/text.ts'
import type { RanJob } from '../../session/jobs.ts'
import { openCli, resultPrinter, type CommandHost } from './host.ts'
import type { GlobalFlags } from './global-flags.ts'
import type { Look } from '../../printers/text.ts'
import type { Terminal } from './terminal.ts'

/** Whether a job of the schedule is called for; what asks for help, or the version, gets that as for any command. */
export function isJobCall(words: readonly string[]): boolean {
  const asks = words.some(word => word === '--help' || word === '-h' || word === '--version')
  return !asks && words.some(word => word === '--job' || word.startsWith('--job='))
}

const DAY_S = 24 * 3600

/**
 * Runs a job, as timers call for it: `--job NAME [--wait SECONDS]`.
 * @throws AppError `usage`, and for what the session throws
 */
export async function runJobCall(
  words: readonly string[],
  look: Look,
  options: CommandHost['options'] & { readonly terminal: Terminal; readonly help: string },
): Promise<Outcome> {
  const { flags, rest } = await flagsIn(words, look, options.help)
  const { job: name = '', json = false } = flags
  if (rest.length > 0) throw commandBeside(name, rest)
  const { wait } = readInput(WAIT, { wait: secondsIn(flags.wait) }, 'echopilot --help')
  const { terminal } = options
  const { session, call } = openCli(options, { terminal, flags })
  try {
    const ran = await session.runJob({ name, slotMs: null, waitMs: wait * 1000 }, call)
    const outcome = ran.run?.outcome ?? 'ok'
    if (terminal.isJournal && !json) {
      logEnd(ran, outcome, session.log)
      return outcome
    }
    const print = resultPrinter(terminal, look, { path: ['job'], json })
    print(resultOf(ran, outcome), () => documentOf(ran))
    return outcome
  } finally {
    session.close()
  }
}

const WAIT = { wait: withDefault(wholeNumberField('seconds', 0, DAY_S), 0) }

/** As units call for a job, it is read without the parser of all that can be typed, which costs more than their work. */
async function flagsIn(
  words: readonly string[],
  { columns }: Look,
  help: string,
): Promise<{ readonly flags: GlobalFlags; readonly rest: readonly string[] }> {
  const [first, job, ...more] = words
  if (first === '--job' && job !== undefined && !job.startsWith('-') && more.length === 0)
    return { flags: { job }, rest: [] }
  const { parseFlags } = await import('./program.ts')
  return parseFlags(words, { columns, help })
}

/** What is no number stays as it is, for the field to say so. */
function secondsIn(text: string | undefined): number | string | undefined {
  return text === undefined || !/^\d+$/.test(text) ? text : Number(text)
}

function commandBeside(name: string, rest: readonly string[]): AppError {
  return new AppError(
    'usage',
    `--job takes its command and its input from the schedule, and nothing beside it: ${rest.join(' ')}`,
    `echopilot --job ${name}, or the command without --job`,
  )
}

/** In the journal a line is an event, and to have found nothing to do is none. */
function logEnd({ job, slotMs, late, operation, run }: RanJob, outcome: Outcome, log: Log): void {
  const counts = run === null ? undefined : operation.counts?.(run.result)
  const isIdle = run !== null && operation.isIdle?.(run.result) === true
  const slot = instantText(slotMs)
  const fields = { job, slot, late, wasDone: run === null, outcome, ...counts }
  if (isIdle) log.debug('job ended', fields)
  else log.info('job ended', fields)
}

function resultOf({ job, slotMs, late, run }: RanJob, outcome: Outcome): unknown {
  const slot = instantText(slotMs)
  return { job, slot, late, wasDone: run === null, outcome, result: run?.result ?? null }
}

function documentOf({ job, slotMs, late, operation, run }: RanJob): Document {
  const slot = minute(slotMs)
  if (run === null) return document(line`${strong(job)}: its slot of ${slot} UTC was done before`)
  return document(
    late ? line`${strong(job)} ${state('late', 'warn')}: its slot was ${slot} UTC` : null,
    operation.render(run.result),
  )
}
