/** Filing results as the operator has it: by the program, into a folder and into the stand-in of Drive. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../src/sandbox/google/identity.ts'
import { googleServer, type GoogleServer } from '../sandbox/google/support/server.ts'
import { listOf } from '../support/document.ts'
import type { Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

let google: GoogleServer
let home: Home

beforeEach(async () => {
  google = await googleServer()
})

async function homeWith(to: string): Promise<void> {
  home = await sandboxHome({
    ECHOPILOT_FILES_TO: to,
    GOOGLE_BASE_URL: google.url,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN,
  })
}

async function work(): Promise<string> {
  const added = await home.json('task', 'add', BRIEF, '--title', 'Study: a/b', '--client', 'Acme')
  await home.run('poll', '--drain')
  return String(added['taskId'])
}

/** Where a receipt says that the result was filed. */
async function linksOf(taskId: string): Promise<string[]> {
  const { stdout } = await home.run('explain', taskId)
  return [...stdout.matchAll(/file \{"service":"\w+","link":"([^"]+)"\}/g)].map(([, link]) => link ?? '')
}

test('nothing is filed where nobody asked for it', async () => {
  await homeWith('nowhere')
  expect(await linksOf(await work())).toEqual([])
})

test('a result is filed in the folder of its client and month, and the receipt says where', async () => {
  await homeWith('folder')
  const taskId = await work()
  const [path = '', ...more] = await linksOf(taskId)
  expect(more).toEqual([])
  expect(path).toMatch(/\/files\/Acme\/\d{4}-\d\d\/Study a b run_\w+\.md$/)
  const text = readFileSync(path, 'utf8')
  expect(text.length).toBeGreaterThan(10)
  const { stdout } = await home.run('task', 'show', taskId)
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(text.replaceAll(/\s+/g, ' ').trim().slice(0, 40))
  expect(stdout).toMatch(/filed: /)
})

test('in Drive, with a link; while its storage is full the result waits, told as what it is', async () => {
  await homeWith('drive')
  await google.hand('quota', { bytes: 0 })
  const taskId = await work()
  expect(await linksOf(taskId)).toEqual([])
  const status = await home.run('status')
  expect(status.stdout).toMatch(/the storage of Google Drive is full/)
  expect((await home.run('doctor')).stdout).toMatch(/the storage of Google Drive is full/)
  await google.hand('quota', { bytes: 15 * 1024 ** 3 })
  expect((await home.run('doctor')).stdout).toMatch(/files are kept in Google Drive/)
  const [dead] = listOf(await home.json('effect', 'list'), 'effects')
  await home.run('effect', 'retry', String(/eff_\w+/.exec(JSON.stringify(dead))?.[0]))
  // It may be there: it is looked for twice, ten seconds apart.
  await home.run('deliver')
  expect(await linksOf(taskId)).toEqual([])
  const db = new Database(join(home.stateDir, 'echopilot.db'))
  db.exec('UPDATE effects SET not_before_ms = 0, looked_up_ms = looked_up_ms - 10000')
  db.close()
  await home.run('deliver')
  const [link = ''] = await linksOf(taskId)
  expect(link).toMatch(/^https:\/\/drive\.google\.com\/file\/d\//)
  expect((await home.run('deliver')).code).toBe(0)
  expect(await linksOf(taskId)).toHaveLength(1)
})
