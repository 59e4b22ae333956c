/** Reports as people get them: on the terminal, as JSON, as a page, on paper and by mail, all with the same figures. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../src/sandbox/google/identity.ts'
import { fillWithWork } from '../figures/support/random-work.ts'
import { googleServer } from '../sandbox/google/support/server.ts'
import { listOf, parseDocument, partOf } from '../support/document.ts'
import { errorOf, type Home } from './support/run.ts'
import { sandboxHome } from './support/sandbox.ts'

const PERIOD = '2026-03-10'
const KINDS = ['executive', 'weekly', 'supervisor'] as const

/** What clients may write: markup of all kinds, words from right to left, what steers a reader, and too much of it. */
const HOSTILE = `<script>alert(1)</script> *b* _[x](y)_ \`c\` &amp; שלום مرحبا Привет \u202Eevil ${'A'.repeat(10_000)}`

/** A store of random work before the period's end, one task of which waits under a hostile title. */
async function filledHome(env: Readonly<Record<string, string>> = {}): Promise<Home> {
  const home = await sandboxHome(env)
  await home.run('task', 'list')
  const file = join(home.stateDir, 'echopilot.db')
  fillWithWork(file, 7, Date.parse('2026-03-11'), 150)
  const db = new Database(file)
  db.prepare(
    `UPDATE runs SET state = 'done', ended_ms = created_ms WHERE state IN ('failed_final', 'waiting_human')
    AND id NOT IN (SELECT MIN(id) FROM runs GROUP BY state)`,
  ).run()
  db.prepare(
    `UPDATE tasks SET title = ? WHERE id IN (SELECT task_id FROM runs WHERE state = 'waiting_human')`,
  ).run(HOSTILE)
  db.close()
  return home
}

function configure(home: Home, toml: string): void {
  mkdirSync(dirname(home.configFile), { recursive: true })
  writeFileSync(home.configFile, toml)
}

function has(program: string): boolean {
  return existsSync(`/usr/bin/${program}`)
}

