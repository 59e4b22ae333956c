/** The story of a row, as the operator lives it: the binary, its environment, and a board. */
import { beforeEach, expect, test } from 'vitest'
import { listOf, parseDocument, partOf, type Document } from '../../support/document.ts'
import { spawn } from '../../cli/support/run.ts'
import { aTask, briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logged, logRows, runsOf, statesOf } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

/** The binary as a child process, with the environment of the desk and no other. */
async function echopilot(
  desk: Desk,
  ...words: readonly string[]
): Promise<{ code: number | null } & Document> {
  const ran = await spawn(['--state-dir', desk.stateDir, ...words, '--json'], { env: desk.env })
  expect(ran.stderr).toBe('')
  return { code: ran.code, ...parseDocument(ran.stdout) }
}

const TITLE = 'Spring opening'

/** A ticked row that was worked on to its end. */
async function workedRow(desk: Desk): Promise<{ pageId: string; runId: string }> {
  const pageId = await board.add({ 'Task Name': TITLE, Description: aTask().brief, 'Task Type': 'Drafting' })
  await desk.done('poll', '--drain')
  return { pageId, runId: runsOf(desk, pageId).at(-1)?.id ?? '' }
}

test('from init to a finished page, and every id on it explained', async () => {
  const desk = newDesk(office)
  const made = await echopilot(desk, 'init')
  expect(made).toMatchObject({ code: 0, workspace: 'EchoPilot sandbox' })
  expect(listOf(made, 'steps').map(({ title, did }) => [title, did])).toEqual(
    ['Clients', 'Automation Queue', 'Automation Log', 'Job Log', 'Status', 'DSR Requests'].map(title => [
      title,
      'made',
    ]),
  )
  const pageId = await board.add({ 'Task Name': TITLE, Description: aTask().brief, 'Task Type': 'Drafting' })
  const polled = await echopilot(desk, 'poll', '--drain')
  expect(polled).toMatchObject({
    code: 0,
    runs: [{ title: TITLE, status: 'Done', score: 95 }],
    notion: {
      picked: [{ pageId, title: TITLE }],
      complete: true,
      busy: null,
      unreachable: null,
      undelivered: [],
    },
  })
  const [worked = {}] = listOf(polled, 'runs')
  const runId = String(worked['runId'])

  const { cells } = await board.row(pageId)
  expect(cells).toMatchObject({
    Status: 'Done',
    Trigger: false,
    'QA Score': 95,
    'Cost USD': Number(worked['costUsd']),
    'Run ID': runId,
    'Task Name': TITLE,
    Description: aTask().brief,
    'Task Type': 'Drafting',
  })
  expect(cells['Result Summary']).toMatch(/14 Quay Street/)
  await expectBodyOnce(desk, board, pageId, runId)
  expect(await board.containers(pageId)).toHaveLength(1)
  expect(await logged(board, runId)).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
  const [job] = await logRows(board, 'Job Log', runId)
  expect(job?.cells).toMatchObject({
    'Job Name': TITLE,
    'QA Score': 95,
    'Cost USD': Number(worked['costUsd']),
  })
  expectDelivered(desk)
  await expectAllExplained(desk, { pageId, runId, taskId: String(worked['taskId']) })
})

async function expectAllExplained(
  desk: Desk,
  { pageId, runId, taskId }: { pageId: string; runId: string; taskId: string },
): Promise<void> {
  const plainId = pageId.replaceAll('-', '')
  const logs = [...(await board.rows('Automation Log')), ...(await board.rows('Job Log'))].map(({ id }) => id)
  const [container] = await board.containers(pageId)
  const effects = desk.rows<{ id: string }>('SELECT id FROM effects').map(({ id }) => id)
  expect([logs.length, effects.length]).toEqual([3, 8])
  const opened = await echopilot(desk, 'task', 'open', taskId)
  expect(opened).toMatchObject({ code: 0, id: taskId, url: `${office.url('notion')}/board/pages/${pageId}` })
  const byBinary = await echopilot(desk, 'explain', String(opened['url']))
  expect(byBinary).toMatchObject({ code: 0, kind: 'task', id: taskId })
  const ids = [
    pageId,
    plainId,
    `https://www.notion.so/Spring-opening-${plainId}?pvs=4`,
    runId,
    container?.id ?? '',
  ]
  for (const id of [...ids, ...logs, ...effects]) {
    const explained = await desk.done('explain', id)
    const cores = listOf(explained, 'receipts').map(receipt => partOf(receipt, 'core'))
    expect(
      cores.map(core => core['runId']),
      id,
    ).toEqual([runId])
  }
}

