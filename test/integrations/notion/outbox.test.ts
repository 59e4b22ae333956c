/** The outbox: what Notion must hear arrives in order, once, whatever happens on the way. */
import { EFFECT_KINDS } from '../../../src/integrations/index.ts'
import { beforeEach, expect, test } from 'vitest'
import { openStore } from '../../../src/store/index.ts'
import { realFiles, realRandom } from '../../../src/kernel/real-world.ts'
import type { JsonObject } from '../../../src/sandbox/lib/json.ts'
import { listOf } from '../../support/document.ts'
import { AppError } from '../../../src/kernel/errors.ts'
import { LEASE_MS, LEASE_RENEWAL_MS } from '../../../src/kernel/lease.ts'
import { isJsonObject, isObjectList, parsed } from '../../sandbox/support/wire.ts'
import { bodyOf } from '../../support/held-fetch.ts'
import { fakeMachine } from '../../support/fake-machine.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import {
  newDesk,
  openDesk,
  sharedOffice,
  type Desk,
  type DeskClock,
  type DeskOptions,
} from './support/desk.ts'
import {
  expectBodyOnce,
  expectDelivered,
  logged,
  outputOf,
  patchesOf,
  runsOf,
  statesOf,
  textLike,
} from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }
const DONE = { log: ['Processing', 'Success'], job: ['Done'] }

/** Works on a row while nothing can be written; all that Notion must hear of it waits. */
async function workedUnheard(
  desk: Desk,
  values: JsonObject = PASSES,
): Promise<{ pageId: string; runId: string }> {
  const pageId = await board.add(values)
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/pages/*' }, 1000)
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/blocks/*' }, 1000)
  await board.arm({ type: 'status', status: 503 }, { method: 'POST', path: '/v1/pages' }, 1000)
  await desk.call('poll', '--drain')
  await board.disarm()
  return { pageId, runId: runsOf(desk, pageId)[0]?.id ?? '' }
}

/** Delivers until nothing is due any more, with time in between. */
async function deliverAll(desk: Desk, passes = 4): Promise<void> {
  for (let pass = 0; pass < passes; pass += 1) {
    desk.clock.forward(1_000_000)
    await desk.call('deliver')
  }
}

test('writes to a page go in order, those that wait together in one request', async () => {
  const desk = await openDesk(office)
  const { pageId, runId } = await workedUnheard(desk)
  expect(await patchesOf(board, pageId)).toEqual([])
  expect((await board.row(pageId)).cells['Status']).toBe(null)
  await deliverAll(desk)
  // The result first; then the outcome, with the states that led to it.
  const kinds = (await board.writes(pageId)).map(({ kind }) => kind)
  expect(kinds).toEqual(['blocks.append', 'page.update'])
  expect(await patchesOf(board, pageId)).toMatchObject([{ Status: 'Done', Trigger: 'No', 'Run ID': runId }])
  await expectBodyOnce(desk, board, pageId, runId)
  expect(await logged(board, runId)).toEqual(DONE)
  expectDelivered(desk)
})

test('several pages are written to at once, each by one request at a time', async () => {
  const desk = await openDesk(office)
  const pages = [(await workedUnheard(desk)).pageId, (await workedUnheard(desk)).pageId]
  const inFlight: string[] = []
  const seen: { together: number; onePage: number }[] = []
  const counting: typeof globalThis.fetch = async (input, init) => {
    if (init?.method === 'GET') return fetch(input, init)
    const page = pages.find(id => urlOf(input).includes(id)) ?? 'a log'
    inFlight.push(page)
    seen.push({
      together: new Set(inFlight).size,
      onePage: inFlight.filter(other => other === page && page !== 'a log').length,
    })
    try {
      return await fetch(input, init)
    } finally {
      inFlight.splice(inFlight.indexOf(page), 1)
    }
  }
  const writer = newDesk(office, { stateDir: desk.stateDir, clock: desk.clock, fetch: counting })
  // Answers that take a while: what could be sent meanwhile is sent.
  await board.arm({ type: 'delay', ms: 300 }, { method: 'PATCH' }, 2)
  await deliverAll(writer)
  expect(Math.max(...seen.map(({ together }) => together))).toBeGreaterThan(1)
  expect(Math.max(...seen.map(({ onePage }) => onePage))).toBe(1)
  for (const pageId of pages) expect((await board.row(pageId)).cells['Status']).toBe('Done')
  expectDelivered(desk)
})

function urlOf(input: Parameters<typeof globalThis.fetch>[0]): string {
  return typeof input === 'string' ? input : input instanceof URL ? input.href : input.url
}

test('undisturbed, a run takes few requests', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll', '--drain')
  const patches = await patchesOf(board, pageId)
  expect(patches.length).toBeLessThanOrEqual(5)
  expect(patches.at(-1)).toMatchObject({ Status: 'Done', 'QA Score': '95' })
  expect(patches.filter(patch => 'Trigger' in patch)).toHaveLength(1)
})