function textOfPdf(file: string): string {
  return execFileSync('/usr/bin/pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
}

/** Whatever stands in a text, however it is broken into lines. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** The figures of a report, as people are told them. */
async function expectedOf(home: Home, kind: string): Promise<string[]> {
  const report = await home.json('report', kind, '--period', PERIOD)
  const work = partOf(report, 'work')
  const trend = partOf(partOf(report, 'trend'), 'last30')
  const percent = (of: Readonly<Record<string, unknown>>): string =>
    `${Number(of['successPercent']).toFixed(1)} %`
  expect(Number(work['done'])).toBeGreaterThan(0)
  const common = [
    `${String(work['done'])} done, ${String(work['failed'])} failed`,
    `${Number(work['averageScore']).toFixed(1)} on average of ${String(work['judged'])}, ${String(work['low'])} under target`,
    PERIOD,
    'Needs you: 2',
  ]
  if (kind === 'supervisor') return [...common, `$${String(work['costUsd'])}`]
  const total = partOf(partOf(report, 'money'), 'total')
  const billed = Array.isArray(total['billed']) ? total['billed'].map(String) : []
  expect(billed).not.toEqual([])
  return [
    ...common,
    ...billed,
    `$${String(total['costUsd'])}`,
    percent(work),
    String(trend['costUsd']),
    percent(trend),
  ]
}

/** The mail as it was handed to whatever sends it. */
function mailIn(home: Home, kind: string): { text: string; html: string; pdf: string | null } {
  const db = new Database(join(home.stateDir, 'echopilot.db'), { readonly: true })
  const rows = db
    .prepare<[], { body: string }>(`SELECT body FROM effects WHERE subject_kind = 'report' AND kind = 'mail'`)
    .all()
  db.close()
  expect(rows).toHaveLength(1)
  const body = parseDocument(rows[0]?.body ?? '')
  const { text, html } = body
  const [file] = listOf(body, 'files')
  if (file === undefined) return { text: String(text), html: String(html), pdf: null }
  expect(file).toMatchObject({ name: `echopilot-${kind}-${PERIOD}.pdf`, type: 'application/pdf' })
  const pdf = join(home.dir, 'mailed.pdf')
  writeFileSync(pdf, Buffer.from(String(file['base64']), 'base64'))
  return { text: String(text), html: String(html), pdf }
}

function withoutTags(html: string): string {
  return html.replaceAll(/<[^>]*>/g, ' ')
}

test.each(KINDS)('%s: terminal, JSON, page, paper and mail tell the same', async kind => {
  const home = await filledHome()
  const call = ['report', kind, '--period', PERIOD]
  const expected = await expectedOf(home, kind)
  const page = join(home.dir, 'report.html')
  const shown = await home.run(...call)
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect((await home.run(...call, '--format', 'html', '--output', page)).code).toBe(0)
  expect(parseDocument((await home.run(...call, '--format', 'json')).stdout)).toMatchObject({
    kind,
    period: PERIOD,
  })
  expect((await home.run(...call, '--send')).stdout).toMatch(
    /2 things need you\nmailed, to operator@localhost/,
  )
  expect((await home.run(...call, '--send')).stdout).toMatch(/mailed before, to /)
  expect(readdirSync(join(home.stateDir, 'mails'))).toHaveLength(1)
  const mail = mailIn(home, kind)
  expect(mail.pdf === null).toBe(kind === 'supervisor')
  const texts = {
    terminal: shown.stdout,
    page: withoutTags(readFileSync(page, 'utf8')),
    mail: mail.text,
    'page of the mail': withoutTags(mail.html),
    ...(mail.pdf !== null && has('pdftotext') ? { paper: textOfPdf(mail.pdf) } : {}),
  }
  for (const [name, text] of Object.entries(texts)) {
    for (const figure of expected) expect(flat(text), name).toContain(figure)
    expect(flat(text), name).toMatch(/audit head \d+:[0-9a-f]{64} /)
  }
})

test.each(['A4', 'Letter'])('on %s the PDF is sound, and holds all of it', async paper => {
  const home = await filledHome()
  configure(home, `[reports]\npaper = "${paper}"\n`)
  const file = join(home.dir, 'report.pdf')
  const written = await home.json(
    'report',
    'executive',
    '--period',
    PERIOD,
    '--format',
    'pdf',
    '--output',
    file,
    '--config',
    home.configFile,
  )
  expect(written['written']).toBe(file)
  const size = paper === 'A4' ? '[0 0 595.28 841.89]' : '[0 0 612 792]'
  expect(readFileSync(file, 'latin1')).toContain(`/MediaBox ${size}`)
})

test('what people wrote is text on every surface', async () => {
  const home = await filledHome()
  const call = ['report', 'executive', '--period', PERIOD]
  const page = String(partOf(await home.json(...call, '--format', 'html'), 'file')['base64'])
  const html = Buffer.from(page, 'base64').toString('utf8')
  expect(html).toContain(
    '&lt;script&gt;alert(1)&lt;/script&gt; *b* _[x](y)_ `c` &amp;amp; שלום مرحبا Привет &lt;U+202E&gt;evil',
  )
  expect(html).not.toContain('<script')
  expect((await home.run(...call)).stdout).toContain(
    '<script>alert(1)</script> *b* _[x](y)_ `c` &amp; שלום مرحبا Привет <U+202E>evil',
  )
  const needs = listOf(await home.json(...call), 'needs')
  expect(String(needs[1]?.['what']).length).toBeLessThan(300)
})

test('a PDF is sound, and its text is that of its people too', async ({ skip }) => {
  skip(!has('qpdf') || !has('pdftotext'), 'not proved: no qpdf and pdftotext to look into a PDF with')
  const home = await filledHome()
  for (const kind of KINDS) {
    const file = join(home.dir, `${kind}.pdf`)
    await home.run('report', kind, '--period', PERIOD, '--format', 'pdf', '--output', file)
    expect(execFileSync('/usr/bin/qpdf', ['--check', file], { encoding: 'utf8' })).toContain(
      'No syntax or stream encoding errors',
    )
    expect(flat(textOfPdf(file))).toContain('<script>alert(1)</script> *b* _[x](y)_ `c` &amp;')
    expect(textOfPdf(file)).toContain('Привет')
  }
})

test('a period that is not over is shown as such, and not mailed', async () => {
  const home = await sandboxHome()
  const today = new Date().toISOString().slice(0, 10)
  expect((await home.run('report', 'executive', '--period', today)).stdout).toContain(
    'the period is not over',
  )
  const sent = await home.run('report', 'executive', '--period', today, '--send', '--json')
  expect(sent.code).toBe(65)
  expect(errorOf(sent)['message']).toMatch(/the period is not over/)
})

test('where the mail cannot go out it waits, and is sent once', async () => {
  const google = await googleServer()
  const home = await sandboxHome({
    GOOGLE_BASE_URL: google.url,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN,
  })
  configure(home, '[reports]\nto = ["Ana <ana@example.com>", "bo@example.com"]\n')
  await google.arm({
    match: { path: '/gmail/v1/users/me/messages/send' },
    action: { type: 'status', status: 429 },
    times: 9,
  })
  const waits = await home.run(
    'report',
    'supervisor',
    '--period',
    PERIOD,
    '--send',
    '--config',
    home.configFile,
  )
  expect(waits).toMatchObject({ code: 75 })
  expect(waits.stdout).toMatch(/waits, to ana@example\.com, bo@example\.com by google/)
  expect(await google.mails()).toHaveLength(0)
})
