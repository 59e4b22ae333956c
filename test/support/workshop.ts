import { EFFECT_KINDS } from '../../src/integrations/index.ts'
import { onTestFinished } from 'vitest'
import { lightFetch } from '../../src/kernel/http/fetch.ts'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { connectModels } from '../../src/integrations/openai/open.ts'
import type { Log } from '../../src/kernel/log.ts'
import { realFiles } from '../../src/kernel/real-world.ts'
import type { PipelineContext } from '../../src/pipeline/context.ts'
import { drain, type Drained, type DrainOptions } from '../../src/pipeline/drain.ts'
import { newRun } from '../../src/pipeline/tasks.ts'
import { readSettings } from '../../src/settings/read.ts'
import type { Settings } from '../../src/settings/schema.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import type { Call } from '../../src/store/ledger.ts'
import type { Run } from '../../src/store/run-rows.ts'
import type { Output } from '../../src/store/work-rows.ts'
import type { TaskRequest, TaskSummary } from '../../src/store/tasks.ts'
import { KEY, testServer, type TestServer } from '../sandbox/support/server.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { fakeMachine, type FakeMachine } from './fake-machine.ts'
import { aTask, TESTER } from './tasks.ts'
import { emptyStoreIn } from './store.ts'
import { temporaryFolder } from './temporary.ts'

/** One pretended process that works on the store. */
export interface Worker {
  readonly context: PipelineContext
  readonly store: Store
  /** Lines of its log, as `level message`. */
  readonly logged: string[]
  /** Ends its `stop` signal: it finishes the stage in hand and takes no other. */
  interrupt(): void
  drain(options?: Partial<DrainOptions>): Promise<Drained>
}

/** What a worker is started with. */
export interface WorkerOptions {
  readonly name?: string
  /** As in the configuration file; the base URL is filled in. */
  readonly settings?: Record<string, unknown>
  readonly key?: string
  /** The judge's own, where it has one. */
  readonly judgeKey?: string
  readonly fetch?: typeof globalThis.fetch
}

/**
 * The pipeline on a real store file and the sandbox (in the test's own process), under a fake clock. Sleeps
 * are skipped; nothing else passes time. Closed when the test is over.
 */
export interface Workshop extends Worker {
  readonly clock: FakeClock
  readonly machine: FakeMachine
  readonly server: TestServer
  readonly storeFile: string
  /** Another process on the same store. */
  hire(options?: WorkerOptions): Worker
  add(changes?: Partial<TaskRequest>): Promise<{ taskId: string; runId: string }>
  task(taskId: string): Promise<TaskSummary>
  run(runId: string): Promise<Run>
  outputs(runId: string): Promise<Output[]>
  calls(runId: string): Promise<Call[]>
  /** A further run of a task that has ended, as `task retry` makes it. */
  retry(taskId: string): Promise<string>
  /** Arms a fault of the sandbox for calls of a kind. */
  fault(action: Record<string, unknown>, match?: Record<string, unknown>, times?: number): Promise<void>
}

/** Settings as the configuration file would give them. */
export function settingsWith(file: Record<string, unknown>, baseUrl = 'http://127.0.0.1:9/v1'): Settings {
  const openai = typeof file['openai'] === 'object' ? file['openai'] : {}
  const read = readSettings({ ...file, openai: { base_url: baseUrl, ...openai } })
  if (!read.ok) throw new Error(JSON.stringify(read.faults))
  return read.settings
}

/** Opens a workshop. */
export async function workshop(options: WorkerOptions = {}): Promise<Workshop> {
  const clock = fakeClock()
  clock.skipSleeps()
  const machine = fakeMachine()
  const server = await testServer()
  const storeFile = emptyStoreIn(temporaryFolder())
  let hired = 0
  const hire = (more: WorkerOptions = {}): Worker => {
    hired += 1
    const name = more.name ?? `process-${String(hired)}`
    return newWorker({ clock, machine, server, storeFile, name, seed: hired }, { ...options, ...more })
  }
  const first = hire()
  const { store, context } = first
  const found = <T>(value: T | null, what: string): T => {
    if (value === null) throw new Error(`there is no ${what}`)
    return value
  }
  const task = async (taskId: string): Promise<TaskSummary> => found(await store.tasks.get(taskId), taskId)
  return {
    ...first,
    clock,
    machine,
    server,
    storeFile,
    hire,
    task,
    add: async changes =>
      store.tasks.add(aTask(changes), newRun(context.settings, aTask(changes), 'added', TESTER)),
    run: async runId => found(await store.runs.get(runId), runId),
    outputs: async runId => store.runs.outputs(runId),
    calls: async runId => store.ledger.callsOfRun(runId),
    retry: async taskId => {
      const again = newRun(context.settings, await task(taskId), 'retry', TESTER)
      return (await store.decisions.retry(taskId, again)).runId
    },
    fault: async (action, match = { path: '/v1/chat/completions' }, times = 1) =>
      server.arm({ action, match, times }),
  }
}

interface Premises {
  readonly clock: FakeClock
  readonly machine: FakeMachine
  readonly server: TestServer
  readonly storeFile: string
  readonly name: string
  readonly seed: number
}

function newWorker(premises: Premises, options: WorkerOptions): Worker {
  const random = seededRandom(premises.seed)
  const { clock } = premises
  const processes = premises.machine.process(premises.name)
  const store = openStore({
    kinds: EFFECT_KINDS,
    path: premises.storeFile,
    world: { clock, random, files: realFiles(), processes },
    commit: 'c0ffee000000',
    actor: 'tester',
    programVersion: '0.0.0-test',
  })
  onTestFinished(() => store.close())
  const settings = settingsWith(options.settings ?? {}, `${premises.server.url}/v1`)
  const keys = { OPENAI_API_KEY: options.key ?? KEY, JUDGE_API_KEY: options.judgeKey ?? null }
  const logged: string[] = []
  const stop = new AbortController()
  const context: PipelineContext = {
    world: { clock, random, processes },
    store,
    models: connectModels(settings, keys, { fetch: options.fetch ?? lightFetch() }),
    settings,
    log: logInto(logged),
    stop: stop.signal,
    rows: null,
    progress: () => undefined,
    calling: () => () => undefined,
  }
  return {
    context,
    store,
    logged,
    interrupt: () => stop.abort(),
    drain: async more =>
      drain(context, {
        stages: ['generate', 'judge', 'revise'],
        taskId: null,
        limit: null,
        concurrency: 1,
        ...more,
      }),
  }
}

function logInto(lines: string[]): Log {
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    tell: (level, message) => at(level)(message),
  }
}
