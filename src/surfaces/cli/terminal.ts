import type { Paint } from '../../printers/text.ts'

/** Where a call of the program is read and seen. */
export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Progress, logs, errors. */
  err(text: string): void
  /** Width of the terminal of standard output; without an end where there is none. */
  readonly columns: number
  /** Width of the terminal of standard error; without an end where there is none. */
  readonly errorColumns: number
  /** The colours of each stream. */
  readonly paint: { readonly out: Paint; readonly err: Paint }
  /** A person watches standard error. */
  readonly isInteractive: boolean
  /** Where a line of progress may be written over: the width of standard error's terminal, else 0. */
  readonly liveColumns: number
  /** Standard error goes to journald, which reads priorities. */
  readonly isJournal: boolean
}

/**
 * Whether a terminal is written to in colours: not where NO_COLOR (no-color.org) is set or FORCE_COLOR is 0, and not
 * where it says that it has none, unless FORCE_COLOR knows better.
 */
export function hasColours(env: Readonly<Record<string, string | undefined>>): boolean {
  const forced = env['FORCE_COLOR']
  if (env['NO_COLOR'] || forced === '0' || forced === 'false') return false
  return forced !== undefined || env['TERM'] !== 'dumb'
}
