/** Instants that no calendar has, as a damaged row may hold them: what stands beside them is shown, as are they. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS as LISTED } from '../../src/operations/index.ts'
import { rowsOf } from '../support/books.ts'
import { plainText } from '../support/plain.ts'
import { CALL, realSession } from '../support/session.ts'
import { testStore } from '../support/store.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { auditedDay } from './support/busy-day.ts'
import { changeStore } from './support/store-file.ts'

const OPERATIONS = await loadAll(LISTED)

/** What only shows what there is; of each thing that has an id. */
const READS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['status', {}],
  ['metrics', {}],
  ['task list', { limit: 50 }],
  ['task show', { id: 'tasks' }],
  ['client list', {}],
  ['client show', { client: 'clients' }],
  ['report cost', {}],
  ['report ops', {}],
  ['alert list', { limit: 50 }],
  ['alert list', { limit: 50, state: 'resolved' }],
  ['effect list', { limit: 50 }],
  ['effect show', { id: 'effects' }],
  ['jobs list', {}],
  ['jobs show', { name: 'poll', limit: 20 }],
  ['service list', {}],
  ...['tasks', 'runs', 'effects', 'alerts', 'healings', 'operation_records', 'bills', 'calls', 'clients'].map(
    table => ['explain', { id: table }] as const,
  ),
]
/** The same of what decides and acts on nothing. */
const PLANS: typeof READS = [
  ['poll', { drain: true }],
  ['replay', { limit: 10, lookback: '14d' }],
  ['operate', {}],
  ['deliver', {}],
  ['maintain', {}],
]

interface Place {
  readonly stateDir: string
  readonly file: string
}

async function madeStore(): Promise<string> {
  const files = testStore()
  await auditedDay(files, 'words')
  const { records } = files.open('timer')
  const slot = { job: 'poll', slotMs: files.clock.now(), ends: ['ok'] } as const
  await records.endIdle((await records.beginSlot('poll', 'job:poll', slot)) ?? '')
  // Nothing is asked of a service here.
  changeStore(files.path, 'DELETE FROM accounts; DELETE FROM notion_databases')
  return files.path
}

function copyOf(path: string, changes: string): Place {
  const stateDir = temporaryFolder()
  const file = join(stateDir, 'echopilot.db')
  changeStore(path, `VACUUM INTO '${file}'`)
  changeStore(file, `PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; ${changes}`)
  return { stateDir, file }
}

/** What cannot be shown, and why. */
async function wrongOn({ stateDir, file }: Place): Promise<string[]> {
  const wrong: string[] = []
  const session = realSession({ stateDir, env: { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' } })
  onTestFinished(() => session.close())
  for (const [words, input] of [...READS, ...PLANS]) {
    const operation = OPERATIONS.find(({ path }) => path.join(' ') === words)
    if (operation === undefined) throw new Error(words)
    const named = Object.entries(input).filter(([name]) => name === 'id' || name === 'client')
    const ids = Object.fromEntries(named.map(([name, table]) => [name, idIn(file, String(table))]))
    const given = { ...input, ...ids }
    try {
      const { result } = await session.run(operation, given, { ...CALL, dryRun: operation.access !== 'read' })
      plainText(operation.render(result))
      JSON.stringify(result)
    } catch (error) {
      wrong.push(`${words} ${JSON.stringify(given)}: ${String(error)}`)
    }
  }
  return wrong
}

function idIn(file: string, table: string): string {
  return rowsOf<{ id: string }>(file, `SELECT id FROM ${table} ORDER BY id LIMIT 1`)[0]?.id ?? ''
}

const COLUMNS = `SELECT t.name AS tableName, group_concat(c.name) AS columns FROM pragma_table_list t
  JOIN pragma_table_info(t.name) c WHERE t.schema = 'main' AND c.name LIKE '%\\_ms' ESCAPE '\\' GROUP BY t.name`

test('everything is shown where all is as it was written', async () => {
  expect(await wrongOn(copyOf(await madeStore(), ''))).toEqual([])
})

test.each(['9223372036854775807', '-9223372036854775808', '8640000000000001', '253402300800000'])(
  'everything is shown where the instants of a table are %s',
  async instant => {
    const whole = await madeStore()
    const tables = rowsOf<{ tableName: string; columns: string }>(whole, COLUMNS)
    expect(tables.length).toBeGreaterThan(20)
    const wrong: string[] = []
    for (const { tableName, columns } of tables) {
      const set = columns.split(',').map(column => `${column} = ${instant}`)
      const place = copyOf(whole, `UPDATE OR IGNORE ${tableName} SET ${set.join(', ')}`)
      wrong.push(...(await wrongOn(place)).map(what => `${tableName}: ${what}`))
    }
    expect(wrong).toEqual([])
  },
)
