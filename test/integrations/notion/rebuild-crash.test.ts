/** Bringing writes back and rebuilding the view, killed at any boundary and started again: all whole, nothing twice. */
import { beforeEach, expect, test } from 'vitest'
import { LOOK_AGAIN_MS } from '../../../src/domain/retry-schedule.ts'
import { boundariesOf, expectRecoveries, workUntilKilled, type Work } from '../../crash/support/matrix.ts'
import { expectAtRest } from '../../support/books.ts'
import { changeStore } from '../../store/support/store-file.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logged, runsOf } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }
const PAGES = 2

async function anew(): Promise<{ desk: Desk; pages: string[] }> {
  for (const name of ['notion', 'openai'] as const)
    await fetch(`${office.url(name)}/__sandbox/reset`, { method: 'POST' })
  const desk = await openDesk(office)
  const pages: string[] = []
  while (pages.length < PAGES) pages.push(await board.add(PASSES))
  return { desk, pages }
}

/** One page whose result was refused for good, and one from which a person took everything. */
async function torn(): Promise<{ desk: Desk; pages: string[] }> {
  const { desk, pages } = await anew()
  const [refused = '', wiped = ''] = pages
  await board.arm({ type: 'status', status: 400 }, { method: 'PATCH', path: `/v1/blocks/${refused}/*` }, 1000)
  await desk.call('poll', '--drain')
  for (let pass = 0; pass < 3; pass += 1) {
    desk.clock.forward(1_000_000)
    await desk.call('deliver')
  }
  await board.disarm()
  expect(desk.rows(`SELECT kind FROM effects WHERE state = 'dead'`)).toEqual([{ kind: 'body' }])
  const [container] = await board.containers(wiped)
  await board.api('DELETE', `blocks/${container?.id ?? ''}`)
  await board.edit(wiped, { values: { Status: 'New', 'QA Score': 1 } })
  for (const { id, cells } of await board.rows('Job Log')) {
    if (cells['Run ID'] === runsOf(desk, wiped)[0]?.id) await board.edit(id, { in_trash: true })
  }
  return { desk, pages }
}

/** Pages that were in the trash while everything about them was due, and are back. */
async function restored(): Promise<{ desk: Desk; pages: string[] }> {
  const { desk, pages } = await anew()
  await desk.done('poll')
  await desk.call('process')
  await desk.call('qa')
  for (const id of pages) await board.edit(id, { in_trash: true })
  await desk.call('deliver')
  for (const id of pages) await board.edit(id, { in_trash: false })
  changeStore(desk.storeFile, `UPDATE effects SET not_before_ms = 0 WHERE state = 'dead'`)
  return { desk, pages }
}

async function expectWhole(desk: Desk, pages: readonly string[]): Promise<void> {
  expectDelivered(desk)
  expectAtRest(desk.storeFile)
  for (const pageId of pages) {
    const [run, ...more] = runsOf(desk, pageId)
    expect(more).toEqual([])
    await expectBodyOnce(desk, board, pageId, run?.id ?? '')
    expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false, 'QA Score': 95 })
    expect(await logged(board, run?.id ?? '')).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
  }
  expect(await desk.done('notion', 'diff')).toMatchObject({ drifts: [], dead: [] })
}

const CASES: readonly {
  work: Work
  begin: typeof torn
  again: readonly string[]
  always: readonly string[]
}[] = [
  {
    work: 'rebuild',
    begin: torn,
    again: ['notion', 'sync', '--rebuild'],
    always: [
      'after effects.reviveAll',
      'after rebuild.again',
      'after PATCH /v1/blocks/:id/children',
      'after PATCH /v1/pages/:id',
      'after outbox.delivered',
    ],
  },
  {
    work: 'deliver',
    begin: restored,
    again: ['deliver'],
    always: [
      'after effects.lookAgain',
      'after effects.revive',
      'after PATCH /v1/blocks/:id/children',
      'after outbox.delivered',
    ],
  },
]

test.for(CASES)(
  '$work, killed at a boundary and started again',
  { timeout: 3_600_000 },
  async ({ work, begin, again, always }) => {
    const undisturbed = await begin()
    const boundaries = await boundariesOf(undisturbed.desk, work)
    expect(boundaries).toEqual(expect.arrayContaining([...always]))
    await expectRecoveries({ boundaries, always, others: 1 }, async killAt => {
      const { desk, pages } = await begin()
      const { code, signal, stderr } = await workUntilKilled(desk, killAt, work)
      expect({ signal, stderr }).toEqual({ signal: code === 0 ? null : 'SIGKILL', stderr: '' })
      // A place that was being looked at is looked at again after a while; a row is looked for twice before it is made.
      desk.clock.forward(LOOK_AGAIN_MS)
      for (let pass = 0; pass < 4; pass += 1) {
        await desk.call(...again)
        desk.clock.forward(11_000)
      }
      await expectWhole(desk, pages)
    })
  },
)
