import { homedir } from 'node:os'
import type { World } from '../../src/kernel/world.ts'
import { OPERATIONS } from '../../src/operations/index.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import { openSession, type Call, type Session, type SessionOptions } from '../../src/session/index.ts'
import { realWorld } from './real-world.ts'

/** What a session is opened with; the rest is as `main.ts` would have it. */
export interface RealSessionOptions {
  readonly stateDir: string
  /** All the environment it has. */
  readonly env: Readonly<Record<string, string>>
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: World['clock']
  /** What can be run by the schedule; all there is unless it is given. */
  readonly jobs?: SessionOptions['jobs']
  /** Takes what is logged; it is thrown away unless this is given. */
  readonly log?: (line: string) => void
  readonly wrapStore?: NonNullable<SessionOptions['wrapStore']>
}

/** One call of it. */
export const CALL: Call = {
  actor: 'test',
  dryRun: false,
  confirmed: false,
  stop: new AbortController().signal,
  progress: () => undefined,
  calling: () => () => undefined,
}

/** A real session of the program on a state folder. */
export function realSession(options: RealSessionOptions): Session {
  return openSession({
    world: realWorld({
      env: options.env,
      cwd: options.stateDir,
      homeDir: homedir(),
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    }),
    program: { version: '0.0.0-test', commit: 'c0ffee000000', branch: null, checkout: null },
    jobs: options.jobs ?? { schedule: SCHEDULE, operations: OPERATIONS },
    configFlag: null,
    stateDirFlag: options.stateDir,
    actor: 'test',
    stop: new AbortController().signal,
    log:
      options.log === undefined
        ? { write: () => undefined, format: 'text', least: 'error' }
        : { write: options.log, format: 'text', least: 'debug' },
    ...(options.wrapStore === undefined ? {} : { wrapStore: options.wrapStore }),
  })
}
