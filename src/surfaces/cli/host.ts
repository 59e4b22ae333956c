import type { Document } from '../../kernel/document.ts'
import { schemaOf } from '../../kernel/operation.ts'
import { withTyped } from '../../kernel/typed-as.ts'
import { shownText } from '../../kernel/unseen.ts'
import { openSession, type Call, type Session, type SessionOptions } from '../../session/index.ts'
import type { GlobalFlags } from './global-flags.ts'
import type { Entry } from './program.ts'
import { liveLine, noLiveLine } from './live-line.ts'
import { printed, type Look } from '../../printers/text.ts'
import type { Terminal } from './terminal.ts'

/** What a command that runs by itself is given. */
export interface CommandHost {
  readonly terminal: Terminal
  readonly flags: GlobalFlags
  readonly options: Omit<SessionOptions, 'configFlag' | 'stateDirFlag' | 'log'>
  /** Null where nobody can be asked, or nobody shall be. */
  readonly ask: Ask | null
  /** All of standard input. */
  readonly readInput: () => Promise<string>
  /** All that can be typed; loads the whole program. */
  readonly allEntries: () => Promise<readonly Entry[]>
  /** A text of ours with the commands in it as they have to be typed. */
  readonly typed: Look['typed']
  readonly print: PrintResult
}

/** Asks the person at the terminal, and returns the line that was typed; what is hidden is not shown meanwhile. */
export type Ask = (question: string, options?: { readonly hidden: boolean }) => Promise<string>

/** Prints a result: for people as a document, with `--json` as itself. */
export type PrintResult = (result: unknown, document: () => Document) => void

/** Prints results of what was typed by this path. */
export function resultPrinter(
  terminal: Pick<Terminal, 'out'>,
  look: Look,
  { path, json }: { readonly path: readonly string[]; readonly json: boolean },
): PrintResult {
  return (result, document) =>
    terminal.out(
      json
        ? `${JSON.stringify({ schema: schemaOf(path), ...Object(withTyped(result, look.typed)) }, null, 2)}\n`
        : printed(document(), look),
    )
}

/** Opens a session for what was typed with these flags, and says how it is called. */
export function openCli(
  options: CommandHost['options'],
  { terminal, flags }: Pick<CommandHost, 'terminal' | 'flags'>,
): { readonly session: Session; readonly call: Call } {
  const watched = terminal.isInteractive && flags.quiet !== true && flags.json !== true
  const live =
    watched && terminal.liveColumns > 0 ? liveLine(terminal, options.world.clock) : noLiveLine(terminal)
  const session = openSession({
    ...options,
    configFlag: flags.config ?? null,
    stateDirFlag: flags.stateDir ?? null,
    log: {
      write: line => live.write(line),
      format: terminal.isJournal ? 'journal' : 'text',
      least:
        flags.verbose === true
          ? 'debug'
          : flags.quiet === true
            ? 'error'
            : terminal.isJournal
              ? 'info'
              : 'warn',
    },
  })
  const call: Call = {
    actor: options.actor,
    dryRun: flags.dryRun === true,
    confirmed: flags.yes === true,
    stop: options.stop,
    progress: line => {
      if (watched) live.write(`${terminal.paint.err(shownText(line), 'dim')}\n`)
    },
    calling: begun => live.begin(begun),
  }
  return { session, call }
}
