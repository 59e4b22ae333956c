/** The story's traffic, both ways, against the vendors' own descriptions of their APIs. */
import { expect, test } from 'vitest'
import { contractProxy, errorsOf, NO_CONTRACT_TOOL } from '../../support/contract.ts'
import { briefThat, REVISED_BRIEF } from '../../support/tasks.ts'
import { newDesk, sharedOffice } from './support/desk.ts'
import { expectDelivered, statesOf } from './support/facts.ts'

const office = sharedOffice()

test('init, work, decisions, repair and rebuilding keep to the contracts of Notion and OpenAI', async ({
  skip,
}) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const notion = await contractProxy('notion', office.url('notion'))
  const openai = await contractProxy('openai', office.url('openai'))
  const desk = newDesk(office, { env: { NOTION_BASE_URL: notion.url, OPENAI_BASE_URL: `${openai.url}/v1` } })
  const board = office.board()
  await desk.done('init', '--dry-run')
  await desk.done('init')
  await board.api('PATCH', `data_sources/${await board.sourceId('Automation Queue')}`, {
    properties: { Notes: null },
  })
  await desk.done('init', '--repair')
  const client = await board.add({ 'Client Name': 'Acme', Email: 'a@acme.test' }, { source: 'Clients' })
  const values = {
    'Task Name': 'Note',
    Client: client,
    'Task Type': 'Drafting',
    Due: '2026-12-24',
    'QA Target': 80,
  }
  await board.add(
    { ...values, Description: briefThat('score=95') },
    { body: 'A line of the body.\nAnother one.' },
  )
  await board.add({ ...values, Description: REVISED_BRIEF })
  await board.add({ 'Task Name': 'Empty' })
  const waits = await board.add({ ...values, Description: briefThat('score=60') })
  await desk.done('poll', '--drain', '--dry-run')
  await desk.done('poll', '--drain')
  await board.edit(waits, { values: { Decision: 'Return', 'Decision Note': 'Shorter, please.' } })
  await desk.done('poll', '--drain')
  await board.edit(waits, { values: { Decision: 'Approve' } })
  await desk.done('poll', '--drain')
  await board.tick(waits)
  await desk.done('poll', '--drain')
  await desk.done('notion', 'sync', '--rebuild')
  await desk.done('notion', 'diff')
  await desk.done('doctor')
  expectDelivered(desk)
  expect(statesOf(desk).toSorted()).toEqual(['done', 'done', 'done', 'failed_final', 'waiting_human'])
  for (const proxy of [notion, openai]) {
    expect(proxy.counts()['requests']).toBeGreaterThan(5)
    expect(errorsOf(proxy)).toEqual([])
  }
})
