import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/commands/index.ts'
import { cadenceText, crontabTime, type ScheduledJob } from '../../src/domain/schedule.ts'
import { commandText } from '../../src/figures/jobs.ts'
import { exitCodes } from '../../src/kernel/errors.ts'
import { OPERATIONS } from '../../src/operations/index.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import { allEntries } from '../../src/surfaces/cli/entries.ts'
import { settingLeaves } from '../../src/settings/schema.ts'

const path = new URL('../../README.md', import.meta.url)

/** A part of the README between its markers, compared with what the code says; UPDATE_GOLDEN=1 rewrites it. */
function expectBlock(name: string, wanted: string): void {
  const readme = readFileSync(path, 'utf8')
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const from = readme.indexOf(begin) + begin.length
  const to = readme.indexOf(end)
  if (process.env['UPDATE_GOLDEN'] === '1') {
    writeFileSync(path, readme.slice(0, from) + wanted + readme.slice(to))
    return
  }
  expect(cells(readme.slice(from, to))).toEqual(cells(wanted))
}

/** A table as its cells: the formatter pads them. */
function cells(table: string): string[] {
  const lines = table.split('\n').filter(line => line.trim() !== '')
  return lines.map(line => line.replaceAll(/\s*\|\s*/g, '|').replaceAll(/-{3,}/g, '---'))
}

test('the README lists every command as the program has it', async () => {
  const entries = await allEntries({ operations: OPERATIONS, commands: COMMANDS })
  const names = Map.groupBy(entries, ({ path: [group = ''] }) => group)
  const rows = [...names].map(([name, of]) => {
    const single = of.find(({ path: words }) => words.length === 1)
    const args = Object.entries(single?.input ?? {})
      .filter(([field]) => single?.positionals?.includes(field))
      .map(([field, { required }]) => (required ? ` <${field}>` : ` [${field}]`))
    const within = of.flatMap(({ path: [, word] }) => (word === undefined ? [] : [`\`${word}\``])).join(', ')
    const does = [single?.summary.replaceAll('|', '\\|') ?? '', within].filter(text => text !== '')
    return `| \`${name}${args.join('')}\` | ${does.join('; ')} |\n`
  })
  expectBlock('commands', `| command | does |\n|---|---|\n${rows.join('')}`)
})

test('the README lists every exit code as the program has it', () => {
  const rows = exitCodes().map(({ kind, exit, meaning }) => `| ${exit} | ${kind} | ${meaning} |\n`)
  expectBlock('exit-codes', `| code | kind | meaning |\n|---|---|---|\n${rows.join('')}`)
})

test('the README has the schedule as the program has it', () => {
  const jobs = Object.entries(SCHEDULE).map(([name, job]): [string, ScheduledJob] => [name, job])
  const rows = jobs.map(
    ([name, job]) =>
      `| \`${name}\` | \`${commandText(job)}\` | ${cadenceText(job.on)} | ${job.catchUp ? 'made up for once' : 'left to the next'} |\n`,
  )
  expectBlock(
    'schedule',
    `| job | runs | when (UTC) | a missed slot is |\n|---|---|---|---|\n${rows.join('')}`,
  )
  const lines = jobs.map(([name, job]) => `${crontabTime(job.on).padEnd(12)}  echopilot --job ${name}\n`)
  expectBlock('crontab', `\n\`\`\`crontab\nCRON_TZ=UTC\n${lines.join('')}\`\`\`\n\n`)
})

test('the README speaks only of settings and variables that exist', () => {
  const readme = readFileSync(path, 'utf8')
  const keys = new Set(settingLeaves().map(leaf => leaf.key))
  const named = [
    ...readme.matchAll(/`((?:openai|generate|judge|qa|alerts|billing|budget|fx|work)\.[a-z_]+)`/g),
  ].map(match => match[1] ?? '')
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter(key => !keys.has(key))).toEqual([])
})
