/** The auto-operator, killed anywhere and run again: what it heals is healed once, and people are told once. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { realFiles, realProcesses } from '../../src/kernel/real-world.ts'
import { openStore } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import { realStoreOptions } from '../support/real-world.ts'
import { addTo, claimFrom, TO_FAILED } from '../support/store.ts'
import { httpServer } from '../support/servers.ts'
import { fileFolder } from '../support/temporary.ts'
import { boundariesOf, expectRecoveries, workUntilKilled, type Place } from './support/matrix.ts'
import { SLOT_MS } from './support/tally.ts'

const ALWAYS = [
  'before operate.beginHealing',
  'after operate.beginHealing',
  'after claims.recover',
  'after operate.endHealing',
  'after records.beginSlot',
  'before alerts.observe',
  'after alerts.observe',
  'before outbox.delivered',
  'after operate.saveReport',
]
/** No process has this id. */
const NOBODY = 4_194_305

const folder = fileFolder()
const template = join(folder, 'template')
let counted = 0
let boundaries: readonly string[]

/** A task that failed for good, one that a dead process works on, and a job that was done days ago. */
beforeAll(async () => {
  mkdirSync(template)
  const options = realStoreOptions(join(template, 'echopilot.db'))
  const dead = { ...options.world, processes: realProcesses(realFiles(), NOBODY) }
  const then = { ...dead.clock, now: () => SLOT_MS }
  const old = openStore({ ...options, world: { ...dead, clock: then } })
  const slot = { job: 'tally', slotMs: SLOT_MS, ends: ['ok'] } as const
  const id = await old.records.beginSlot('tally', 'job:tally', slot)
  await old.records.end(String(id), 'ok', null)
  old.close()
  const store = openStore({ ...options, world: dead })
  await addTo(store)
  const { claim } = await claimFrom(store)
  await store.stages.finish(claim, { kind: 'rested', settlement: null, next: TO_FAILED }, null)
  await addTo(store)
  await claimFrom(store)
  store.close()
})

/** The environment of a server that counts. */
async function counting(): Promise<Place['env']> {
  const counter = await httpServer(response => {
    counted += 1
    response.end('1')
  })
  return { TALLY_URL: counter.url, OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }
}

function anew(name: string, env: Place['env']): Place {
  const stateDir = join(folder, name)
  mkdirSync(stateDir)
  copyFileSync(join(template, 'echopilot.db'), join(stateDir, 'echopilot.db'))
  return { stateDir, env }
}

/** What is so after it ended, however often it was killed. */
function expectHealed({ stateDir }: Place): void {
  const rows = <Row>(sql: string): Row[] => rowsOf<Row>(join(stateDir, 'echopilot.db'), sql)
  expect(rows(`SELECT state FROM runs WHERE state <> 'failed_final'`)).toEqual([{ state: 'queued' }])
  expect(rows(`SELECT COUNT(*) AS owned FROM runs WHERE owner IS NOT NULL`)).toEqual([{ owned: 0 }])
  const told = rows<{ cause: string; state: string }>(
    `SELECT json_extract(body, '$.cause') AS cause, state FROM effects WHERE kind = 'notice'`,
  ).map(({ cause, state }) => `${cause} ${state}`)
  expect(told).toContain('failed/data done')
  expect(told).toEqual([...new Set(told)])
  const recovered = rows(`SELECT COUNT(*) AS times FROM audit_log WHERE kind = 'run.recover'`)
  expect(recovered).toEqual([{ times: 1 }])
  const healed = rows<{ kind: string }>(`SELECT kind FROM audit_log WHERE kind LIKE 'heal.%' ORDER BY seq`)
  expect(healed.at(-1)).toEqual({ kind: 'heal.end' })
}

test('undisturbed, all is healed and told, and a second cycle has nothing to do', async () => {
  const place = anew('undisturbed', await counting())
  const before = counted
  boundaries = await boundariesOf(place, 'operate')
  expect(boundaries).toEqual(expect.arrayContaining([...ALWAYS, 'after POST /count']))
  expect(counted).toBe(before + 1)
  expectHealed(place)
  expect(await boundariesOf(place, 'operate')).not.toContain('before POST /count')
  expectHealed(place)
})

test('killed at a boundary and run again', { timeout: 900_000 }, async () => {
  const env = await counting()
  await expectRecoveries({ boundaries, always: ALWAYS, others: 4 }, async killAt => {
    const place = anew(`killed-at-${String(killAt)}`, env)
    const { signal, stderr } = await workUntilKilled(place, killAt, 'operate')
    expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
    await boundariesOf(place, 'operate')
    expectHealed(place)
  })
})
