/** Jobs that are killed, hang, or are started twice: the record of the slot is true, and it is done once. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Sandbox } from '../../src/sandbox/index.ts'
import type { JobRun } from '../../src/store/jobs.ts'
import { openStore } from '../../src/store/index.ts'
import { openSandbox } from '../sandbox/support/sandbox.ts'
import { startScript } from '../support/child.ts'
import { realStoreOptions } from '../support/real-world.ts'
import { httpServer } from '../support/servers.ts'
import { aTask } from '../support/tasks.ts'
import { fileFolder, temporaryFolder } from '../support/temporary.ts'
import { endsOf } from './support/expectations.ts'
import {
  boundariesOf,
  expectRecoveries,
  WORKER,
  workUntilKilled,
  type Place,
  type Work,
} from './support/matrix.ts'
import { queueIn } from './support/queue.ts'
import { SLOT_MS } from './support/tally.ts'

const ALWAYS = [
  'after jobs.isDone',
  'before records.beginSlot',
  'after records.beginSlot',
  'before records.end',
  'after records.end',
]
/** Both are of what is done under the lock. */
const UNDER_LOCK = ['before locks.hold', 'after locks.hold', 'before POST /count', 'after POST /count']

const folder = fileFolder()
let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await openSandbox(join(folder, 'sandbox'))
  mkdirSync(join(folder, 'template'))
  await queueIn(join(folder, 'template'), [aTask({ title: 'passes at once' })])
  return async () => sandbox.stop()
})

function anew(): string {
  const stateDir = temporaryFolder()
  copyFileSync(join(folder, 'template', 'echopilot.db'), join(stateDir, 'echopilot.db'))
  return stateDir
}

/** How the runs of a job for the slot ended, in the order in which they began, as everybody on this machine sees it. */
async function endsOfSlot(stateDir: string, job: string): Promise<JobRun['outcome'][]> {
  const store = openStore(realStoreOptions(join(stateDir, 'echopilot.db')))
  const runs = await store.jobs.runsFrom(job, SLOT_MS)
  store.close()
  expect(runs.every(({ slotMs, job: of }) => slotMs === SLOT_MS && of === job)).toBe(true)
  return runs.map(({ outcome }) => outcome)
}

/** Killed, then run until its slot is done: what was done is not done again, and what died is said to have. */
async function recovers(place: Place, work: Work, killAt: number): Promise<void> {
  const job = work.slice('job:'.length)
  const killed = await workUntilKilled(place, killAt, work)
  expect({ signal: killed.signal, stderr: killed.stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
  const before = await endsOfSlot(place.stateDir, job)
  expect(['', 'died', 'ok']).toContain(before.join(' '))
  await boundariesOf(place, work)
  const after = await endsOfSlot(place.stateDir, job)
  expect(after).toEqual(before.includes('ok') ? before : [...before, 'ok'])
  expect(await boundariesOf(place, work)).not.toContain('before records.beginSlot')
  expect(await endsOfSlot(place.stateDir, job)).toEqual(after)
}

test('an exclusive job, killed at each boundary', { timeout: 900_000 }, async () => {
  const counter = await httpServer(response => response.end('1'))
  const env = { TALLY_URL: counter.url }
  const boundaries = await boundariesOf({ stateDir: anew(), env }, 'job:tally')
  expect(boundaries).toEqual(expect.arrayContaining([...ALWAYS, ...UNDER_LOCK]))
  // There are few, and all of them matter.
  for (const [index, name] of boundaries.entries()) {
    const counted = counter.arrived.length
    await recovers({ stateDir: anew(), env }, 'job:tally', index + 1).catch((error: unknown) => {
      throw new Error(`killed at ${name}`, { cause: error })
    })
    // Twice only where it was killed after it asked and before that was recorded.
    const isUnsure =
      boundaries.indexOf('after POST /count') <= index && boundaries.indexOf('after records.end') > index
    expect(counter.arrived.length - counted, name).toBe(isUnsure ? 2 : 1)
  }
})

test('poll, killed at a boundary: beside its runs, its slot is done once', { timeout: 900_000 }, async () => {
  const boundaries = await boundariesOf({ stateDir: anew(), env: sandbox.env }, 'job:poll')
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))
  await expectRecoveries({ boundaries, always: ALWAYS, others: 4 }, async killAt => {
    const stateDir = anew()
    await recovers({ stateDir, env: sandbox.env }, 'job:poll', killAt)
    expect(Object.keys(endsOf(stateDir))).toEqual(['passes at once'])
    expect(Object.values(endsOf(stateDir))[0]).toMatch(/^done/)
  })
})

test('one that hangs holds its slot, and says so; when it was killed the next one does it', async () => {
  const counter = await httpServer(() => {})
  const stateDir = anew()
  const work = (url: string) => startScript(WORKER, [stateDir, '0', 'job:tally'], { env: { TALLY_URL: url } })
  const hanging = work(counter.url)
  await expect.poll(() => counter.arrived.length, { timeout: 60_000 }).toBe(1)
  expect(await endsOfSlot(stateDir, 'tally')).toEqual([null])
  const answering = await httpServer(response => response.end('1'))
  const second = await work(answering.url).ended
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(`tally runs already (pid ${String(hanging.pid)} `)
  hanging.child.kill('SIGKILL')
  await hanging.ended
  expect(await endsOfSlot(stateDir, 'tally')).toEqual(['died'])
  expect((await work(answering.url).ended).code).toBe(0)
  expect(await endsOfSlot(stateDir, 'tally')).toEqual(['died', 'ok'])
  expect(answering.arrived).toHaveLength(1)
})

test('many at once: one does it, the others are busy or find it done', async () => {
  const stateDir = anew()
  const counter = await httpServer(response => response.end('1'))
  const rivals = Array.from({ length: 4 }, () =>
    startScript(WORKER, [stateDir, '0', 'job:tally'], { env: { TALLY_URL: counter.url } }),
  )
  const ends = await Promise.all(rivals.map(async ({ ended }) => ended))
  for (const { code, stderr } of ends) {
    expect(stderr).toMatch(code === 0 ? /^$/ : /tally runs already/)
  }
  expect(counter.arrived).toHaveLength(1)
  expect(await endsOfSlot(stateDir, 'tally')).toEqual(['ok'])
})
