import type { Clock } from '../../kernel/world.ts'
import { cutTo, spanText } from '../../kernel/text.ts'
import { shownText } from '../../kernel/unseen.ts'
import type { Terminal } from './terminal.ts'

const EVERY_MS = 1000
const TITLE_COLUMNS = 30
/** Back to the start of the line, and nothing in it (ECMA-48: CR, EL). */
const ERASE = '\r\u001b[K'

/** Calls of models that are under way, for a person who watches. */
export interface LiveLine {
  /** Shows that a call is under way until what is returned is called. */
  begin(call: CallInProgress): () => void
  /** Writes a line of text above what is under way. */
  write(text: string): void
}

/** Whose work, and what is done. */
export interface CallInProgress {
  readonly title: string
  readonly stage: string
}

/** One line at the end of standard error, written over itself each second while calls are under way. */
export function liveLine(
  terminal: Pick<Terminal, 'err' | 'paint' | 'liveColumns'>,
  clock: Pick<Clock, 'monotonicMs' | 'every'>,
): LiveLine {
  const calls = new Set<CallInProgress & { readonly sinceMs: number }>()
  let still: (() => void) | null = null
  const draw = (): void => {
    const now = clock.monotonicMs()
    const parts = [...calls].map(
      ({ title, stage, sinceMs }) =>
        `${cutTo(shownText(title).replaceAll(/\s+/g, ' '), TITLE_COLUMNS)} ${stage} ${spanText(now - sinceMs)}`,
    )
    terminal.err(ERASE + terminal.paint.err(cutTo(parts.join(' · '), terminal.liveColumns - 1), 'dim'))
  }
  return {
    begin: call => {
      const begun = { ...call, sinceMs: clock.monotonicMs() }
      calls.add(begun)
      still ??= clock.every(EVERY_MS, draw)
      draw()
      return () => {
        if (!calls.delete(begun)) return
        if (calls.size > 0) return draw()
        still?.()
        still = null
        terminal.err(ERASE)
      }
    },
    write: text => {
      terminal.err(calls.size === 0 ? text : ERASE + text)
      if (calls.size > 0) draw()
    },
  }
}

/** Where nobody watches, or nothing can be written over. */
export function noLiveLine(terminal: Pick<Terminal, 'err'>): LiveLine {
  return { begin: () => () => {}, write: text => terminal.err(text) }
}