test('a row that was not made is made after two look-ups 10 s apart, no sooner', async () => {
  const desk = await openDesk(office)
  const jobs = await board.sourceId('Job Log')
  await board.arm({ type: 'cut' }, { method: 'POST', path: '/v1/pages', bodyIncludes: jobs })
  const pageId = await board.add(PASSES)
  await desk.call('poll', '--drain')
  const runId = runsOf(desk, pageId)[0]?.id ?? ''
  const lookUps = desk.rows<{ looked_up_ms: number | null }>(
    `SELECT looked_up_ms FROM effects WHERE kind = 'job'`,
  )
  expect(lookUps).toEqual([{ looked_up_ms: null }])
  desk.clock.forward(7_000)
  expect(await desk.done('deliver')).toMatchObject({ delivered: 0, failed: [], pending: 1 })
  desk.clock.forward(8_000)
  expect(await desk.done('deliver')).toMatchObject({ delivered: 0, pending: 1 })
  desk.clock.forward(3_000)
  expect(await desk.done('deliver')).toMatchObject({ delivered: 1, pending: 0 })
  expect(await logged(board, runId)).toEqual(DONE)
})

test('a look-up that is throttled is no answer: the row is still not made twice', async () => {
  const desk = await openDesk(office)
  const jobs = await board.sourceId('Job Log')
  await board.arm({ type: 'lose-answer' }, { method: 'POST', path: '/v1/pages', bodyIncludes: jobs })
  const pageId = await board.add(PASSES)
  await desk.call('poll', '--drain')
  await board.arm({ type: 'rate-limit', retryAfterSeconds: 60 }, { path: `/v1/data_sources/${jobs}/query` })
  await deliverAll(desk)
  expect(await logged(board, runsOf(desk, pageId)[0]?.id ?? '')).toEqual(DONE)
  expectDelivered(desk)
})

test('after each try to make a row it is looked for twice: earlier look-ups tell nothing of it', async () => {
  const desk = await openDesk(office)
  const jobs = await board.sourceId('Job Log')
  await board.arm({ type: 'cut' }, { method: 'POST', path: '/v1/pages', bodyIncludes: jobs })
  const pageId = await board.add(PASSES)
  await desk.call('poll', '--drain')
  desk.clock.forward(60_000)
  expect(await desk.done('deliver')).toMatchObject({ delivered: 0, pending: 1 })
  desk.clock.forward(11_000)
  const shared = { stateDir: desk.stateDir, clock: desk.clock }
  const machine = fakeMachine()
  const made = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const ghost = newDesk(office, {
    ...shared,
    processes: machine.process('ghost'),
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      if (!bodyOf(init).includes('parent')) return answer
      machine.kill('ghost')
      made.resolve()
      await over.promise
      return answer
    },
  })
  const haunting = ghost.call('deliver')
  await made.promise
  // A search index that lags behind, once.
  let looks = 0
  const heir = newDesk(office, {
    ...shared,
    processes: machine.process('heir'),
    fetch: async (input, init) => {
      if (!urlOf(input).includes(`${jobs}/query`)) return fetch(input, init)
      looks += 1
      const nothing = { object: 'list', results: [], next_cursor: null, has_more: false }
      return looks === 1 ? new Response(JSON.stringify(nothing)) : fetch(input, init)
    },
  })
  await deliverAll(heir)
  over.resolve()
  await haunting
  expect(await logged(board, runsOf(desk, pageId)[0]?.id ?? '')).toEqual(DONE)
  expectDelivered(desk)
})

