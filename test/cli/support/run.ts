/** bin/echopilot as a child process: with the environment it is given and nothing of the caller's. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject, onTestFinished } from 'vitest'
import { collected } from '../../support/collected.ts'

/** The checkout under test. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
/** The launcher of the checkout, which runs the sources. */
export const BIN = join(ROOT, 'bin/echopilot')
/** The launcher as it is installed. */
export const PACKED = join(inject('packed'), 'bin/echopilot')

/** Longer than any child should take; one that hangs is killed and its test fails. */
const PATIENCE_MS = 60_000

/** How a child ended. */
export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What a child is given. */
export interface Given {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Piped in; without it standard input is empty. */
  readonly input?: string
  /** What to start, before the words; this Node and the program as it is installed if left out. */
  readonly program?: readonly string[]
}

/** A child that runs. */
export interface Running {
  readonly pid: number
  readonly child: ChildProcess
  readonly done: Promise<Ran>
  /** Resolves with standard output so far once it matches; rejects if the child ends before that. */
  output(pattern: RegExp): Promise<string>
  /** The same of standard error. */
  errors(pattern: RegExp): Promise<string>
}

/** Starts it; it is killed when the test is over, if it still runs. */
export function start(words: readonly string[], given: Given = {}): Running {
  const [program = '', ...before] = given.program ?? [process.execPath, PACKED]
  const child = spawn(program, [...before, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: given.cwd ?? tmpdir(),
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, ...given.env },
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  })
  // A child that does not read what it is given is no fault of the test.
  child.stdin.on('error', () => {})
  child.stdin.end(given.input ?? '')
  const stdout = collected(child.stdout)
  const stderr = collected(child.stderr)
  const done = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: stdout.text(), stderr: stderr.text() }),
    )
  })
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await done.catch(() => {})
  })
  return {
    pid: child.pid ?? 0,
    child,
    done,
    output: async pattern => Promise.race([stdout.matching(pattern), tooEarly(done)]),
    errors: async pattern => Promise.race([stderr.matching(pattern), tooEarly(done)]),
  }
}

async function tooEarly(done: Promise<Ran>): Promise<never> {
  const ran = await done
  throw new Error(`it ended with ${String(ran.code)}: ${ran.stderr}`)
}

/** Runs it to its end. */
export async function run(words: readonly string[], given: Given = {}): Promise<Ran> {
  return start(words, given).done
}

/** A folder that is gone when the test is over; a real path, so that messages can be compared. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'echopilot-cli-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A home of its own for a user of EchoPilot. */
export interface Home {
  readonly dir: string
  readonly stateDir: string
  readonly configFile: string
  readonly env: Readonly<Record<string, string>>
  run(...words: readonly string[]): Promise<Ran>
  /** The one JSON document that the call printed, and nothing else; checked. */
  json(...words: readonly string[]): Promise<Document>
}

/** A JSON document as it was printed. */
export type Document = Record<string, unknown>

/** A new home; `env` is added to the environment of its children. */
export function newHome(env: Readonly<Record<string, string>> = {}): Home {
  const dir = temporaryFolder()
  mkdirSync(join(dir, 'home'))
  const stateDir = join(dir, 'state')
  const configFile = join(dir, 'config', 'config.toml')
  const whole = { HOME: join(dir, 'home'), ECHOPILOT_STATE_DIR: stateDir, ...env }
  const runHere: Home['run'] = async (...words) => run(words, { env: whole, cwd: dir })
  return {
    dir,
    stateDir,
    configFile,
    env: whole,
    run: runHere,
    json: async (...words) => {
      const ran = await runHere(...words, '--json')
      if (ran.stderr !== '') throw new Error(`standard error is not empty: ${ran.stderr}`)
      return parseDocument(ran.stdout)
    },
  }
}

/** The text as one JSON object. */
export function parseDocument(text: string): Document {
  const value: unknown = JSON.parse(text)
  if (!isDocument(value)) throw new Error(`not a JSON object: ${text.slice(0, 200)}`)
  return value
}

/** A list of objects, by name, of a document. */
export function listOf(document: Document, name: string): Document[] {
  const value = document[name]
  if (!Array.isArray(value))
    throw new Error(`${name} is not a list: ${JSON.stringify(document).slice(0, 300)}`)
  const items: unknown[] = value
  return items.map(item => {
    if (!isDocument(item)) throw new Error(`${name} holds something else than objects`)
    return item
  })
}

/** An object, by name, of a document. */
export function partOf(document: Document, name: string): Document {
  const value = document[name]
  if (!isDocument(value)) throw new Error(`${name} is not an object`)
  return value
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The error that a failed call printed with `--json`: one document on standard error, nothing on the other. */
export function errorOf(ran: Ran): Document {
  if (ran.stdout !== '') throw new Error(`standard output is not empty: ${ran.stdout}`)
  return partOf(parseDocument(ran.stderr), 'error')
}