test('notion diff says nothing of a page that agrees, and what of one that a person changed', async () => {
  const desk = await openDesk(office)
  const { pageId } = await workedRow(desk)
  expect(await desk.done('notion', 'diff')).toMatchObject({ compared: 1, drifts: [] })
  await board.edit(pageId, { values: { Status: 'New', 'QA Score': 12 } })
  const drifted = await desk.call('notion', 'diff')
  expect(drifted.code).toBe(1)
  expect(drifted.document).toMatchObject({
    drifts: [
      { title: TITLE, what: 'Status', store: 'Done', notion: 'New' },
      { title: TITLE, what: 'QA Score', store: '95', notion: '12' },
    ],
  })
  await board.edit(pageId, { in_trash: true })
  expect((await desk.call('notion', 'diff')).document).toMatchObject({
    drifts: [{ what: 'page', store: 'Done', notion: 'in the trash' }],
  })
})

test('notion sync --rebuild writes a page that differs again, and leaves a tick and other columns alone', async () => {
  const desk = await openDesk(office)
  const { pageId } = await workedRow(desk)
  const { cells: before } = await board.row(pageId)
  const edited = { Status: 'New', 'QA Score': 12, 'Cost USD': 9, 'Result Summary': 'No.', Notes: 'mine' }
  await board.edit(pageId, { values: { ...edited, 'Run ID': 'gone', 'Task Name': 'Other', Trigger: true } })
  const planned = await desk.done('notion', 'sync', '--rebuild', '--dry-run')
  expect(planned).toMatchObject({ pages: 1, recorded: 0, pending: 0 })
  expect((await board.row(pageId)).cells).toMatchObject(edited)
  const rebuilt = await desk.done('notion', 'sync', '--rebuild')
  expect(rebuilt).toMatchObject({ pages: 1, lost: 0, recorded: 0, failed: [] })
  expect((await board.row(pageId)).cells).toMatchObject({ ...before, 'Task Name': 'Other', Trigger: true })
  expect(await desk.done('notion', 'diff')).toMatchObject({ compared: 1, drifts: [] })
  expect(await desk.done('notion', 'sync', '--rebuild')).toMatchObject({ pages: 0 })
  await board.edit(pageId, { in_trash: true })
  expect(await desk.done('notion', 'sync', '--rebuild')).toMatchObject({ pages: 0, lost: 1 })
})

test('doctor proves each database, and says which one is gone', async () => {
  const desk = await openDesk(office)
  const subjects = async (): Promise<Record<string, unknown>> => {
    const { document } = await desk.call('doctor')
    const proofs = listOf(document, 'proofs').filter(({ subject }) => String(subject).startsWith('notion'))
    return Object.fromEntries(proofs.map(({ subject, outcome }) => [String(subject), outcome]))
  }
  const all = {
    notion: 'proved',
    'notion Automation Queue': 'proved',
    'notion Automation Log': 'proved',
    'notion Job Log': 'proved',
    'notion Clients': 'proved',
    'notion Status': 'proved',
    'notion DSR Requests': 'proved',
  }
  expect(await subjects()).toEqual(all)
  await board.arm(
    { type: 'status', status: 404 },
    { path: `/v1/data_sources/${await board.sourceId('Job Log')}` },
  )
  expect(await subjects()).toEqual({ ...all, 'notion Job Log': 'failed' })
})

test('log rows that were thrown away are written again, once', async () => {
  const desk = await openDesk(office)
  const { runId } = await workedRow(desk)
  for (const title of ['Automation Log', 'Job Log'])
    for (const { id } of await board.rows(title)) await board.edit(id, { in_trash: true })
  expect(await logged(board, runId)).toEqual({ log: [], job: [] })
  // Each is looked up twice, 10 s apart, before it is made; the rows of one log of a run go in order.
  const rebuilt = await desk.done('notion', 'sync', '--rebuild')
  expect(rebuilt).toMatchObject({ recorded: 3, delivered: 0, failed: [], pending: 3 })
  for (let passes = 0; passes < 3; passes += 1) {
    desk.clock.forward(11_000)
    await desk.done('notion', 'sync')
  }
  expect(await logged(board, runId)).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
  expectDelivered(desk)
  const [job] = await logRows(board, 'Job Log', runId)
  const explained = await desk.done('explain', job?.id ?? '')
  expect(explained).toMatchObject({ kind: 'run', id: runId })
})

test('log rows that are still there are not written again', async () => {
  const desk = await openDesk(office)
  const { runId } = await workedRow(desk)
  const before = [await board.rows('Automation Log'), await board.rows('Job Log')]
  expect(await desk.done('notion', 'sync', '--rebuild')).toMatchObject({
    recorded: 0,
    delivered: 0,
    pending: 0,
  })
  expect([await board.rows('Automation Log'), await board.rows('Job Log')]).toEqual(before)
  expect(await logged(board, runId)).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
})