const LONG = { 'Task Name': 'Note', Description: briefThat('score=95') }

test.for([
  { what: 'cut', action: { type: 'cut' } },
  { what: 'lost after it was written', action: { type: 'lose-answer' } },
  { what: 'throttled for long', action: { type: 'rate-limit', retryAfterSeconds: 60 } },
  { what: 'in conflict again and again', action: { type: 'conflict' }, times: 3 },
])('an append that is $what ends as one whole container', async ({ action, times }) => {
  const desk = await openDesk(office)
  const pageId = await board.add(LONG)
  await board.arm(action, { method: 'PATCH', path: '/v1/blocks/*' }, times ?? 1)
  expect((await desk.call('poll', '--drain')).code).toBe(3)
  await deliverAll(desk)
  expect(await board.containers(pageId)).toHaveLength(1)
  await expectBodyOnce(desk, board, pageId, runsOf(desk, pageId)[0]?.id ?? '')
  expect((await board.row(pageId)).cells['Status']).toBe('Done')
  expectDelivered(desk)
})

/** As long as models ever answer, with everything that is split at the API's limits. */
const LONG_TEXT = [
  '# A long result',
  ...Array.from(
    { length: 240 },
    (_, index) => `Paragraph ${String(index)} of the result, **set** in _words_.`,
  ),
  'x'.repeat(5_000),
  '- outer\n  - middle\n    - inner\n      - innermost',
  `| a | b |\n| --- | --- |\n${Array.from({ length: 130 }, (_, index) => `| row ${String(index)} | value |`).join('\n')}`,
  `\`\`\`js\n${Array.from({ length: 100 }, (_, index) => `let line${String(index)} = ${String(index)}`).join('\n')}\n\`\`\``,
].join('\n\n')

/** The model writes this, whatever it was asked. */
function writing(text: string): NonNullable<DeskOptions['fetch']> {
  return async (input, init) => {
    const answer = await fetch(input, init)
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    if (!pathname.endsWith('/chat/completions') || bodyOf(init).includes('json_schema')) return answer
    const reply = parsed(await answer.text(), isJsonObject)
    const [choice = {}] = isObjectList(reply['choices']) ? reply['choices'] : []
    const choices = [{ ...choice, message: { role: 'assistant', content: text, refusal: null } }]
    return new Response(JSON.stringify({ ...reply, choices }), { status: 200, headers: answer.headers })
  }
}

test.for([null, 0, 1, 3])(
  'a result of many requests, the answer to one lost after %s of them, is written whole, once',
  async skip => {
    const desk = await openDesk(office, { fetch: writing(LONG_TEXT) })
    const pageId = await board.add(PASSES)
    if (skip !== null)
      await board.arm({ type: 'lose-answer' }, { method: 'PATCH', path: '/v1/blocks/*', skip })
    await desk.call('poll', '--drain')
    await deliverAll(desk)
    const [{ id: runId } = { id: '' }] = runsOf(desk, pageId)
    expect(outputOf(desk, runId)).toBe(LONG_TEXT)
    await expectBodyOnce(desk, board, pageId, runId)
    const appends = (await board.writes(pageId)).filter(({ kind }) => kind === 'blocks.append')
    expect(appends.length).toBeGreaterThanOrEqual(5)
    const { cells } = await board.row(pageId)
    expect(cells['Status']).toBe('Done')
    expect(String(cells['Result Summary']).length).toBeLessThanOrEqual(2000)
    expectDelivered(desk)
  },
)

