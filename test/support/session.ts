import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { lightFetch } from '../../src/kernel/http/fetch.ts'
import { realClock, realFiles, realProcesses, realRandom } from '../../src/kernel/real-world.ts'
import type { World } from '../../src/kernel/world.ts'
import { openSession, type Session, type SessionOptions } from '../../src/session.ts'

/** What a session is opened with; the rest is as `main.ts` would have it. */
export interface RealSessionOptions {
  readonly stateDir: string
  /** All the environment it has. */
  readonly env: Readonly<Record<string, string>>
  readonly fetch?: typeof globalThis.fetch
  readonly wrapStore?: NonNullable<SessionOptions['wrapStore']>
}

/** The world as `main.ts` builds it, but for its environment and network. */
function realWorld(options: Pick<RealSessionOptions, 'stateDir' | 'env' | 'fetch'>): World {
  const files = realFiles()
  return {
    clock: realClock(),
    random: realRandom(),
    fetch: options.fetch ?? lightFetch(),
    files,
    processes: realProcesses(files, process.pid),
    host: {
      env: options.env,
      cwd: options.stateDir,
      homeDir: homedir(),
      programDir: fileURLToPath(new URL('../..', import.meta.url)),
      user: 'tester',
      nodeVersion: process.versions.node,
      execPath: process.execPath,
    },
  }
}

/** A real session of the program on a state folder. */
export function realSession(options: RealSessionOptions): Session {
  return openSession({
    world: realWorld(options),
    program: { version: '0.0.0-test', commit: 'c0ffee000000' },
    configFlag: null,
    stateDirFlag: options.stateDir,
    actor: 'test',
    stop: new AbortController().signal,
    progress: () => undefined,
    readInput: async () => '',
    log: { write: () => undefined, format: 'text', least: 'error' },
    ...(options.wrapStore === undefined ? {} : { wrapStore: options.wrapStore }),
  })
}
