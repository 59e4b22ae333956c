/** The command line in the test's own process: all of the program but its launcher and `main.ts`. */
import { Readable } from 'node:stream'
import type { Schedule } from '../../src/domain/schedule.ts'
import { COMMANDS } from '../../src/commands/index.ts'
import { readStream } from '../../src/kernel/read-file.ts'
import { utf8Text } from '../../src/kernel/utf8.ts'
import type { World } from '../../src/kernel/world.ts'
import type { LazyList } from '../../src/kernel/operation.ts'
import type { AnyOperation } from '../../src/operations/define.ts'
import { OPERATIONS } from '../../src/operations/index.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import type { Store } from '../../src/store/index.ts'
import type { ProgramFacts } from '../../src/session/tree.ts'
import type { Ask } from '../../src/surfaces/cli/host.ts'
import { runCli } from '../../src/surfaces/cli/run.ts'
import { versionText } from '../../src/version.ts'
import type { Ended } from './child.ts'
import { PLAIN_PAINT } from './plain.ts'

/** What a call is given. */
export interface CliOptions {
  readonly world: World
  /** Piped in; without it standard input is empty. */
  readonly input?: string | Buffer
  readonly stop?: AbortSignal
  readonly wrapStore?: (store: Store) => Store
  /** What the person at the terminal answers; without it there is none. */
  readonly ask?: Ask
  /** Operations beside those of the program. */
  readonly operations?: LazyList<AnyOperation>
  /** Instead of the program's. */
  readonly schedule?: Schedule
  readonly program?: Partial<ProgramFacts>
}

/** Calls the command line, with pipes on all sides. */
export async function callCli(
  words: readonly string[],
  options: CliOptions,
): Promise<Ended & { readonly code: number }> {
  const { world, input = '', stop = new AbortController().signal, wrapStore, ask } = options
  const operations = { ...OPERATIONS, ...options.operations }
  let stdout = ''
  let stderr = ''
  const program = {
    version: '0.0.0-test',
    commit: 'c0ffee000000',
    branch: null,
    checkout: null,
    ...options.program,
  }
  const code = await runCli(words, {
    world,
    program,
    versionText: async () => versionText(program, world.host.nodeVersion, words.includes('--json')),
    stop,
    ...(wrapStore === undefined ? {} : { wrapStore }),
    ...(ask === undefined ? {} : { ask }),
    actor: 'test',
    hangUp: new AbortController().signal,
    readInput: async () =>
      utf8Text(await readStream(Readable.from([input]), 'standard input', stop), 'standard input'),
    terminal: {
      out: text => (stdout += text),
      err: text => (stderr += text),
      columns: Infinity,
      errorColumns: Infinity,
      paint: PLAIN_PAINT,
      isInteractive: false,
      liveColumns: 0,
      isJournal: false,
    },
    lists: { operations, commands: COMMANDS },
    jobs: { operations, schedule: options.schedule ?? SCHEDULE },
  })
  return { code, signal: null, stdout, stderr }
}
