/** Both lists are what their folders hold, and each entry is declared as every surface needs it. */
import { globSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COMMANDS as LISTED_COMMANDS } from '../../src/commands/index.ts'
import { commandOf, loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS as LISTED_OPERATIONS } from '../../src/operations/index.ts'
import { ROOT } from '../support/root.ts'
import { sources } from './support/sources.ts'

const OPERATIONS = await loadAll(LISTED_OPERATIONS)
const COMMANDS = await loadAll(LISTED_COMMANDS)

const NO_OPERATION = new Set([
  'alert-decision.ts',
  'decision.ts',
  'define.ts',
  'index.ts',
  'money-input.ts',
  'other-account.ts',
  'refund-input.ts',
  'report-input.ts',
  'schedule.ts',
  'work-input.ts',
])

test('operations: one file each, at its words, sorted', () => {
  expect(Object.keys(LISTED_OPERATIONS)).toEqual(OPERATIONS.map(({ path }) => commandOf(path)))
  const files = globSync('**/*.ts', { cwd: join(ROOT, 'src/operations') }).filter(
    file => !NO_OPERATION.has(file),
  )
  const commands = OPERATIONS.map(({ path }) => commandOf(path))
  expect(commands).toEqual(files.map(file => file.replace(/\.ts$/, '').replaceAll('/', ' ')).toSorted())
  expect(commands).toEqual(commands.toSorted())
})

test('commands: one folder each, at its words, sorted', () => {
  expect(Object.keys(LISTED_COMMANDS)).toEqual(COMMANDS.map(({ path }) => commandOf(path)))
  const folder = join(ROOT, 'src/commands')
  const folders = readdirSync(folder).filter(name => statSync(join(folder, name)).isDirectory())
  const commands = COMMANDS.map(({ path }) => path.join('-'))
  expect(commands).toEqual(folders.toSorted())
})

const ENTRIES = [...OPERATIONS, ...COMMANDS].map(entry => ({ ...entry, name: commandOf(entry.path) }))

test.each(ENTRIES)('$name takes a flat input, each field with a meaning', ({ input, positionals = [] }) => {
  const fields = Object.entries(input)
  for (const [name, { meaning }] of fields) {
    expect(meaning, name).toMatch(/^\S.{2,}/)
    expect(meaning, name).not.toMatch(/^[A-Z][a-z]|\.$/)
    expect(name).toMatch(/^[a-z][a-zA-Z]*$/)
  }
  expect(fields.map(([name]) => name)).toEqual(expect.arrayContaining([...positionals]))
})

test.each(ENTRIES)('$name has a summary of one line', ({ summary }) => {
  expect(summary).toMatch(/^[A-Z][^\n]*[^.\n]$/)
  expect(summary.length).toBeLessThanOrEqual(100)
})

test('what changes something may be tried first; what only reads has no such flag of its own', () => {
  for (const { path, input } of OPERATIONS)
    expect(Object.keys(input), commandOf(path)).not.toContain('dryRun')
})

test('no operation reads or writes what a file holds: over HTTP and chat that would be a hole', () => {
  const touching = /\b(readText|readBytes|readPipe|writeText|node:fs)\b/
  const operations = sources().filter(({ path }) => path.startsWith('operations/'))
  expect(operations.length).toBeGreaterThan(20)
  expect(operations.filter(({ code }) => touching.test(code)).map(({ path }) => path)).toEqual([])
})
