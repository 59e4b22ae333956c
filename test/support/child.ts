import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject, onTestFinished } from 'vitest'
import { collected } from './collected.ts'

/** How a child process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A running child. */
export interface Running {
  /** Resolves when it is gone and all it wrote was read. */
  readonly ended: Promise<Ended>
  /** Resolves once standard error matches; not before the test ends, if it never does. */
  errors(pattern: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
}

/** How to start a child. */
export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Another user and group, for root only. */
  readonly uid?: number
}

/** The program's launcher, as it is installed. */
export const BIN = join(inject('packed'), 'bin/echopilot')

/** Starts a script on this test's Node with nothing in its environment but what is given. Dies with the test. */
export function startScript(
  script: string | URL,
  args: readonly string[],
  options: ChildOptions = {},
): Running {
  const file = typeof script === 'string' ? script : fileURLToPath(script)
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_NO_WARNINGS: '1', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const out = collected(child.stdout)
  const err = collected(child.stderr)
  return {
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, out: out.text(), err: err.text() }))
    }),
    errors: async pattern => err.matching(pattern),
    kill: signal => void child.kill(signal),
  }
}

/** Runs a script to its end. */
export async function runScript(
  script: string | URL,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Ended> {
  return startScript(script, args, options).ended
}
