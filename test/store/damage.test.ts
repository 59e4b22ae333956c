/** Stores that were damaged in every way we can think of: each call ends as one on a damaged store, never as a defect. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainText } from '../support/plain.ts'
import { rowsOf } from '../support/books.ts'
import { expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS as LISTED } from '../../src/operations/index.ts'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { CALL, realSession } from '../support/session.ts'
import { temporaryFolder } from '../support/temporary.ts'
import {
  addTo,
  aCall,
  aJudgement,
  anOutput,
  aPage,
  aRun,
  aSettlement,
  claimFrom,
  NO_CAPS,
  testStore,
  TO_DONE,
  TO_JUDGE,
} from '../support/store.ts'
import { changeStore } from './support/store-file.ts'

const OPERATIONS = await loadAll(LISTED)
const CALLS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['status', {}],
  ['doctor', {}],
  ['metrics', {}],
  ['task list', { limit: 50 }],
  ['task list', { limit: 50, client: 'Acme' }],
  ['task list', { limit: 50, status: 'Done' }],
  ['task show', { id: 'TASK' }],
  ['explain', { id: 'TASK' }],
  ['explain', { id: 'RUN' }],
  ['task add', { brief: 'Say hello.', type: 'Other', priority: 'Normal' }],
  ['task retry', { id: 'TASK' }],
  ['poll', { drain: false }],
  ['maintain', {}],
  ['replay', { limit: 10, lookback: '14d' }],
]
const ENV = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }

let made: Buffer | null = null
let whole = { path: '', taskId: '', runId: '' }

async function makeWhole(): Promise<{ path: string; taskId: string; runId: string }> {
  const files = testStore(join(temporaryFolder(), 'echopilot.db'))
  const store = files.open('first')
  await store.pickUps.pickUp(aPage('page'), aRun({ cause: 'tick' }))
  const ids = { taskId: '', runId: '' }
  for (let tasks = 0; tasks < 12; tasks += 1) {
    Object.assign(
      ids,
      await addTo(store, { client: tasks % 2 === 0 ? 'Acme' : null, brief: 'x'.repeat(3000) }),
    )
    const writing = await claimFrom(store)
    const call = aCall()
    const output = anOutput({
      text: 'y'.repeat(5000),
      checkFindings: [{ source: 'length', severity: 'minor', text: 'short' }],
    })
    await store.stages.reserve(writing.claim, call, NO_CAPS)
    await store.stages.finish(
      writing.claim,
      { kind: 'written', settlement: aSettlement(call.id), output, next: TO_JUDGE },
      null,
    )
    if (tasks % 3 === 0) continue
    const judging = await claimFrom(store)
    const judgeCall = aCall({ stage: 'judge' })
    await store.stages.reserve(judging.claim, judgeCall, NO_CAPS)
    const settlement = aSettlement(judgeCall.id)
    await store.stages.finish(
      judging.claim,
      { kind: 'judged', settlement, judgement: aJudgement(output.id), next: TO_DONE },
      null,
    )
  }
  await store.proofs.save([{ subject: 'node', outcome: 'proved', detail: 'x', fix: null }])
  store.close()
  return { path: files.path, ...ids }
}

async function ready(): Promise<void> {
  whole = await makeWhole()
  made = readFileSync(whole.path)
}

/** The whole store in a folder of its own, damaged. */
function damaged(damage: (path: string) => void): string {
  const stateDir = temporaryFolder()
  const path = join(stateDir, 'echopilot.db')
  writeFileSync(path, made ?? '')
  damage(path)
  return stateDir
}

/** What is wrong with how calls end on this store: nothing, if each ends well, or says that the store is damaged and what to do. */
async function wrongOn(stateDir: string): Promise<string[]> {
  const wrong: string[] = []
  for (const [words, input] of CALLS) {
    const operation = OPERATIONS.find(({ path }) => path.join(' ') === words)
    if (operation === undefined) throw new Error(words)
    const filled = Object.fromEntries(
      Object.entries(input).map(([name, value]) => [
        name,
        value === 'TASK' ? whole.taskId : value === 'RUN' ? whole.runId : value,
      ]),
    )
    const session = realSession({ stateDir, env: ENV })
    try {
      const { result } = await session.run(operation, filled, CALL)
      plainText(operation.render(result))
    } catch (error) {
      const kind = error instanceof AppError ? error.kind : 'thrown'
      if (!['store', 'missing', 'refused', 'config'].includes(kind))
        wrong.push(`${words}: ${kind}: ${String(error)}`)
      else if (error instanceof AppError && error.hint === null)
        wrong.push(`${words}: no hint: ${error.message}`)
    } finally {
      session.close()
    }
  }
  return wrong
}

test('the whole store is all right', async () => {
  await ready()
  expect(await wrongOn(damaged(() => {}))).toEqual([])
})

function tables(): string[] {
  const sql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
  return rowsOf<{ name: string }>(whole.path, sql).map(row => row.name)
}

/** All of them with CI=full, else every so manieth. */
function some<T>(all: readonly T[], every: number): readonly T[] {
  return process.env['CI'] === 'full' ? all : all.filter((_, index) => index % every === 0)
}

const LENIENT = 'PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON'

test('without one of its tables', async () => {
  await ready()
  for (const table of some(tables(), 6)) {
    const stateDir = damaged(path => changeStore(path, `${LENIENT}; DROP TABLE ${table}`))
    expect(await wrongOn(stateDir), table).toEqual([])
  }
})

test('with garbage in one of its columns that holds text', async () => {
  await ready()
  const sql = `SELECT t.name AS tableName, c.name AS columnName FROM pragma_table_list t JOIN pragma_table_info(t.name) c
    WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c.type = 'TEXT' AND c.pk = 0 AND substr(c.name, -3) <> '_id'`
  const columns = rowsOf<{ tableName: string; columnName: string }>(whole.path, sql)
  const cases = columns.flatMap(column => ['garbage', '5', '{}'].map(value => ({ ...column, value })))
  for (const { tableName, columnName, value } of some(cases, 20)) {
    const change = `UPDATE OR IGNORE ${tableName} SET ${columnName} = '${value}'`
    const stateDir = damaged(path => changeStore(path, `${LENIENT}; ${change}`))
    expect(await wrongOn(stateDir), change).toEqual([])
  }
})

/** The ways in which a disk loses what it was given. */
const LOSSES: readonly ((bytes: Buffer, at: number, noise: Uint8Array) => Buffer)[] = [
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, noise) => Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + noise.length)]),
  (bytes, at) => Buffer.from(bytes).fill(0, at - (at % 4096), at - (at % 4096) + 4096),
]

test('cut off, with noise in it, or with an empty page', async () => {
  await ready()
  const random = seededRandom(20_261_125)
  const places = Array.from({ length: 60 }, () => random.fraction())
  for (const [index, place] of some([...places.entries()], 7)) {
    const stateDir = damaged(path => {
      const bytes = readFileSync(path)
      const lose = LOSSES[index % LOSSES.length]
      writeFileSync(
        path,
        lose?.(bytes, Math.floor(place * (bytes.length - 4096)), random.bytes(512)) ?? bytes,
      )
    })
    expect(await wrongOn(stateDir), `${String(index)}: ${String(place)}`).toEqual([])
  }
})
