import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { Packed } from './packed.ts'

/** What to run on this Node. */
export interface Command {
  /** Script or flags of Node, then the words of the script. */
  readonly words: readonly string[]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
}

/** A run from the outside. */
export interface Timed {
  readonly stdout: string
  /** From its start until it was gone. */
  readonly ms: number
}

/** A run from the inside as well. */
export interface Metered extends Timed {
  /** User and system time of all its threads. */
  readonly cpuMs: number
  /** The most memory it held (resident). */
  readonly peakMb: number
}

const Used = z.object({ cpuMs: z.number(), peakMb: z.number() })

/** Runs it with nothing added; throws where it does not exit 0, because then nothing was measured. */
export async function timed(command: Command): Promise<Timed> {
  const { stdout, ms } = await run(command)
  return { stdout, ms }
}

/** The same with a meter inside, which costs about a millisecond. */
export async function metered({ script }: Packed, { words, env }: Command): Promise<Metered> {
  const { stdout, ms, report } = await run({ words: ['--import', script('meter'), ...words], env })
  return { stdout, ms, ...Used.parse(JSON.parse(report)) }
}

async function run({ words, env }: Command): Promise<Timed & { readonly report: string }> {
  const begun = performance.now()
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const gone = new Promise<{ code: number | null; ms: number }>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => resolve({ code, ms: performance.now() - begun }))
  })
  const [stdout, stderr, report, { code, ms }] = await Promise.all([
    read(child.stdio[1]),
    read(child.stdio[2]),
    read(child.stdio[3]),
    gone,
  ])
  if (code !== 0) {
    throw new Error(`${words.join(' ')} ended with ${String(code)}: ${stderr}${stdout}`.slice(0, 2000))
  }
  return { stdout, ms, report }
}

async function read(stream: unknown): Promise<string> {
  if (stream instanceof Readable) return text(stream)
  throw new Error('there is no pipe where one was asked for')
}