test('logs rebuilt while a returned run is worked on: still one row a run', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  await board.edit(pageId, { values: { Decision: 'Return' } })
  await desk.done('poll')
  const [{ id: runId, state } = { id: '', state: '' }] = runsOf(desk, pageId)
  expect(state).toBe('generated')
  await desk.done('notion', 'sync', '--rebuild')
  await desk.done('poll', '--drain')
  for (let passes = 0; passes < 3; passes += 1) {
    desk.clock.forward(11_000)
    await desk.done('deliver')
  }
  expect(await logged(board, runId)).toEqual({ log: ['Processing', 'Review'], job: ['Waiting Human'] })
})

test('what a person decides on the board counts once, and is cleared', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  // A word that stands there before is about an earlier run, not about this one.
  await board.edit(pageId, { values: { Decision: 'Approve', 'Decision Note': 'from last week' } })
  await desk.done('poll', '--drain')
  const [{ id: runId } = { id: '' }] = runsOf(desk, pageId)
  const cells = async (): Promise<unknown> => (await board.row(pageId)).cells
  expect(await cells()).toMatchObject({ Status: 'Waiting Human', Decision: null, 'Decision Note': null })
  await expectBodyOnce(desk, board, pageId, runId)
  expect(await desk.done('poll', '--drain')).toMatchObject({ notion: { decided: 0 }, runs: [] })

  await board.edit(pageId, {
    values: { Decision: 'Return', 'Decision Note': 'Mention the roastery by name.' },
  })
  expect(await desk.done('poll', '--drain')).toMatchObject({
    notion: { decided: 1 },
    runs: [{ runId, status: 'Waiting Human' }],
  })
  expect(await cells()).toMatchObject({ Status: 'Waiting Human', Decision: null, 'Decision Note': null })
  expect(desk.rows('SELECT kind, note, actor FROM decisions')).toEqual([
    { kind: 'return', note: 'Mention the roastery by name.', actor: 'notion' },
  ])
  await expectBodyOnce(desk, board, pageId, runId)
  expect(await logged(board, runId)).toEqual({ log: ['Processing', 'Review'], job: ['Waiting Human'] })

  await board.edit(pageId, { values: { Decision: 'Approve' } })
  expect(await desk.done('poll', '--drain')).toMatchObject({ notion: { decided: 1 } })
  expect(await cells()).toMatchObject({ Status: 'Done', Decision: null, Trigger: false })
  expect(await logged(board, runId)).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
  expect(runsOf(desk, pageId).map(({ state }) => state)).toEqual(['done'])
  expectDelivered(desk)
})

test('an Approve that was read just before the text was revised approves nothing', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  const [{ id: runId } = { id: '' }] = runsOf(desk, pageId)
  await board.edit(pageId, { values: { Decision: 'Approve' } })
  let isRevised = false
  const late = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (!isRevised && pathname === `/v1/pages/${pageId}` && (init?.method ?? 'GET') === 'GET') {
        isRevised = true
        await desk.done('task', 'return', runId, '--note', 'shorter')
        await desk.done('qa')
      }
      return answer
    },
  })
  expect(await late.done('poll')).toMatchObject({ notion: { decided: 0 } })
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Waiting Human', Decision: null })
})

test('a run that was begun from the shell is the one that its page names, even where it never began', async () => {
  const desk = await openDesk(office)
  const { pageId, runId } = await workedRow(desk)
  await desk.done('task', 'retry', runId)
  await desk.done('task', 'cancel', runId)
  await desk.done('deliver')
  expect(await desk.done('notion', 'diff')).toMatchObject({ compared: 1, drifts: [] })
  expect((await board.row(pageId)).cells).toMatchObject({
    Status: 'Cancelled',
    'Run ID': runsOf(desk, pageId).at(-1)?.id,
    'QA Score': null,
  })
})

test('a row with a fault fails again when it is retried as it is: nothing is spent on it', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': TITLE, Description: aTask().brief, 'QA Target': 400 })
  await desk.done('poll', '--drain')
  await desk.done('task', 'retry', runsOf(desk, pageId)[0]?.id ?? '')
  const polled = await desk.done('poll', '--drain')
  expect(listOf(polled, 'runs')).toMatchObject([
    { status: 'Failed-Final', costUsd: '0.000000', reason: 'QA Target "400" is not a number from 1 to 100' },
  ])
  // So what to do next is not to retry it once more.
  const { document } = await desk.call('status')
  expect(listOf(document, 'failed')).toMatchObject([
    { title: TITLE, next: 'mend the row in Notion, then tick its Trigger' },
  ])
})
