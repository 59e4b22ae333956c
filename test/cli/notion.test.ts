/** The operations that work on Notion, as a user calls them: for a person, for a machine, and only tried. */
import { expect, test } from 'vitest'
import { commandOf, schemaOf, loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS as LISTED_OPERATIONS } from '../../src/operations/index.ts'
import { startedSandbox } from '../e2e/support/sandbox.ts'
import { NEEDS_NOTION } from './support/notion.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import type { Ended } from '../support/child.ts'
import { listOf, parseDocument } from '../support/document.ts'
import { openGate } from '../support/gate.ts'
import { errorOf, newHome, run, spawn } from './support/run.ts'
import { BRIEF } from './support/sandbox.ts'
import { freePort } from '../support/servers.ts'
import { contents } from './support/store.ts'

const OPERATIONS = await loadAll(LISTED_OPERATIONS)

/** A row of the queue, written and ticked by hand. */
async function addRow(url: string, title: string): Promise<void> {
  const values = {
    'Task Name': title,
    'Task Type': 'Research',
    Status: 'New',
    Description: BRIEF,
    Trigger: true,
  }
  const answer = await fetch(`${url}/__sandbox/notion/rows`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data_source: 'Automation Queue', values }),
  })
  expect(await answer.json()).toHaveProperty('ids')
}

test('every operation that needs Notion, on a board with one row', async () => {
  const sandbox = await startedSandbox()
  const call = async (...words: readonly string[]): Promise<Ended> => run(words, { env: sandbox.env })
  expect(await call('init')).toMatchObject({ code: 0, stderr: '' })
  await addRow(sandbox.env['NOTION_BASE_URL'] ?? '', 'Invoicing tools')
  // Refused for itself: no later write says again what it says, that the tick was taken.
  const refusal = { type: 'status', status: 400 }
  await fetch(`${sandbox.env['NOTION_BASE_URL'] ?? ''}/__sandbox/faults`, {
    method: 'POST',
    body: JSON.stringify({ action: refusal, match: { method: 'PATCH', path: '/v1/pages/*' }, times: 1 }),
  })
  const planned = await call('poll', '--drain', '--dry-run', '--json')
  expect(planned.code).toBe(0)
  const polled = parseDocument((await call('poll', '--drain', '--json')).stdout)
  expect(listOf(polled, 'runs')).toMatchObject([{ title: 'Invoicing tools', status: 'Done' }])
  const id = String(listOf(polled, 'runs')[0]?.['taskId'])
  const dead = parseDocument((await call('effect', 'list', '--state', 'dead', '--json')).stdout)
  const refused = [String(listOf(dead, 'effects')[0]?.['id'])]
  const words: Readonly<Record<string, readonly string[]>> = {
    'task open': [id],
    'effect show': refused,
    'effect retry': refused,
    'effect dismiss': refused,
  }
  const opened = String(parseDocument((await call('task', 'open', id, '--json')).stdout)['url'])
  expect(await (await fetch(opened)).text()).toMatch(/<h\d[^>]*>\s*Invoicing tools/)
  for (const { path, access } of OPERATIONS.filter(each => NEEDS_NOTION.has(commandOf(each.path)))) {
    const typed = [...path, ...(words[commandOf(path)] ?? [])]
    const text = await call(...typed)
    expect(text, typed.join(' ')).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toMatch(/\S.*\n$/s)
    // As a process of its own: what is installed holds all that each of them loads.
    const json = await spawn([...typed, '--json'], { env: sandbox.env })
    expect(json, typed.join(' ')).toMatchObject({ code: 0, stderr: '' })
    expect(parseDocument(json.stdout)['schema']).toBe(schemaOf(path))
    if (access === 'read') continue
    const before = contents(sandbox.env['ECHOPILOT_STATE_DIR'] ?? '')
    const tried = await call(...typed, '--dry-run', '--json')
    expect(tried, typed.join(' ')).toMatchObject({ code: 0, stderr: '' })
    expect(contents(sandbox.env['ECHOPILOT_STATE_DIR'] ?? '') === before, typed.join(' ')).toBe(true)
  }
})

