/** `audit verify` and `audit export`: what was done to the file is told, with the first row and what to do. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { auditExport } from '../../src/operations/audit/export.ts'
import { auditVerify } from '../../src/operations/audit/verify.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { rowsOf } from '../support/books.ts'
import { startChild, type Ended } from '../support/child.ts'
import { parseDocument } from '../support/document.ts'
import { ROOT } from '../support/root.ts'
import { CALL, realSession } from '../support/session.ts'
import { testStore } from '../support/store.ts'
import { openStore } from '../../src/store/index.ts'
import { realStoreOptions } from '../support/real-world.ts'
import { changeStore } from '../store/support/store-file.ts'
import { errorOf, newHome, type Home } from './support/run.ts'
import { BRIEF } from './support/sandbox.ts'

function fileOf(home: Home): string {
  return join(home.stateDir, 'echopilot.db')
}

/** A home whose chain has eleven rows: its beginning, its schema, three tasks, a pause, and the ends of what did that. */
async function usedHome(): Promise<Home> {
  const home = newHome()
  for (let tasks = 0; tasks < 4; tasks += 1) await home.json('task', 'add', BRIEF)
  await home.json('queue', 'pause', 'lunch')
  return home
}

test('a chain is proved with its head, which status shows with its age', async () => {
  const home = await usedHome()
  expect((await home.run('status')).stdout).toMatch(
    /not proved {2}audit chain: never read, its head is now 12:[0-9a-f]{16}/,
  )
  const found = await home.json('audit', 'verify')
  expect(found).toMatchObject({ outcome: 'proved', rows: 12, flaw: null, against: null, next: null })
  expect(found['head']).toMatch(/^12:[0-9a-f]{64}$/)
  const { stdout } = await home.run('status')
  expect(stdout).toMatch(/proved {6}audit chain, \d+ s ago: 12 rows, each follows from the one before: 12:/)
  // That it was read is itself in the chain.
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/its head is now 13:[0-9a-f]{16}/)
  await home.run('doctor', '--no-spend')
  expect((await home.run('status')).stdout).toMatch(/proved {6}audit chain, \d+ s ago: 12 rows/)
  expect(await home.json('audit', 'verify', '--against', String(found['head']))).toMatchObject({
    outcome: 'proved',
  })
})

test.each([
  ['an edit', `UPDATE audit_log SET actor = 'mallory' WHERE seq = 7`, 7, 'row 7 was changed'],
  [
    'an edit of a number',
    'UPDATE audit_log SET at_ms = 9007199254740993 WHERE seq = 3',
    3,
    'row 3 was changed',
  ],
  ['a space', `UPDATE audit_log SET subjects = subjects || ' ' WHERE seq = 5`, 5, 'row 5 was changed'],
  ['a row that is removed', 'DELETE FROM audit_log WHERE seq = 5', 5, 'row 5 is missing'],
  [
    'rows that are cut off',
    'DELETE FROM audit_log WHERE seq > 9',
    10,
    'rows 10 to 12 are missing at the end',
  ],
  ['all rows that are cut off', 'DELETE FROM audit_log', 1, 'rows 1 to 12 are missing at the end'],
  [
    'a chain that is thrown away',
    'DELETE FROM audit_log; DELETE FROM audit_head',
    1,
    'all rows and the head are missing',
  ],
  [
    'a row that is put in before',
    `INSERT INTO audit_log SELECT -3, at_ms, actor, kind, subjects, program_commit, previous, digest FROM audit_log WHERE seq = 1`,
    -3,
    'row -3 stands before the first',
  ],
  [
    'a row that is put in behind',
    `INSERT INTO audit_log SELECT 13, at_ms, actor, kind, subjects, program_commit, previous, digest FROM audit_log WHERE seq = 12`,
    13,
    'row 13 was changed',
  ],
  [
    'another order',
    'UPDATE audit_log SET seq = -seq WHERE seq IN (4, 8); UPDATE audit_log SET seq = 12 + seq WHERE seq < 0',
    4,
    'row 4 was changed',
  ],
])('%s is located', async (_, sql, seq, what) => {
  const home = await usedHome()
  changeStore(fileOf(home), sql)
  const found = await home.run('audit', 'verify', '--json')
  expect(found.code).toBe(1)
  expect(JSON.parse(found.stdout)).toMatchObject({
    outcome: 'failed',
    rows: Math.max(0, seq - 1),
    flaw: { seq, what: textLike(new RegExp(what)) },
    next: textLike(/keep a copy of the store/),
  })
  const status = await home.run('status')
  expect(status.code).toBe(1)
  expect(status.stdout.replaceAll(/\s+/g, ' ')).toContain(`audit chain, 0 s ago: ${what}`)
})