test('what goes wrong beside the work ends neither the work nor the process', async () => {
  let failing = false
  let refusals = 0
  const refusedTwice = Promise.withResolvers<void>()
  const desk = await openDesk(office)
  const broken = newDesk(office, {
    stateDir: desk.stateDir,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (!pathname.endsWith('/chat/completions')) return fetch(input, init)
      // Until a few looks at the outbox went wrong.
      failing = true
      await refusedTwice.promise
      failing = false
      return fetch(input, init)
    },
    wrapStore: store => ({
      ...store,
      outbox: {
        ...store.outbox,
        claim: async (service, passing) => {
          if (!failing) return store.outbox.claim(service, passing)
          refusals += 1
          if (refusals === 2) refusedTwice.resolve()
          throw new AppError('busy', 'the store is locked', 'try again')
        },
      },
    }),
  })
  const pageId = await board.add(PASSES)
  await broken.done('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false })
  expectDelivered(desk)
})

test('Waiting Human arrived and its answer was lost: what a person decides meanwhile stands', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  const match = { method: 'PATCH', path: '/v1/pages/*', bodyIncludes: 'Waiting Human' }
  await board.arm({ type: 'lose-answer' }, match, 3)
  await desk.call('poll', '--drain')
  expect((await board.row(pageId)).cells['Status']).toBe('Waiting Human')
  await board.edit(pageId, { values: { Decision: 'Approve' } })
  await deliverAll(desk)
  expect((await board.row(pageId)).cells['Decision']).toBe('Approve')
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['done'])
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Decision: null })
})

test('a page that may no longer be written blocks nothing else, and status shows what is dead', async () => {
  const desk = await openDesk(office)
  const lost = await board.add({ ...PASSES, 'Task Name': 'Lost' })
  const other = await board.add(PASSES)
  await board.arm({ type: 'status', status: 404 }, { path: `/v1/pages/${lost}`, method: 'PATCH' }, 100)
  const called = await desk.call('poll', '--drain')
  expect(called.code).toBe(3)
  expect(statesOf(desk)).toEqual(['done', 'done'])
  expect((await board.row(other)).cells).toMatchObject({ Status: 'Done', Trigger: false })
  for (const { id } of runsOf(desk)) expect(await logged(board, id)).toEqual(DONE)
  // It is there, so it may be found at the next try; the third refusal is meant.
  await deliverAll(desk)
  const status = await desk.call('status')
  expect(status.code).toBe(1)
  const dead = listOf(status.document, 'dead')
  expect(dead.map(({ reason }) => String(reason))).toEqual(
    dead.map(() => textLike(/not shared with the integration \(Notion 404/)),
  )
  expect((await desk.read('status')).out).toMatch(/dead properties of the page of "Lost"/)
  expect(desk.rows(`SELECT key FROM effects WHERE state = 'pending'`)).toEqual([])
})

test.each([
  { what: 'a page of a proxy', action: { type: 'plain-error', status: 404, body: '404 page not found' } },
  { what: 'a refusal of the method', action: { type: 'plain-error', status: 405, body: 'Not Allowed' } },
])('a 404 that is not Notion’s, $what, speaks of the address: nothing is dead', async ({ action }) => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await board.arm(action, { method: 'PATCH' }, 100)
  await desk.call('poll', '--drain')
  expect(desk.rows(`SELECT key FROM effects WHERE state = 'dead'`)).toEqual([])
  expect(desk.rows(`SELECT key FROM effects WHERE state = 'pending'`)).not.toEqual([])
  await board.disarm()
  await deliverAll(desk)
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false })
})

test('Notion is down for the whole drain: work that was picked up goes on, and is told later', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll')
  await board.arm({ type: 'status', status: 502 }, { path: '/v1/*' }, 10_000)
  const down = await desk.call('poll', '--drain')
  expect(down.code).toBe(3)
  expect(down.document).toMatchObject({
    runs: [{ status: 'Done' }],
    notion: { unreachable: { errorClass: 'transient' } },
  })
  expect((await desk.call('deliver')).code).toBe(0)
  desk.clock.forward(60_000)
  expect((await desk.call('deliver')).code).toBe(75)
  expect((await desk.call('poll', '--drain')).code).toBe(75)
  await board.disarm()
  await deliverAll(desk)
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false })
  const runId = runsOf(desk, pageId)[0]?.id ?? ''
  await expectBodyOnce(desk, board, pageId, runId)
  expect(await logged(board, runId)).toEqual(DONE)
  expectDelivered(desk)
})