test('without a workspace each says what is missing', async () => {
  const home = newHome({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
  const id = String((await home.json('task', 'add', BRIEF))['taskId'])
  const open = await home.run('task', 'open', id, '--json')
  expect(open.code).toBe(66)
  expect(errorOf(open)['message']).toBe(`task ${id} is a local one, without a page`)
  for (const words of [
    ['notion', 'sync'],
    ['notion', 'diff'],
  ]) {
    const ran = await home.run(...words, '--json')
    expect(ran.code, words.join(' ')).toBe(78)
    expect(errorOf(ran)).toMatchObject({ kind: 'config' })
  }
})

test('init says what to mend: the flag that was typed, the address, or the token', async () => {
  const sandbox = await startedSandbox()
  const call = async (env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Ended> =>
    run(['init', ...words, '--json'], { env: { ...sandbox.env, ...env } })
  expect(errorOf(await call({}, '--automation-log', 'x'))['message']).toBe(
    '--automation-log: "x" holds no id of Notion',
  )
  const nobody = await call({ NOTION_BASE_URL: `http://127.0.0.1:${String(await freePort())}` })
  expect(nobody.code).toBe(75)
  expect(errorOf(nobody)).toMatchObject({
    message: textLike(/^Notion: connect ECONNREFUSED /),
    hint: 'check the network and notion.base_url, then run the same command again',
  })
  const gate = await openGate(sandbox.env['NOTION_BASE_URL'] ?? '', () => ({
    status: 302,
    headers: { location: 'https://notion.example/' },
    body: '',
  }))
  expect(errorOf(await call({ NOTION_BASE_URL: gate.url }))['hint']).toBe(
    'set notion.base_url to where the service is, then run the same command again',
  )
  const refused = await call({ NOTION_TOKEN: 'ntn_invalid0000000000000000000000000000000000000' })
  expect(errorOf(refused)['hint']).toBe('check NOTION_TOKEN, then run the same command again')
})

test('what is only tried leads to doing it', async () => {
  const sandbox = await startedSandbox()
  const tried = await run(['init', '--dry-run'], { env: sandbox.env })
  expect(tried.stdout).toMatch(/\nnext: the same without --dry-run\n$/)
  const paused = await run(['queue', 'pause', 'lunch', '--dry-run'], { env: sandbox.env })
  expect(paused.stdout).toBe('would pause: lunch\n')
})

test('what is tried of a row alone says what would be picked up, and not that nothing was ready', async () => {
  const sandbox = await startedSandbox()
  const call = async (...words: readonly string[]): Promise<string> =>
    (await run(words, { env: sandbox.env })).stdout
  const hint = 'no databases are known yet (echopilot init'
  expect(await call('poll')).toContain(`${hint})`)
  expect(await call('doctor', '--no-spend')).toMatch(/none are known yet\s+fix: echopilot init\n/)
  const noParent = { ...sandbox.env, ECHOPILOT_NOTION_PARENT_PAGE: '' }
  expect((await run(['poll'], { env: noParent })).stdout).toContain(`${hint} --parent PAGE)`)
  expect((await run(['notion', 'sync'], { env: sandbox.env })).stderr).toContain('next: echopilot init\n')
  await call('init')
  await addRow(sandbox.env['NOTION_BASE_URL'] ?? '', 'Invoicing tools')
  expect(await call('poll', '--drain', '--dry-run')).toMatch(/^Notion: would pick up 1, /)
})

test('poll without --drain does not call nothing ready: it says what waits', async () => {
  const sandbox = await startedSandbox()
  const call = async (...words: readonly string[]): Promise<string> =>
    (await run(words, { env: sandbox.env })).stdout
  await call('init')
  expect(await call('poll')).toMatch(/^nothing is queued\n/)
  await addRow(sandbox.env['NOTION_BASE_URL'] ?? '', 'Invoicing tools')
  expect(await call('poll')).toMatch(/^1 queued \(echopilot poll --drain\)\nNotion: picked up 1, /)
  await call('queue', 'pause', 'lunch')
  expect(await call('poll', '--drain')).toMatch(
    /\nqueue paused: lunch; 1 queued \(echopilot queue resume\)\n/,
  )
})
