import { styleText } from 'node:util'
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
  /** Width of the terminal of standard error; 0 where there is none, or it cannot write over a line. */
  readonly liveColumns: number
  /** Standard error goes to journald, which reads priorities. */
  readonly isJournal: boolean
}

/** Colours where standard output is a terminal, unless NO_COLOR says otherwise (no-color.org). */
export function ansiStyle(options: { readonly colours: boolean; readonly columns: number }): Style {
  // Whether there are colours was decided by the caller, so Node need not look at the stream as well.
  const styled = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    options.colours ? styleText(format, text, { validateStream: false }) : text
  return {
    bold: styled('bold'),
    dim: styled('dim'),
    good: styled('green'),
    warn: styled('yellow'),
    bad: styled('red'),
    hint: text => text,
    columns: options.columns,
  }
}
