/** The units of the checkout are those of the schedule; `npm run golden` rewrites them. */
import { mkdirSync, readFileSync, rmSync, writeFileSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { keysOf } from '../../src/domain/keys-of.ts'
import type { ScheduledJob } from '../../src/domain/schedule.ts'
import { commandOf, loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS } from '../../src/operations/index.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import { SECRETS } from '../../src/settings/secrets.ts'
import { unitFiles } from '../../src/surfaces/timers/units.ts'
import { ROOT } from '../support/root.ts'

/** Parts of a call that are on this machine. */
const LOCAL: ReadonlySet<string> = new Set(['settings', 'store', 'jobs'])

const FOLDER = join(ROOT, 'systemd')

/** As `npm install -g` puts it on Debian. */
const FILES = unitFiles(SCHEDULE, {
  node: '/usr/local/bin/node',
  program: '/usr/local/bin/echopilot',
  credentials: keysOf(SECRETS).map(name => ({ name: name.toLowerCase(), kind: 'encrypted' })),
})

test('the files of systemd/ are made of the schedule, and there are no others', () => {
  if (process.env['UPDATE_GOLDEN'] === '1') {
    rmSync(FOLDER, { recursive: true, force: true })
    for (const { path, text } of FILES) {
      mkdirSync(dirname(join(FOLDER, path)), { recursive: true })
      writeFileSync(join(FOLDER, path), text)
    }
  }
  const found = globSync('**/*.*', { cwd: FOLDER, withFileTypes: true }).filter(file => file.isFile())
  const paths = found.map(file => join(file.parentPath, file.name).slice(FOLDER.length + 1))
  expect(paths.toSorted()).toEqual(FILES.map(({ path }) => path).toSorted())
  for (const { path, text } of FILES) {
    expect(readFileSync(join(FOLDER, path), 'utf8'), `${path}: npm run golden`).toBe(text)
  }
})

test('each job of the schedule has a service that runs it and a timer that is of the target', () => {
  const textOf = (path: string): string => FILES.find(file => file.path === `system/${path}`)?.text ?? ''
  for (const job of Object.keys(SCHEDULE)) {
    expect(textOf(`echopilot-${job}.service`)).toMatch(new RegExp(`^ExecStart=/.*--job ${job}$`, 'm'))
    expect(textOf(`echopilot-${job}.timer`)).toContain('\nWantedBy=echopilot.target\n')
    expect(textOf('echopilot.target')).toContain(`echopilot-${job}.timer`)
  }
  // Only what comes again soon may find a service unreachable; and the poll works off a queue, however long.
  const busy = FILES.filter(({ text }) => /^SuccessExitStatus=.*\b75\b/m.test(text)).map(({ path }) => path)
  expect(busy).toEqual(
    ['poll', 'operate', 'payments-scan']
      .filter(job => Object.hasOwn(SCHEDULE, job))
      .map(job => `system/echopilot-${job}.service`),
  )
  const endless = FILES.filter(({ text }) => text.includes('TimeoutStartSec=infinity')).map(({ path }) => path)
  expect(endless).toEqual(['system/echopilot-poll.service'])
})

test('a job without network is one that needs none', async () => {
  const jobs = Object.values<ScheduledJob>(SCHEDULE).filter(({ offline }) => offline === true)
  expect(jobs.length).toBeGreaterThan(0)
  const operations = await loadAll(OPERATIONS)
  for (const { operation } of jobs) {
    const needs = operations.find(({ path }) => commandOf(path) === operation)?.needs ?? {}
    expect(Object.keys(needs).filter(need => !LOCAL.has(need)), operation).toEqual([])
  }
})

test('no unit holds a secret or a way for one but credentials', () => {
  for (const { path, text } of FILES) {
    expect(text, path).not.toMatch(/^(?:Environment|EnvironmentFile|PassEnvironment|SetCredential)/m)
  }
})
