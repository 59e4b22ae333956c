import { Chalk } from 'chalk'
import type { Style } from '../../kernel/style.ts'

/** Where a call of the program is read and seen. */
export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Progress, logs, errors. */
  err(text: string): void
  readonly style: Style
  /** A person watches standard error. */
  readonly isInteractive: boolean
  /** Standard error goes to journald, which reads priorities. */
  readonly isJournal: boolean
}

/** Colours where standard output is a terminal, unless NO_COLOR says otherwise (no-color.org). */
export function ansiStyle(options: { readonly colours: boolean; readonly columns: number }): Style {
  const chalk = new Chalk({ level: options.colours ? 1 : 0 })
  return {
    bold: text => chalk.bold(text),
    dim: text => chalk.dim(text),
    good: text => chalk.green(text),
    warn: text => chalk.yellow(text),
    bad: text => chalk.red(text),
    columns: options.columns,
  }
}