test.for([
  { what: '429 with Retry-After', action: { type: 'rate-limit', retryAfterSeconds: 2 } },
  { what: '529', action: { type: 'overloaded', retryAfterSeconds: 1 } },
  { what: '409', action: { type: 'conflict' } },
])('a passing $what is waited out', async ({ action }) => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await board.arm(action, { path: '/v1/data_sources/*' })
  await board.arm(action, { path: '/v1/pages*' }, 2)
  await board.arm(action, { path: '/v1/blocks/*' })
  await desk.done('poll', '--drain')
  expect(await logged(board, runsOf(desk, pageId)[0]?.id ?? '')).toEqual(DONE)
  expectDelivered(desk)
})

test('a Retry-After is kept to', async () => {
  const desk = await openDesk(office)
  await board.arm({ type: 'rate-limit', retryAfterSeconds: 300 }, { method: 'PATCH', path: '/v1/pages/*' })
  await board.add(PASSES)
  const before = desk.clock.now()
  await desk.call('poll', '--drain')
  const [{ due } = { due: 0 }] = desk.rows<{ due: number }>(
    `SELECT MIN(not_before_ms) AS due FROM effects WHERE state = 'pending' AND error IS NOT NULL`,
  )
  expect(due).toBeGreaterThanOrEqual(before + 300_000)
  expect(due).toBeLessThanOrEqual(desk.clock.now() + 360_000)
})

test('the token is refused: 78 where nothing could be done, 3 where work was', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll')
  await board.arm({ type: 'status', status: 401 }, { path: '/v1/*' }, 10_000)
  expect((await desk.call('poll', '--drain')).code).toBe(3)
  const nothing = await desk.call('poll', '--drain')
  expect(nothing.code).toBe(78)
  expect(nothing.document).toMatchObject({ notion: { unreachable: { errorClass: 'credential' } } })
  desk.clock.forward(3_600_000)
  expect((await desk.call('notion', 'sync')).code).toBe(78)
  desk.clock.forward(3_600_000)
  const delivery = await desk.call('deliver')
  expect(delivery.code).toBe(78)
  expect(listOf(delivery.document, 'failed')).toContainEqual(
    expect.objectContaining({ errorClass: 'credential' }),
  )
  await board.disarm()
  await deliverAll(desk)
  expect(await logged(board, runsOf(desk, pageId)[0]?.id ?? '')).toEqual(DONE)
})

test('what a dead process had in hand is taken back at once', async () => {
  const desk = await openDesk(office)
  const { pageId, runId } = await workedUnheard(desk)
  const machine = fakeMachine()
  desk.clock.forward(1_000_000)
  const world = {
    clock: desk.clock,
    random: realRandom(),
    files: realFiles(),
    processes: machine.process('ghost'),
  }
  const store = openStore({
    kinds: EFFECT_KINDS,
    path: desk.storeFile,
    world,
    commit: 'c0ffee000000',
    actor: 'tester',
    programVersion: '0.0.0-test',
  })
  const inHand: string[] = []
  for (
    let claimed = await store.outbox.claim('notion', 'all');
    claimed.length > 0;
    claimed = await store.outbox.claim('notion', 'all')
  ) {
    inHand.push(...claimed.map(({ target }) => target))
  }
  expect(inHand).toContain(pageId)
  store.close()
  const options: DeskOptions = {
    stateDir: desk.stateDir,
    clock: desk.clock,
    processes: machine.process('alive'),
  }
  const other = newDesk(office, options)
  await other.done('deliver')
  expect((await board.row(pageId)).cells['Trigger']).toBe(true)
  machine.kill('ghost')
  await deliverAll(other)
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false })
  expect(await logged(board, runId)).toEqual(DONE)
  expectDelivered(desk)
})

test('a list of ticked rows without an end is an answer nobody can use, no setting', async () => {
  const { stateDir } = await openDesk(office)
  const list = { object: 'list', results: [], has_more: true, next_cursor: null }
  const desk = newDesk(office, {
    stateDir,
    fetch: async (input, init) =>
      urlOf(input).endsWith('/query') ? new Response(JSON.stringify(list)) : fetch(input, init),
  })
  expect((await desk.call('poll')).code).toBe(69)
})

