/** What people see, word for word. A change here is a change of the program's face: look at the diff, then update. */
import { expect, test } from 'vitest'
import { COMMANDS as LISTED_COMMANDS } from '../../src/commands/index.ts'
import { exitCodes } from '../../src/kernel/errors.ts'
import { flagOf } from '../../src/kernel/input.ts'
import { commandOf, loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS as LISTED_OPERATIONS } from '../../src/operations/index.ts'
import { configTemplate } from '../../src/settings/template.ts'
import { expectGolden } from '../support/golden.ts'
import { newScene } from './support/scene.ts'

const OPERATIONS = await loadAll(LISTED_OPERATIONS)
const COMMANDS = await loadAll(LISTED_COMMANDS)

const COLUMNS = 80
const BRIEF =
  'Compare three invoicing tools for a two-person agency, in a table.\n\nTool A costs 12 euros a month, tool B 20 euros and tool C 9 euros. Tool B sends reminders. We send 30 invoices a month.'

test('help of every command fits 80 columns', async () => {
  const type = await newScene()
  const groups = OPERATIONS.filter(({ path }) => path.length > 1).map(({ path }) => path.slice(0, 1))
  const paths = [[], ...groups, ...OPERATIONS.map(({ path }) => path), ...COMMANDS.map(({ path }) => path)]
  const commands = [...new Set(paths.map(commandOf))].toSorted()
  const texts = []
  for (const command of commands) {
    const help = await type('help', ...(command === '' ? [] : command.split(' ')))
    expect(
      help.split('\n').filter(line => line.length > COLUMNS && !line.startsWith('  echopilot ')),
      command,
    ).toEqual([])
    texts.push(`$ echopilot help ${command}\n\n${help}`)
  }
  expectGolden('help.txt', texts.join('\n'))
})

test('the configuration that config init writes', () => {
  expectGolden('config.toml', configTemplate())
})

test('the table of exit codes', () => {
  const rows = exitCodes().map(({ kind, exit, http, meaning }) => `${String(exit)}\t${String(http ?? '–')}\t${kind}\t${meaning}\n`,
  )
  expectGolden('exit-codes.txt', rows.join(''))
})

test('the table of exit codes names commands that exist', () => {
  const commands = [...OPERATIONS, ...COMMANDS].map(({ path }) => commandOf(path))
  const flags = OPERATIONS.flatMap(({ input }) => Object.keys(input).map(flagOf))
  const named = exitCodes().flatMap(({ meaning }) => [...meaning.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
  expect(named.length).toBeGreaterThan(0)
  expect([...commands, ...flags]).toEqual(expect.arrayContaining(named))
})

test('a morning: tasks that pass, wait for a person and fail, and what is to be seen of them', async () => {
  const type = await newScene()
  const seen: string[] = []
  const see = async (...words: readonly string[]): Promise<string> => {
    const text = await type(...words)
    seen.push(
      `$ echopilot ${words.map(word => (/^[\w./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}\n${text}`,
    )
    return text
  }
  await see('status')
  await see('task', 'list')
  const add = async (...words: readonly string[]): Promise<string> => {
    const text = await see('task', 'add', ...words)
    return /task_\w+/.exec(text)?.[0] ?? ''
  }
  const done = await add(
    BRIEF,
    '--type',
    'Research',
    '--client',
    'Acme',
    '--priority',
    'High',
    '--due',
    '2026-12-31',
  )
  const waiting = await add(`${BRIEF} [sandbox:score=61]`, '--title', 'Invoicing tools, once more')
  const refused = await add(`${BRIEF} [sandbox:refuse]`, '--title', 'Something refused')
  await see('poll', '--drain', '--dry-run')
  await see('poll', '--drain', '--concurrency', '1')
  await see('status')
  await see('task', 'list')
  for (const id of [done, waiting, refused]) await see('task', 'show', id)
  await see('explain', done)
  await see('replay', '--dry-run')
  await see('task', 'return', waiting, '--note', 'say which one to buy')
  await see('task', 'retry', refused)
  await see('task', 'approve', refused)
  await see('queue', 'pause', 'lunch')
  await see('poll', '--drain', '--concurrency', '1')
  await see('status')
  await see('metrics')
  const text = seen.join('\n')
  expect(text).not.toMatch(/undefined|NaN|\[object/)
  expectGolden('morning.txt', text)
})
