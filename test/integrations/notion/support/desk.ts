/** EchoPilot at work on a Notion board: its real command line in the test's own process, on a clock that can be put forward. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { realClock } from '../../../../src/kernel/real-world.ts'
import type { Clock, Processes } from '../../../../src/kernel/world.ts'
import type { Sandbox } from '../../../../src/sandbox/index.ts'
import type { Store } from '../../../../src/store/index.ts'
import { callCli } from '../../../support/cli.ts'
import { parseDocument, partOf, type Document } from '../../../support/document.ts'
import { rowsOf } from '../../../support/books.ts'
import { openSandbox } from '../../../sandbox/support/sandbox.ts'
import { emptyStoreIn } from '../../../support/store.ts'
import { realWorld } from '../../../support/real-world.ts'
import { fileFolder, temporaryFolder } from '../../../support/temporary.ts'
import { boardAt, type Board } from './board.ts'

/** The stand-ins, shared by the tests of a file and emptied before each. */
export interface Office {
  readonly board: () => Board
  readonly env: () => Readonly<Record<string, string>>
  /** Address of a stand-in. */
  readonly url: (service: 'notion' | 'openai' | 'stripe') => string
}

/** Starts them for the tests of this file. */
export function sharedOffice(): Office {
  let sandbox: Sandbox | undefined
  const dir = fileFolder()
  const url = (name: string): string => sandbox?.services.find(service => service.name === name)?.url ?? ''
  beforeAll(async () => {
    sandbox = await openSandbox(join(dir, 'sandbox'))
  })
  afterAll(async () => sandbox?.stop())
  beforeEach(async () => {
    for (const name of ['notion', 'openai', 'stripe']) {
      await fetch(`${url(name)}/__sandbox/reset`, { method: 'POST' })
    }
  })
  return {
    board: () => boardAt(url('notion')),
    env: () => ({ ...sandbox?.env, ECHOPILOT_NOTION_REQUESTS_PER_SECOND: '1000' }),
    url,
  }
}

/** A clock that can be put forward. Its waits are a twentieth as long as they say. */
export interface DeskClock extends Clock {
  forward(ms: number): void
}

const HURRY = 20

/** Starts at the real time. */
function deskClock(): DeskClock {
  const real = realClock()
  let aheadMs = 0
  return {
    ...real,
    now: () => real.now() + aheadMs,
    monotonicMs: () => real.monotonicMs() + aheadMs,
    sleep: async (ms, signal) => real.sleep(Math.ceil(ms / HURRY), signal),
    forward: ms => {
      aheadMs += ms
    },
  }
}

/** How a call ended. */
export interface Called {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What it printed, as the one JSON document; throws where it is none. */
  readonly document: Document
  /** The error it printed as JSON. */
  readonly error: Document
}

/** What a desk is opened with. */
export interface DeskOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly stateDir?: string
  readonly clock?: DeskClock
  readonly fetch?: typeof globalThis.fetch
  readonly processes?: Processes
  readonly wrapStore?: (store: Store) => Store
  readonly stop?: AbortSignal
}

/** One operator with a state folder. */
export interface Desk {
  readonly stateDir: string
  readonly storeFile: string
  readonly clock: DeskClock
  readonly env: Readonly<Record<string, string>>
  /** A call with `--json`. */
  call(...words: readonly string[]): Promise<Called>
  /** The same call, in the words of a person. */
  read(...words: readonly string[]): Promise<Called>
  /** Calls that must end with exit 0. */
  done(...words: readonly string[]): Promise<Document>
  /** Rows of the store's own file. */
  rows<T>(sql: string): T[]
}

/** A desk without databases. */
export function newDesk(office: Office, options: DeskOptions = {}): Desk {
  const stateDir = options.stateDir ?? temporaryFolder()
  if (options.stateDir === undefined) emptyStoreIn(stateDir)
  const home = join(stateDir, 'home')
  mkdirSync(home, { recursive: true })
  const clock = options.clock ?? deskClock()
  const env = { HOME: home, ...office.env(), ...options.env }
  const run = async (words: readonly string[]): Promise<Called> => {
    const { fetch, processes } = options
    const {
      code,
      stdout: out,
      stderr: err,
    } = await callCli(['--state-dir', stateDir, ...words], {
      ...options,
      world: realWorld({
        env,
        cwd: stateDir,
        homeDir: home,
        clock,
        ...(fetch === undefined ? {} : { fetch }),
        ...(processes === undefined ? {} : { processes }),
      }),
    })
    return {
      code,
      out,
      err,
      get document() {
        return parseDocument(out)
      },
      get error() {
        // Warnings of the log may stand before it.
        return partOf(parseDocument(err.slice(err.lastIndexOf('\n{') + 1)), 'error')
      },
    }
  }
  const call: Desk['call'] = async (...words) => run([...words, '--json'])
  const storeFile = join(stateDir, 'echopilot.db')
  return {
    stateDir,
    storeFile,
    clock,
    env,
    call,
    read: async (...words) => run(words),
    done: async (...words) => {
      const called = await call(...words)
      if (called.code !== 0)
        throw new Error(`${words.join(' ')}: exit ${String(called.code)}: ${called.err}${called.out}`)
      return called.document
    },
    rows: sql => rowsOf(storeFile, sql),
  }
}

/** A desk whose databases were made by `init`. */
export async function openDesk(office: Office, options: DeskOptions = {}): Promise<Desk> {
  const desk = newDesk(office, options)
  await desk.done('init')
  return desk
}