test('a chain that was written anew as a whole is told by a head that was seen outside, and by that alone', async () => {
  const [home, other] = [await usedHome(), await usedHome()]
  const { head } = await home.json('audit', 'verify')
  await other.json('audit', 'verify')
  const rows = rowsOf<Record<string, string | number>>(fileOf(other), 'SELECT * FROM audit_log')
  const values = rows.map(
    row =>
      `(${Object.values(row)
        .map(value => `'${String(value).replaceAll(`'`, `''`)}'`)
        .join(', ')})`,
  )
  const last = rows.at(-1)
  changeStore(
    fileOf(home),
    `DELETE FROM audit_log; INSERT INTO audit_log VALUES ${values.join(', ')};
     UPDATE audit_head SET digest = '${String(last?.['digest'])}'`,
  )
  expect(await home.json('audit', 'verify')).toMatchObject({ outcome: 'proved' })
  const told = await home.run('audit', 'verify', '--against', String(head))
  expect(told.code).toBe(1)
  expect(told.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'failed row 12 is not the one that was seen outside: it, or a row before it, was written anew',
  )
})

test('what is no head is refused, and a dry run keeps no proof', async () => {
  const home = await usedHome()
  const refused = await home.run('audit', 'verify', '--against', '12', '--json')
  expect(refused.code).toBe(64)
  expect(errorOf(refused)['message']).toContain('"12" is no head of an audit chain')
  expect(await home.json('audit', 'verify', '--dry-run')).toMatchObject({ outcome: 'proved' })
  expect((await home.run('status')).stdout).toContain('audit chain: never read')
})

async function odd({ stateDir }: Home, actor: string): Promise<void> {
  const store = openStore(realStoreOptions(join(stateDir, 'echopilot.db'))).as(actor)
  await store.queue.resume()
  store.close()
}

/** The script of the README, as it stands there. */
function readmeScript(dir: string): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const block = /<!-- verify\.mjs -->\s*```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
  writeFileSync(join(dir, 'verify.mjs'), block)
  return join(dir, 'verify.mjs')
}

test('an export is verified by the script of the README, which names the row that was changed', async () => {
  const home = await usedHome()
  const script = readmeScript(home.dir)
  const verified = async (file: string): Promise<Ended> => startChild([process.execPath, script, file]).ended
  // Half of a pair, and what some readers take for the end of a line.
  await odd(home, 'cli:\ud800\u2028"é')
  const { head } = await home.json('audit', 'verify', '--dry-run')
  const ran = await home.run('audit', 'export', '--output', 'audit.jsonl')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toBe(`written to ${home.dir}/audit.jsonl\nrows  13\nhead  ${String(head)}\n`)
  const file = join(home.dir, 'audit.jsonl')
  expect(await verified(file)).toMatchObject({ code: 0, stdout: `${String(head)}\n`, stderr: '' })
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines.map(line => parseDocument(line)['seq'])).toEqual(lines.map((_, index) => index + 1))
  for (const [wrong, row] of [
    [lines.with(6, (lines[6] ?? '').replace('"actor":"test"', '"actor":"mallory"')), 7],
    [lines.toSpliced(4, 1), 5],
    [lines.toSpliced(4, 0, lines[2] ?? ''), 5],
    [lines.with(2, lines[3] ?? '').with(3, lines[2] ?? ''), 3],
    [lines.with(8, (lines[8] ?? '').replace(/[0-9a-f]"\}$/, 'g"}')), 9],
  ] as const) {
    writeFileSync(file, `${wrong.join('\n')}\n`)
    const told = await verified(file)
    expect(told.code).toBe(1)
    expect(told.stderr).toContain(`row ${String(row)} is not as it was written`)
  }
})

test('without a file the lines alone go to standard output; with --json there is no room for them', async () => {
  const home = await usedHome()
  const ran = await home.run('audit', 'export')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(
    ran.stdout
      .trimEnd()
      .split('\n')
      .map(line => parseDocument(line)['kind']),
  ).toEqual(
    rowsOf<{ kind: string }>(fileOf(home), 'SELECT kind FROM audit_log ORDER BY seq').map(({ kind }) => kind),
  )
  const refused = await home.run('audit', 'export', '--json')
  expect(refused.code).toBe(64)
  expect(errorOf(refused)['hint']).toContain('name a file with --output')
  const { rows, head, written } = await home.json('audit', 'export', '--output', 'a.jsonl')
  expect({ rows, written }).toEqual({ rows: 12, written: join(home.dir, 'a.jsonl') })
  expect(head).toMatch(/^12:/)
})

test('what cannot be written whole leaves the file as it was', async () => {
  const home = await usedHome()
  writeFileSync(join(home.dir, 'audit.jsonl'), 'older')
  changeStore(fileOf(home), 'ALTER TABLE audit_log RENAME COLUMN kind TO sort')
  const ran = await home.run('audit', 'export', '--output', 'audit.jsonl')
  expect(ran.code).toBe(74)
  expect(readFileSync(join(home.dir, 'audit.jsonl'), 'utf8')).toBe('older')
  expect(readdirSync(home.dir).filter(name => name.startsWith('audit'))).toEqual(['audit.jsonl'])
})

test('a long chain is handed out and read in parts', async () => {
  const files = testStore()
  const store = files.open('first')
  const changes = Array.from({ length: 4_500 }, async (_, index) =>
    index % 2 === 0 ? store.queue.pause('x') : store.queue.resume(),
  )
  await Promise.all(changes)
  const session = realSession({ stateDir: dirname(files.path), env: {} })
  onTestFinished(() => session.close())
  const parts: string[] = []
  const call = { ...CALL, emit: (text: string) => void parts.push(text) }
  const { result } = await session.run(auditExport, {}, call)
  expect(parts.map(part => part.trimEnd().split('\n').length)).toEqual([2_000, 2_000, 502])
  expect(result.head).toBe((await session.run(auditVerify, {}, CALL)).result.head)
  const stop = AbortSignal.abort()
  await expect(session.run(auditVerify, {}, { ...CALL, stop })).rejects.toMatchObject({
    kind: 'busy',
    message: 'stopped at row 2000 of the audit chain',
  })
})
