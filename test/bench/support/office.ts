import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { startSandbox } from '../../../src/sandbox/index.ts'
import { boardAt, type Board } from '../../integrations/notion/support/board.ts'
import { echopilot, newHome, type Bench } from './bench.ts'
import { timed } from './run.ts'

/** The stand-ins. */
export type Service = 'notion' | 'openai'

/** A user's home, and both stand-ins as processes of their own, which answer at once. All state is in one folder. */
export interface Office {
  readonly env: Readonly<Record<string, string>>
  /** The same without Notion: only the local queue. */
  readonly localEnv: Readonly<Record<string, string>>
  readonly board: Board
  readonly url: (service: Service) => string
  /** Makes the databases, as the user's first step. */
  setUp(): Promise<void>
  /** CPU time that the stand-ins have used. */
  cpuMs(): number
  /** Ends the stand-ins. Repeating is harmless. */
  stop(): Promise<void>
}

/** Nothing is to wait for a rate or a cap: the machine is measured, not the settings. */
const UNBOUNDED = {
  ECHOPILOT_NOTION_REQUESTS_PER_SECOND: '1000',
  ECHOPILOT_BUDGET_TASK_USD: '0',
  ECHOPILOT_BUDGET_DAY_USD: '0',
  ECHOPILOT_BUDGET_MONTH_USD: '0',
}

/** Opens an office in a folder: a new one, or what an earlier office left there. */
export async function openOffice(bench: Bench, folder: string): Promise<Office> {
  const services = join(folder, 'services')
  const sandbox = await startSandbox({ dir: services, basePort: 0, nodePath: process.execPath })
  const url = (name: Service): string => sandbox.services.find(service => service.name === name)?.url ?? ''
  const env = { ...newHome(folder), ...sandbox.env, ...UNBOUNDED, ECHOPILOT_ALLOW_DIRTY: 'true' }
  const pids = await Promise.all([pidAt(url('notion')), pidAt(url('openai'))])
  return {
    env,
    localEnv: Object.fromEntries(Object.entries(env).filter(([name]) => !name.includes('NOTION'))),
    board: boardAt(url('notion')),
    url,
    setUp: async () => void (await timed(echopilot(bench, ['init'], env))),
    cpuMs: () => pids.map(cpuOf).reduce((sum, ms) => sum + ms, 0),
    stop: async () => sandbox.stop(),
  }
}

/** How many calls the stand-ins of a closed office have ever answered. */
export function callsAnswered(folder: string): Readonly<Record<Service, number>> {
  const count = (service: Service): number => {
    const database = new Database(join(folder, 'services', `${service}.db`), { readonly: true })
    try {
      // The log is pruned from its beginning; its numbers go on.
      const newest = database.prepare(
        "SELECT id FROM stored_object WHERE kind = 'logged-call' ORDER BY seq DESC",
      )
      return Count.parse(newest.get() ?? { id: 0 }).id
    } finally {
      database.close()
    }
  }
  return { notion: count('notion'), openai: count('openai') }
}

const Count = z.object({ id: z.coerce.number() })
const State = z.object({ pid: z.number() })

async function pidAt(url: string): Promise<number> {
  return State.parse(await (await fetch(`${url}/__sandbox/state`)).json()).pid
}

/** Linux counts the time of a process in hundredths of a second, in the 14th and 15th field. */
function cpuOf(pid: number): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')
      .at(-1)
      ?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
