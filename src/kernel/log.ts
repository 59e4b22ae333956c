import { instantText, spanText } from './text.ts'
import { shownText } from './unseen.ts'
import { hideEmails, type Redact } from './redaction.ts'

/** Severity by journald's numbers (RFC 5424): 2 critical, 3 error, 4 warning, 5 notice, 6 info, 7 debug. */
const PRIORITY = { critical: 2, error: 3, warn: 4, notice: 5, info: 6, debug: 7 } as const

/** How grave a log line is. */
export type LogLevel = keyof typeof PRIORITY

/** Facts of a log line; nothing nested, so that a line stays greppable. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/** Structured log: a static message plus fields, one line each, to stderr. */
export interface Log {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  /** What somebody has to hear: written whatever else is left out. */
  tell(level: LogLevel, message: string, fields?: LogFields): void
}

/** How lines look: `journal` is one JSON document after journald's `<N>` prefix, `text` is for a person. */
export type LogFormat = 'journal' | 'text'

/**
 * A log that writes each line whole through `write`, without secrets and e-mail addresses.
 * `fixed` fields (the commit, the job) stand on every line.
 */
export function createLog(options: {
  write: (line: string) => void
  now: () => number
  format: LogFormat
  least: LogLevel
  redact: Redact
  fixed: LogFields
}): Log {
  const tell = (level: LogLevel, message: string, fields: LogFields = {}): void => {
    const line = options.format === 'journal' ? journalLine : textLine
    options.write(
      hideEmails(options.redact(line(level, options.now(), message, { ...options.fixed, ...fields }))),
    )
  }
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (PRIORITY[level] <= PRIORITY[options.least]) tell(level, message, fields)
    }
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), tell }
}

function journalLine(level: LogLevel, now: number, message: string, fields: LogFields): string {
  return `<${PRIORITY[level]}>${JSON.stringify({ at: instantText(now), level, message, ...fields })}\n`
}

/** A sentence: what happened, why, and what it is about. The commit is left out: it is that of the program that was called. */
function textLine(level: LogLevel, _now: number, message: string, fields: LogFields): string {
  const { commit: _commit, error, ...facts } = fields
  const why = error === undefined || error === null ? '' : `: ${String(error)}`
  const about = Object.entries(facts).flatMap(([name, value]) => factText(name, value))
  const line = `${message}${why}${about.length === 0 ? '' : ` (${about.join(', ')})`}`
  return `${level}: ${shownText(line).replaceAll(/\s+/g, ' ')}\n`
}

/** Ids and names are printed alone; times, counts and flags after the name of their field. */
function factText(name: string, value: string | number | boolean | null): string[] {
  if (value === null || value === false) return []
  if (value === true) return [name]
  if (typeof value === 'string') return [value]
  return [name.endsWith('Ms') ? `${name.slice(0, -2)} ${spanText(value)}` : `${name} ${value}`]
}
