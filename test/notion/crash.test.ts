/** `poll --drain` over Notion rows, killed at any boundary and started again: as if nothing had happened. */
import { beforeEach, expect, test } from 'vitest'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { isTextList, parsed } from '../sandbox/support/wire.ts'
import { expectAtRest } from '../support/books.ts'
import { runScript } from '../support/child.ts'
import { briefThat } from '../support/tasks.ts'
import type { Board } from './support/board.ts'
import { openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logged, runsOf } from './support/facts.ts'

const ALL = process.env['CI'] === 'full'
/** Boundaries to crash at where not all are tried, beside those that matter most. */
const SAMPLE = 2
/** Where a tick, a row or a text could be lost or doubled: each of these is always tried, at one of its places. */
const ALWAYS = [
  'after pickUps.pickUp',
  'after stages.finish judged',
  'after outbox.claim',
  'after PATCH /v1/pages/:id',
  'after POST /v1/pages',
  'after PATCH /v1/blocks/:id/children',
  'after outbox.done',
]
const SEED = 20_261_125
const WORKER = new URL('./support/worker.ts', import.meta.url)

const ROWS = [
  {
    title: 'passes',
    brief: briefThat('score=95'),
    ends: 'done',
    log: ['Processing', 'Success'],
    job: ['Done'],
  },
  {
    title: 'waits',
    brief: briefThat('score=60'),
    ends: 'waiting_human',
    log: ['Processing', 'Review'],
    job: ['Waiting Human'],
  },
  { title: 'is empty', brief: '', ends: 'failed_final', log: ['Error', 'Processing'], job: ['Failed-Final'] },
]

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

/** A desk and a board with these rows, all ticked. */
async function anew(): Promise<Desk> {
  for (const name of ['notion', 'openai'] as const)
    await fetch(`${office.url(name)}/__sandbox/reset`, { method: 'POST' })
  const desk = await openDesk(office)
  for (const { title, brief } of ROWS) await board.add({ 'Task Name': title, Description: brief })
  return desk
}

async function expectAllDoneOnce(desk: Desk): Promise<void> {
  expectDelivered(desk)
  expectAtRest(desk.storeFile)
  const rows = await board.rows('Automation Queue')
  expect(rows.map(({ cells }) => cells['Trigger'])).toEqual(ROWS.map(() => false))
  for (const { title, ends, log, job } of ROWS) {
    const runs = runsOf(desk).filter(run => run.title === title)
    expect(
      runs.map(({ state }) => state),
      title,
    ).toEqual([ends])
    const [{ id, page_id: pageId } = { id: '', page_id: '' }] = runs
    expect(await logged(board, id), title).toEqual({ log, job })
    await expectBodyOnce(desk, board, pageId, id)
  }
}

let boundaries: readonly string[] = []

test('undisturbed, every row ends as it should', async () => {
  const desk = await anew()
  const { code, out, err } = await runScript(WORKER, [desk.stateDir, '0'], { env: desk.env })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  boundaries = parsed(out, isTextList)
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))
  await expectAllDoneOnce(desk)
})

test(
  'killed at a boundary and started again: each tick once, each row once, each text once',
  { timeout: 3_600_000 },
  async () => {
    const chosen = ALL ? boundaries.map((_, index) => index + 1) : sample(boundaries)
    expect(chosen.length).toBeGreaterThanOrEqual(ALWAYS.length)
    for (const killAt of chosen) {
      await expectRecovery(killAt).catch((error: unknown) => {
        throw new Error(`killed at ${String(killAt)}, ${boundaries[killAt - 1] ?? ''}`, { cause: error })
      })
    }
  },
)

async function expectRecovery(killAt: number): Promise<void> {
  const desk = await anew()
  const killed = await runScript(WORKER, [desk.stateDir, String(killAt)], { env: desk.env })
  // What goes on beside the work does not come by at the same moment each time: near the end it may be done before.
  const wanted = killed.code === 0 ? null : 'SIGKILL'
  expect({ signal: killed.signal, err: killed.err }).toEqual({ signal: wanted, err: '' })
  await desk.done('poll', '--drain')
  // Rows that may have been made are looked up twice, 10 s apart, before they are made again.
  for (let passes = 0; passes < 3; passes += 1) {
    desk.clock.forward(11_000)
    await desk.done('deliver')
  }
  expect(await desk.done('poll', '--drain')).toMatchObject({ runs: [], notion: { picked: [] } })
  await expectAllDoneOnce(desk)
}

/** Numbers of the boundaries to crash at: one of each that always is, and some others. */
function sample(names: readonly string[]): number[] {
  const random = seededRandom(SEED)
  const oneOf = (numbers: readonly number[]): number[] => {
    const number = numbers[Math.floor(random.fraction() * numbers.length)]
    return number === undefined ? [] : [number]
  }
  const numbersOf = (name: string): number[] =>
    names.flatMap((other, index) => (other === name ? [index + 1] : []))
  const others = Array.from({ length: SAMPLE }, () => oneOf(names.map((_, index) => index + 1)))
  return [...new Set([...ALWAYS.map(name => oneOf(numbersOf(name))), ...others].flat())]
}