test('a result that takes longer to write than a lease is good for stays in one hand', async () => {
  const desk = await openDesk(office)
  const { pageId, runId } = await workedUnheard(desk)
  desk.clock.forward(1_000_000)
  const machine = fakeMachine()
  const ticks = new Set<() => void>()
  const every: DeskClock['every'] = (_, tick) => {
    ticks.add(tick)
    return () => void ticks.delete(tick)
  }
  const appending = Promise.withResolvers<void>()
  const going = Promise.withResolvers<void>()
  const slow = newDesk(office, {
    stateDir: desk.stateDir,
    clock: { ...desk.clock, every },
    processes: machine.process('slow'),
    fetch: async (input, init) => {
      // The page holds the result by now, and nobody has heard of it.
      const answer = await fetch(input, init)
      if (init?.method === 'PATCH' && urlOf(input).includes('/v1/blocks/')) {
        appending.resolve()
        await going.promise
      }
      return answer
    },
  })
  const delivering = slow.call('deliver')
  await appending.promise
  for (let passedMs = 0; passedMs <= LEASE_MS; passedMs += LEASE_RENEWAL_MS) {
    desk.clock.forward(LEASE_RENEWAL_MS)
    for (const tick of ticks) tick()
    await new Promise(resolve => setImmediate(resolve))
  }
  const options = { stateDir: desk.stateDir, clock: desk.clock, processes: machine.process('other') }
  await newDesk(office, options).call('deliver')
  going.resolve()
  await delivering
  await deliverAll(desk)
  await expectBodyOnce(desk, board, pageId, runId)
  const kinds = (await board.writes(pageId)).map(({ kind }) => kind)
  expect(kinds).toEqual(['blocks.append', 'page.update'])
  expectDelivered(desk)
})

test.for([
  { how: 'by hand', forget: async (id: string) => void (await board.api('DELETE', `blocks/${id}`)) },
  {
    how: 'by a request whose answer was lost',
    forget: async (id: string) =>
      board.arm({ type: 'lose-answer' }, { method: 'DELETE', path: `/v1/blocks/${id}` }),
  },
])('a result that was deleted $how is no hindrance to the next version', async ({ forget }) => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  const [first] = await board.containers(pageId)
  await forget(first?.id ?? '')
  await board.edit(pageId, { values: { Decision: 'Return', 'Decision Note': 'Shorter, please.' } })
  await desk.call('poll', '--drain')
  await expectBodyOnce(desk, board, pageId, runsOf(desk, pageId)[0]?.id ?? '')
  expect((await board.row(pageId)).cells['Status']).toBe('Waiting Human')
  expectDelivered(desk)
})

test('each failed attempt has a row of its own in the log', async () => {
  const desk = await openDesk(office)
  const faults = `${office.url('openai')}/__sandbox/faults`
  const fault = {
    action: { type: 'status', status: 500 },
    match: { path: '/v1/chat/completions' },
    times: 1000,
  }
  const pageId = await board.add(PASSES)
  await fetch(faults, { method: 'POST', body: JSON.stringify(fault) })
  await desk.done('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Failed', Trigger: false })
  await fetch(`${faults}/clear`, { method: 'POST' })
  desk.clock.forward(600_000)
  await desk.done('poll', '--drain')
  const [{ id: runId } = { id: '' }] = runsOf(desk, pageId)
  expect(desk.rows('SELECT outcome FROM attempts ORDER BY number')).toEqual([
    { outcome: 'failed' },
    { outcome: 'rested' },
  ])
  expect(await logged(board, runId)).toEqual({ log: ['Error', 'Processing', 'Success'], job: ['Done'] })
  expectDelivered(desk)
})

test('a decision that could not be cleared is not taken for a new one', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({
    'Task Name': 'Note',
    Description: briefThat('score=60'),
    Decision: 'Approve',
  })
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/pages/*' }, 1000)
  await desk.call('poll', '--drain')
  await desk.call('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
  await board.disarm()
  await deliverAll(desk)
  await desk.call('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Waiting Human', Decision: null })
})
