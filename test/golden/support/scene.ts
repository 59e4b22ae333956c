/** The command line in a world without chance: a clock that ticks, seeded randomness, a stand-in of its own. */
import { join } from 'node:path'
import { lightFetch } from '../../../src/kernel/http/fetch.ts'
import { COMMANDS } from '../../../src/commands/index.ts'
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'
import { realFiles } from '../../../src/kernel/real-world.ts'
import type { World } from '../../../src/kernel/world.ts'
import { OPERATIONS } from '../../../src/operations/index.ts'
import { SCHEDULE } from '../../../src/operations/schedule.ts'
import { runCli } from '../../../src/surfaces/cli/run.ts'
import { PLAIN_PAINT } from '../../support/plain.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { KEY, testServer } from '../../sandbox/support/server.ts'

/** A day before any model of the defaults is shut down. */
const BEGIN_MS = Date.UTC(2026, 10, 25, 9, 0, 0)
const TICK_MS = 250

/** Calls the command line; returns what it printed, with the exit code where it is not 0. */
export type Typing = (...words: readonly string[]) => Promise<string>

/** A new scene; everything of it is gone when the test is over. */
export async function newScene(): Promise<Typing> {
  const server = await testServer()
  const dir = temporaryFolder()
  const world = worldIn(dir, { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: KEY })
  return async (...words) => {
    const printed: string[] = []
    const exit = await runCli(words, {
      world,
      program: { version: '0.0.0', commit: 'c0ffeec0ffee', branch: null, checkout: null },
      actor: 'cli:ana',
      stop: new AbortController().signal,
      hangUp: new AbortController().signal,
      versionText: () => Promise.resolve('0.0.0'),
      readInput: () => Promise.resolve(''),
      terminal: {
        out: text => printed.push(text),
        err: text => printed.push(text),
        columns: 80,
        errorColumns: 80,
        paint: PLAIN_PAINT,
        isInteractive: false,
        liveColumns: 0,
        isJournal: false,
      },
      lists: { operations: OPERATIONS, commands: COMMANDS },
      jobs: { operations: OPERATIONS, schedule: SCHEDULE },
    })
    const text = printed
      .join('')
      .replaceAll(new URL(server.url).host, '127.0.0.1:4700')
      .replaceAll(dir, '/home/ana')
      // The stand-in makes up the ids of its requests, and they are sealed; seals are in the audit chain.
      .replaceAll(/(?<=intact, sha256 |head is now \d+:)[0-9a-f]{16}/g, '0123456789abcdef')
    return exit === 0 ? text : `${text}(exit ${String(exit)})\n`
  }
}

function worldIn(dir: string, env: Readonly<Record<string, string>>): World {
  let now = BEGIN_MS
  const tick = (): number => (now += TICK_MS)
  return {
    clock: {
      now: tick,
      monotonicMs: tick,
      sleep: () => Promise.resolve(),
      every: () => () => {},
      soon: queueMicrotask,
      deadline: () => new AbortController().signal,
    },
    random: seededRandom(7),
    fetch: lightFetch(),
    files: realFiles(),
    processes: { self: 'boot/namespace/1/1', state: () => 'alive', nameOf: String, keepHeapSmall: () => {} },
    programs: { run: async () => ({ kind: 'failed', why: 'nothing is started here' }), attach: async () => 1 },
    host: {
      env: { ...env, ECHOPILOT_STATE_DIR: join(dir, 'state'), ECHOPILOT_CONFIG: '' },
      cwd: dir,
      homeDir: dir,
      user: 'ana',
      nodeVersion: '24.0.0',
      pid: 4711,
      execPath: process.execPath,
      scriptPath: '',
    },
  }
}
