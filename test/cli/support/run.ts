/**
 * The program as a user calls it: as a child process, or in the test's own process, which takes a tenth of the time.
 * Both have the environment they are given and nothing of the caller's.
 */
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { callCli } from '../../support/cli.ts'
import { PACKED, startChild, type ChildOptions, type Ended, type Running } from '../../support/child.ts'
import { parseDocument, partOf, type Document } from '../../support/document.ts'
import { realWorld } from '../../support/real-world.ts'
import { ROOT } from '../../support/root.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** The launcher of the checkout, which runs the sources. */
export const BIN = join(ROOT, 'bin/echopilot')

/** What a call is given. */
export interface Given extends ChildOptions {
  /** What to start, before the words; this Node and the program as it is installed if left out. */
  readonly program?: readonly string[]
}

/** Starts it; it is killed when the test is over, if it still runs. */
export function start(words: readonly string[], given: Given = {}): Running {
  const { program = [process.execPath, PACKED], ...options } = given
  return startChild([...program, ...words], {
    cwd: tmpdir(),
    ...options,
    // It is installed on the PATH, so that hints say `echopilot`.
    env: { PATH: `${dirname(PACKED)}:${dirname(process.execPath)}:/usr/bin:/bin`, ...options.env },
  })
}

/** Runs it to its end. */
export async function spawn(words: readonly string[], given: Given = {}): Promise<Ended> {
  return start(words, given).ended
}

/** Calls the command line in this process: all of the program but its launcher, its streams and its signals. */
export async function run(
  words: readonly string[],
  given: Pick<ChildOptions, 'cwd' | 'env' | 'input'> = {},
): Promise<Ended> {
  const { cwd = tmpdir(), env = {}, ...rest } = given
  return callCli(words, { ...rest, world: realWorld({ env, cwd, homeDir: env['HOME'] ?? cwd }) })
}

/** A home of its own for a user of EchoPilot. */
export interface Home {
  readonly dir: string
  readonly stateDir: string
  readonly configFile: string
  readonly env: Readonly<Record<string, string>>
  /** A call in this process. */
  run(...words: readonly string[]): Promise<Ended>
  /** The same call as a child process. */
  spawn(...words: readonly string[]): Promise<Ended>
  /** The one JSON document that the call printed, and nothing else; checked. */
  json(...words: readonly string[]): Promise<Document>
}

/** A new home; `env` is added to the environment of its calls. */
export function newHome(env: Readonly<Record<string, string>> = {}): Home {
  const dir = temporaryFolder()
  mkdirSync(join(dir, 'home'))
  const stateDir = join(dir, 'state')
  const configFile = join(dir, 'config', 'config.toml')
  const whole = { HOME: join(dir, 'home'), ECHOPILOT_STATE_DIR: stateDir, ...env }
  const given = { env: whole, cwd: dir }
  const runHere: Home['run'] = async (...words) => run(words, given)
  return {
    dir,
    stateDir,
    configFile,
    env: whole,
    run: runHere,
    spawn: async (...words) => spawn(words, given),
    json: async (...words) => {
      const ran = await runHere(...words, '--json')
      if (ran.stderr !== '') throw new Error(`standard error is not empty: ${ran.stderr}`)
      return parseDocument(ran.stdout)
    },
  }
}

/** The error that a failed call printed with `--json`: one document on standard error, nothing on the other. */
export function errorOf(ran: Ended): Document {
  if (ran.stdout !== '') throw new Error(`standard output is not empty: ${ran.stdout}`)
  return partOf(parseDocument(ran.stderr), 'error')
}
