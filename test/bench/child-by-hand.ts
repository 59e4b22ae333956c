/**
 * `by-hand <template> <notion> <openai> <database> <local tasks>`: what somebody would write in an afternoon: the
 * same calls as the program, by plain fetch, and one durable commit for each stage. It has no lease, ledger, cap,
 * retry, check, receipt or outbox. Where the number of local tasks is 0 it works on the ticked rows.
 */
import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { isObject } from '../../src/sandbox/lib/json.ts'
import { fillable, idsIn, marksOf, type Call, type Template } from './support/template.ts'

/** As many tasks at once as the program is told to work on. */
const CONCURRENCY = 8

const [file = '', notion = '', openai = '', databaseFile = '', local = ''] = process.argv.slice(2)
// Written by this suite.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const template = JSON.parse(readFileSync(file, 'utf8')) as Template

const URLS = { notion, openai }
const TOKENS = { notion: process.env['NOTION_TOKEN'] ?? '', openai: process.env['OPENAI_API_KEY'] ?? '' }

const database = new Database(databaseFile)
database.pragma('journal_mode = WAL')
database.pragma('synchronous = FULL')
database.exec('CREATE TABLE task (page TEXT PRIMARY KEY, stage TEXT NOT NULL, answer TEXT NOT NULL) STRICT')
const save = database.prepare(
  `INSERT INTO task VALUES (?, ?, ?)
   ON CONFLICT (page) DO UPDATE SET stage = excluded.stage, answer = excluded.answer`,
)

const calls = template.task
  .filter(({ service }) => local === '0' || service === 'openai')
  .map(call => ({ ...call, pathOf: fillable(call.path), bodyOf: fillable(call.body) }))

async function send({ service, method }: Call, path: string, body: string): Promise<unknown> {
  const answer = await fetch(URLS[service] + path, {
    method,
    headers: {
      authorization: `Bearer ${TOKENS[service]}`,
      'content-type': 'application/json',
      'notion-version': '2025-09-03',
    },
    ...(body === '' ? {} : { body }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${await answer.text()}`)
  return answer.json()
}

/** Makes the calls that are made once; the rows are those that the query among them lists, page by page. */
async function tickedRows(): Promise<string[]> {
  const rows: string[] = []
  for (const call of template.once) {
    let body: string | null = call.body
    while (body !== null) {
      const answer = await send(call, call.path, body)
      if (call.path.endsWith('/query')) rows.push(...idsIn(answer))
      const cursor = isObject(answer) ? answer['next_cursor'] : null
      const asked: unknown = typeof cursor === 'string' ? JSON.parse(call.body) : null
      body = isObject(asked) ? JSON.stringify({ ...asked, start_cursor: cursor }) : null
    }
  }
  return rows
}

async function work(page: string): Promise<void> {
  save.run(page, 'picked up', '')
  const ids = new Map([['⟨page⟩', page]])
  for (const [number, call] of calls.entries()) {
    const answer = await send(call, call.pathOf(ids), call.bodyOf(ids))
    if (call.service === 'openai') save.run(page, `answered ${String(number)}`, JSON.stringify(answer))
    for (const [mark, id] of marksOf(number, answer)) ids.set(mark, id)
  }
  save.run(page, 'done', '')
}

const waiting =
  local === '0' ? await tickedRows() : Array.from({ length: Number(local) }, (_, index) => String(index))
let done = 0
const worker = async (): Promise<void> => {
  for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
    await work(page)
    done += 1
  }
}
await Promise.all(Array.from({ length: CONCURRENCY }, worker))
process.stdout.write(JSON.stringify({ done }))
database.close()
