/** The story's traffic, both ways, against the vendors' own descriptions of their APIs. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../cli/support/run.ts'
import { briefThat, REVISED_BRIEF } from '../support/tasks.ts'
import { newDesk, sharedOffice } from './support/desk.ts'
import { expectDelivered, statesOf } from './support/facts.ts'

const ENTRY = resolve(ROOT, process.env['CONTRACT_DIR'] ?? '../shared/tools/contract', 'lib/proxy.mjs')

interface Proxy {
  readonly url: string
  readonly violations: readonly { readonly severity: string; readonly message: string }[]
  counts(): Readonly<Record<string, number>>
  close(): Promise<void>
}

interface Tool {
  readonly startContractProxy: (options: {
    service: string
    upstream: string
    quiet: boolean
  }) => Promise<Proxy>
}

function isTool(value: unknown): value is Tool {
  return typeof value === 'object' && value !== null && 'startContractProxy' in value
}

/** A proxy before a stand-in; closed when the test is over. */
async function proxyBefore(service: 'notion' | 'openai', upstream: string): Promise<Proxy> {
  const tool: unknown = await import(pathToFileURL(ENTRY).href)
  if (!isTool(tool)) throw new Error('the contract tool has no startContractProxy')
  const proxy = await tool.startContractProxy({ service, upstream, quiet: true })
  onTestFinished(async () => proxy.close())
  return proxy
}

const office = sharedOffice()

test('init, work, decisions, repair and rebuilding keep to the contracts of Notion and OpenAI', async ({
  skip,
}) => {
  skip(!existsSync(ENTRY), 'not proved: contract tool not found')
  const notion = await proxyBefore('notion', office.url('notion'))
  const openai = await proxyBefore('openai', office.url('openai'))
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
    expect(proxy.violations.filter(({ severity }) => severity === 'error')).toEqual([])
  }
})
