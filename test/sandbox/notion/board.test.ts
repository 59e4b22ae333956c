import { beforeEach, expect, test } from 'vitest'
import { addRows, notionServer, type NotionServer } from './support/server.ts'
import { text } from './support/text.ts'
import { makeDatabase, makeLog, makeQueue, options, type MadeDatabase } from './support/workspace.ts'

const EVIL = `"><script>alert('x')</script><img src=x onerror=alert(1)>`
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let server: NotionServer

beforeEach(async () => {
  server = await notionServer()
})

async function page(path = '/'): Promise<string> {
  const answer = await fetch(server.url + path)
  expect(answer.status).toBe(200)
  return (await answer.text()).replaceAll(/\s+/g, ' ')
}

async function post(
  name: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${server.url}/board/${name}`, {
    method: 'POST',
    headers: { ...FORM, ...headers },
    body: new URLSearchParams(fields).toString(),
    redirect: 'manual',
  })
}

async function properties(pageId: string): Promise<unknown> {
  const shown = await server.notion.pages.retrieve({ page_id: pageId })
  return 'properties' in shown ? shown.properties : {}
}

async function fieldOf(queue: MadeDatabase, name: string): Promise<string> {
  const source = await server.notion.dataSources.retrieve({ data_source_id: queue.sourceId })
  return `p:${decodeURIComponent(source.properties[name]?.id ?? '')}`
}

test('an empty workspace names the next command', async () => {
  expect(await page()).toContain('<code>npx echopilot init</code>')
})

test('it is whole in itself and may load and run nothing', async () => {
  await makeQueue(server.notion)
  const answer = await fetch(server.url)
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  const markup = await answer.text()
  expect(markup).not.toMatch(/\b(?:src|href)="(?:https?:)?\/\//)
  expect(markup).not.toMatch(/<script|@import|url\(/)
})

test('a task is added by the form, ticked, decided and trashed', async () => {
  const { queue } = await makeQueue(server.notion)
  const [client = ''] = await addRows(server, 'Clients', { 'Client Name': 'ACME' })
  expect(await page()).toContain('The queue is empty')
  const field = async (name: string): Promise<string> => fieldOf(queue, name)
  const added = await post('rows', {
    source: queue.sourceId,
    back: `/?db=${queue.sourceId}`,
    [await field('Task Name')]: 'Write a page',
    [await field('Description')]: 'Two\r\nlines',
    [await field('Task Type')]: 'Drafting',
    [await field('Client')]: client,
    [await field('QA Target')]: '90',
    [await field('Priority')]: 'High',
    [await field('Trigger')]: 'true',
    [await field('Due')]: '',
  })
  expect([added.status, added.headers.get('location')]).toEqual([303, `/?db=${queue.sourceId}`])
  const { results } = await server.notion.dataSources.query({ data_source_id: queue.sourceId })
  const id = results[0]?.id ?? ''
  expect(await properties(id)).toMatchObject({
    Description: { rich_text: [{ plain_text: 'Two\nlines' }] },
    'Task Type': { select: { name: 'Drafting' } },
    Client: { relation: [{ id: client }] },
    'QA Target': { number: 90 },
    Trigger: { checkbox: true },
    Due: { date: null },
  })
  expect(await page()).toContain('aria-checked="true"')
  await post('trigger', { page: id, ticked: 'no', back: '/' })
  expect(await properties(id)).toMatchObject({ Trigger: { checkbox: false } })
  expect(await page(`/board/pages/${id}`)).not.toContain('waits for your decision')
  await server.hand('edit', { page_id: id, values: { Status: 'Waiting Human' } })
  expect(await page(`/board/pages/${id}`)).toContain('waits for your decision')
  await post('decision', { page: id, decision: 'Return', note: 'Shorter', back: `/board/pages/${id}` })
  expect(await properties(id)).toMatchObject({
    Decision: { select: { name: 'Return' } },
    'Decision Note': { rich_text: [{ plain_text: 'Shorter' }] },
  })
  await post('trash', { page: id, trash: 'yes', back: '/' })
  expect(await page(`/board/pages/${id}`)).toContain('lies in the trash')
  expect((await server.writes(id)).every(({ by }) => by === 'hand')).toBe(true)
})

test('a form that cannot work says why and changes nothing', async () => {
  const { queue } = await makeQueue(server.notion)
  const before = (await server.writes()).length
  const answer = await post('rows', {
    source: queue.sourceId,
    [await fieldOf(queue, 'Status')]: 'a,b',
    back: 'https://evil.example/',
  })
  expect(answer.headers.get('location')).toMatch(/^\/\?problem=Invalid%20select%20option/)
  expect(await page(answer.headers.get('location') ?? '')).toContain('commas not allowed: a,b')
  expect(await server.writes()).toHaveLength(before)
  const foreign = await post('rows', { source: queue.sourceId }, { origin: 'https://evil.example' })
  expect(foreign.status).toBe(403)
})

test('the page shows content, result and the log of its run', async () => {
  await makeQueue(server.notion)
  await makeLog(server.notion)
  const [id = ''] = await addRows(server, 'Automation Queue', {
    'Task Name': 'T',
    'Run ID': 'run_1',
    'Result Summary': 'All done.',
  })
  await addRows(server, 'Automation Log', {
    'Log Entry': 'Started',
    Message: 'with a model',
    'Run ID': 'run_1',
    Status: 'Processing',
  })
  await addRows(server, 'Automation Log', { 'Log Entry': 'Of another', 'Run ID': 'run_2' })
  await server.notion.blocks.children.append({
    block_id: id,
    children: [
      { heading_1: { rich_text: text('Head') } },
      {
        bulleted_list_item: {
          rich_text: text('one'),
          children: [{ bulleted_list_item: { rich_text: text('deep') } }],
        },
      },
      { bulleted_list_item: { rich_text: text('two') } },
      { code: { rich_text: text('a < b'), language: 'c' } },
      {
        table: { table_width: 1, has_column_header: true, children: [{ table_row: { cells: [text('H')] } }] },
      },
    ],
  })
  const markup = await page(`/board/pages/${id}`)
  for (const part of [
    'All done.',
    '<h2>Head</h2>',
    '<li>one',
    'deep',
    '<pre><code>a &lt; b</code></pre>',
    '<th>H</th>',
    'Log of run_1',
    'with a model',
  ]) {
    expect(markup).toContain(part)
  }
  expect(markup).not.toContain('Of another')
})

test('any title column, any status type, any other database', async () => {
  const made = await makeDatabase(server.notion, 'Aufträge', {
    Auftrag: { title: {} },
    Trigger: { checkbox: {} },
    Status: { status: options('Neu', 'Fertig') },
  })
  const [id = ''] = await addRows(server, 'Aufträge', { Auftrag: 'Brot backen' })
  const board = await page()
  expect(board).toContain('Brot backen')
  expect(board).toContain('>Neu</span>')
  await post('trigger', { page: id, ticked: 'yes', back: '/' })
  expect(await page()).toContain('aria-checked="true"')
  const log = await makeLog(server.notion)
  await addRows(server, 'Automation Log', { 'Log Entry': 'Entry' })
  expect(await page(`/?db=${log.sourceId}`)).toContain('Entry')
  expect(made.sourceId).not.toBe(log.sourceId)
})

test('no text of a caller is markup on the board', async () => {
  const evil = await makeDatabase(server.notion, EVIL, {
    [EVIL]: { title: {} },
    Trigger: { checkbox: {} },
    Status: { select: options('New', '<b>x</b>') },
    Decision: { select: options('Approve', 'Return') },
    'Run ID': { rich_text: {} },
    'Result Summary': { rich_text: {} },
  })
  const values = { [EVIL]: EVIL, Status: '<b>x</b>', 'Run ID': EVIL, 'Result Summary': EVIL }
  const [id = ''] = await addRows(server, EVIL, values, { body: EVIL })
  await server.notion.blocks.children.append({
    block_id: id,
    children: [
      { paragraph: { rich_text: [{ text: { content: EVIL, link: { url: 'javascript:alert(1)' } } }] } },
      { callout: { rich_text: text(EVIL) } },
    ],
  })
  const paths = [
    '/',
    `/?db=${evil.sourceId}`,
    `/?db=${encodeURIComponent(EVIL)}`,
    `/board/pages/${id}`,
    `/?problem=${encodeURIComponent(EVIL)}`,
    '/__sandbox/',
  ]
  for (const path of paths) {
    const markup = await page(path)
    expect(markup).not.toMatch(/<script|<img|<b>x|<i>|href="javascript/)
  }
})

test('it updates itself when asked, and the faults page is one click away', async () => {
  await makeQueue(server.notion)
  expect(await page()).not.toContain('http-equiv="refresh"')
  expect(await page('/?live=1')).toContain('http-equiv="refresh"')
  const faults = await page('/__sandbox/')
  expect(faults).toContain('Row made, answer lost')
  const reset = await fetch(`${server.url}/__sandbox/reset`, {
    method: 'POST',
    headers: FORM,
    redirect: 'manual',
  })
  expect(reset.headers.get('location')).toBe('/__sandbox/')
})
