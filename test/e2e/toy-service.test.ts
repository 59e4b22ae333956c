/** A new service is a folder and a line: its settings, secrets, proofs and effects are then everywhere they belong. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished, expect, test } from 'vitest'
import { startChild } from '../support/child.ts'
import { listOf, parseDocument, type Document } from '../support/document.ts'
import { ROOT } from '../support/root.ts'
import { temporaryFolder } from '../support/temporary.ts'

const KEY = 'toy-key-0123456789abcdef'

/** The program's sources with one service more. */
function sourcesWithToy(): string {
  const copy = temporaryFolder()
  for (const name of ['src', 'bin', 'package.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  mkdirSync(join(copy, 'src/integrations/toy'))
  const service = readFileSync(join(ROOT, 'test/integrations/support/toy-service.ts'), 'utf8')
  writeFileSync(
    join(copy, 'src/integrations/toy/service.ts'),
    service.replaceAll('../../../src/integrations/', '../').replaceAll('../../../src/', '../../'),
  )
  const list = join(copy, 'src/integrations/index.ts')
  const lines = readFileSync(list, 'utf8')
  const added = lines
    .replace(/^/, "import { toy } from './toy/service.ts'\n")
    .replace(/(SERVICES = \[[^\]]*?),?\s*\]/, '$1, toy]')
  expect(added).toMatch(/, toy\] as const/)
  writeFileSync(list, added)
  return copy
}

/** A bell that notes who rang it. */
async function startBell(): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = []
  const server = createServer((request, answer) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      heard.push(
        `${request.method} ${String(request.headers['x-key'])} ${Buffer.concat(parts).toString()}`.trim(),
      )
      answer.end('ding')
    })
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`, heard }
}

test('a toy service is set, kept secret, probed and written to', async () => {
  const program = sourcesWithToy()
  const home = temporaryFolder()
  const bell = await startBell()
  const env = {
    HOME: home,
    TOY_KEY: KEY,
    ECHOPILOT_TOY_URL: bell.url,
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
  }
  const run = async (...words: string[]): Promise<Document> => {
    const command = [process.execPath, join(program, 'bin/echopilot'), ...words, '--json']
    const { stdout, stderr } = await startChild(command, { env, cwd: home }).ended
    expect(stdout + stderr).not.toContain(KEY)
    return parseDocument(stdout)
  }

  const shown = await run('config', 'show', '--origin')
  const setting = { key: 'toy.url', value: bell.url, origin: 'environment ECHOPILOT_TOY_URL' }
  expect(listOf(shown, 'settings')).toContainEqual(expect.objectContaining(setting))
  const secret = { name: 'TOY_KEY', origin: 'environment TOY_KEY' }
  expect(listOf(shown, 'secrets')).toContainEqual(expect.objectContaining(secret))
  const proof = { subject: 'toy bell', outcome: 'proved', detail: 'it answered 200' }
  expect(listOf(await run('doctor', '--no-spend'), 'proofs')).toContainEqual(expect.objectContaining(proof))

  const store = new Database(join(home, '.local/state/echopilot/echopilot.db'))
  store.exec(`INSERT INTO effects (id, seq, key, subject_kind, subject_id, service, kind, target, place, body, state, tries,
    uncertain, not_before_ms, claim_no, created_ms) VALUES ('eff_toy', 1, 'alert_1/ring/1', 'alert', 'alert_1', 'toy',
    'ring', 'bell', 'bell', '{"kind":"ring","times":3}', 'pending', 0, 0, 0, 0, 1)`)
  store.close()
  expect(listOf(await run('effect', 'list'), 'effects')).toMatchObject([{ what: 'a ring of the bell' }])
  expect(await run('deliver')).toMatchObject({ delivered: 1, failed: [], pending: 0 })
  expect(bell.heard).toEqual([`GET ${KEY}`, `POST ${KEY} {"kind":"ring","times":3}`])
})
