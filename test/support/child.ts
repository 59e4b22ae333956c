/** Child processes: with the environment they are given, a cache of compiled code, and nothing of the caller's. */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject, onTestFinished } from 'vitest'
import { collected } from './collected.ts'

/** The program's launcher, as it is installed. */
export const PACKED = join(inject('packed'), 'bin/echopilot')

/** Compiled code of whatever is started, kept for the next start until the run of tests is over. */
const COMPILED = join(inject('packed'), 'compiled')

/** Longer than any child should take; one that hangs is killed and its test fails. */
const PATIENCE_MS = 240_000

/** How a child ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What a child is given. */
export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Piped in; without it standard input is empty. */
  readonly input?: string | Buffer
  /** Standard input stays open, for what the test writes to it. */
  readonly keepInput?: true
  /** Another user and group, for root only. */
  readonly uid?: number
}

/** A child that runs. */
export interface Running {
  readonly pid: number
  readonly child: ChildProcess
  /** Resolves when it is gone and all it wrote was read. */
  readonly ended: Promise<Ended>
  /** Resolves with standard output so far once it matches; rejects if the child ends before that. */
  output(pattern: RegExp): Promise<string>
  /** The same of standard error. */
  errors(pattern: RegExp): Promise<string>
}

/** Starts a program with its arguments; it is killed when the test is over, if it still runs. */
export function startChild(command: readonly string[], options: ChildOptions = {}): Running {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { NODE_COMPILE_CACHE: COMPILED, ...options.env },
    timeout: PATIENCE_MS,
    // One that no test sends: a child that hung is not one that was killed.
    killSignal: 'SIGQUIT',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  // A child that does not read what it is given is no fault of the test.
  child.stdin.on('error', () => {})
  if (options.keepInput !== true) child.stdin.end(options.input ?? '')
  const stdout = collected(child.stdout)
  const stderr = collected(child.stderr)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: stdout.text(), stderr: stderr.text() }),
    )
  })
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended.catch(() => {})
  })
  return {
    pid: child.pid ?? 0,
    child,
    ended,
    output: async pattern => Promise.race([stdout.matching(pattern), tooEarly(ended)]),
    errors: async pattern => Promise.race([stderr.matching(pattern), tooEarly(ended)]),
  }
}

async function tooEarly(ended: Promise<Ended>): Promise<never> {
  const { code, stderr } = await ended
  throw new Error(`it ended with ${String(code)}: ${stderr}`)
}

/** Starts a script on this test's Node. */
export function startScript(
  script: string | URL,
  args: readonly string[],
  options: ChildOptions = {},
): Running {
  const file = typeof script === 'string' ? script : fileURLToPath(script)
  const env = { NODE_NO_WARNINGS: '1', ...options.env }
  return startChild([process.execPath, file, ...args], { ...options, env })
}

/** Runs a script to its end. */
export async function runScript(
  script: string | URL,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Ended> {
  return startScript(script, args, options).ended
}
