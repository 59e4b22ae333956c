/** The stand-in against recorded traffic of the real Notion: the same requests, answers of the same shape. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { isObject, parseJson, stringOf, type JsonObject } from '../../../src/sandbox/lib/json.ts'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { CONTRACT_TOOL } from '../../support/contract.ts'
import { notionServer, type NotionServer } from './support/server.ts'

interface Exchange {
  readonly method: string
  readonly url: string
  readonly body: string
  readonly status: number
  readonly answer: JsonObject
}

/** Real exchanges with Notion, beside the contract tool. */
const RECORDED = resolve(CONTRACT_TOOL, '../../api-specs/recorded/notion-recorded.jsonl')
const UUID = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/g
/** What the sandbox does not keep, because EchoPilot does not use it. */
const OUTSIDE = [
  /\/views|\/file_uploads|\/markdown|\/async_tasks|\/custom_emojis|\/comments|\/search|\/templates|\/move| \/400/,
  /(?:GET|PATCH) \/v1\/blocks\/[^/]+ |GET \/v1\/users(?!\/me)/,
  /"equation"|"date"|^PATCH \/v1\/data_sources\/\S+ \{"title"/,
]
/** The page the recorded integration wrote under. */
const RECORDED_PARENT = '393abc1e-edcd-80f3-813b-e205934558c6'
const NOBODY = '00000000-0000-0000-0000-000000000000'

function exchanges(): readonly Exchange[] {
  return readFileSync(RECORDED, 'utf8')
    .trim()
    .split('\n')
    .flatMap(line => {
      const value = parseJson(line)
      if (!isObject(value) || !isObject(value['request']) || !isObject(value['response'])) return []
      const { request, response } = value
      const answer = parseJson(stringOf(response, 'text') ?? '')
      const url = stringOf(request, 'url') ?? ''
      if (!isObject(answer)) return []
      return [
        {
          method: stringOf(request, 'method') ?? 'GET',
          url,
          body: withoutIcon(Buffer.from(stringOf(request, 'base64') ?? '', 'base64').toString('utf8')),
          status: Number(response['status']),
          answer,
        },
      ]
    })
}

/** The sandbox keeps no icons, and its client sets none. */
function withoutIcon(body: string): string {
  const value = parseJson(body)
  if (!isObject(value)) return body
  const { icon: _, ...rest } = value
  return JSON.stringify(rest)
}

/** Who may not come in is refused whatever he asks for. */
function isOutside({ method, url, body, status }: Exchange): boolean {
  return status !== 401 && OUTSIDE.some(pattern => pattern.test(`${method} ${url} ${body}`))
}

/** Ids of the recording with those that stand for them here. */
class Ids {
  readonly known = new Map([
    [bare(RECORDED_PARENT), PARENT_PAGE_ID],
    [bare(NOBODY), NOBODY],
  ])

  /** The text with our ids, or undefined when it has one we never met. */
  translate(text: string): string | undefined {
    const unknown = [...text.matchAll(UUID)].some(([id]) => !this.known.has(bare(id)))
    return unknown ? undefined : text.replaceAll(UUID, id => this.known.get(bare(id)) ?? id)
  }

  /** For what was changed in a way that the sandbox does not know. */
  forget(text: string): void {
    for (const [id] of text.matchAll(UUID)) this.known.delete(bare(id))
  }

  learn(recorded: unknown, ours: unknown): void {
    if (typeof recorded === 'string' && typeof ours === 'string') {
      if (isUuid(recorded) && isUuid(ours)) this.known.set(bare(recorded), ours)
    } else if (Array.isArray(recorded) && Array.isArray(ours)) {
      for (const [index, item] of recorded.entries()) this.learn(item, ours[index])
    } else if (isObject(recorded) && isObject(ours)) {
      for (const [key, value] of Object.entries(recorded)) this.learn(value, ours[key])
    }
  }
}

function bare(id: string): string {
  return id.replaceAll('-', '')
}

function isUuid(text: string): boolean {
  return text.length === 36 && (text.match(UUID)?.[0] ?? '') === text
}

/** What differs in shape: missing and additional keys, other types, other formats of strings. Null stands for anything. */
function differences(recorded: unknown, ours: unknown, path: string): readonly string[] {
  if (recorded === null || ours === null) return []
  if (Array.isArray(recorded) && Array.isArray(ours)) return listDifferences(recorded, ours, path)
  if (isObject(recorded) && isObject(ours)) return objectDifferences(recorded, ours, path)
  const [theirs, mine] = [formOf(recorded), formOf(ours)]
  return theirs === mine ? [] : [`${path}: ${theirs} is ${mine}`]
}

function listDifferences(
  recorded: readonly unknown[],
  ours: readonly unknown[],
  path: string,
): readonly string[] {
  return ours.flatMap((item, index) => {
    const same = recorded.find(one => kindOf(one) === kindOf(item))
    return same === undefined ? [] : differences(same, item, `${path}[${String(index)}]`)
  })
}

function kindOf(item: unknown): string {
  return isObject(item) ? `${String(item['object'])} ${String(item['type'])}` : typeof item
}

function objectDifferences(recorded: JsonObject, ours: JsonObject, path: string): readonly string[] {
  const missing = Object.keys(recorded).filter(key => !(key in ours))
  const more = Object.keys(ours).filter(key => !(key in recorded))
  return [
    ...missing.map(key => `${path}.${key} is missing`),
    ...more.map(key => `${path}.${key} is not in the real answer`),
    ...Object.keys(recorded).flatMap(key =>
      key in ours ? differences(recorded[key], ours[key], `${path}.${key}`) : [],
    ),
  ]
}

function formOf(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'string') return typeof value
  if (isUuid(value)) return 'uuid'
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/.test(value)) return 'minute'
  if (/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/.test(value)) return 'moment'
  return 'string'
}

async function replay(server: NotionServer, ids: Ids, one: Exchange): Promise<readonly string[] | undefined> {
  const [url, body] = [ids.translate(one.url), ids.translate(one.body)]
  if (url === undefined || body === undefined) return undefined
  const headers = one.status === 401 ? { authorization: 'Bearer ntn_invalid' } : {}
  const answer = await server.call(one.method, url, body === '' ? undefined : body, headers)
  ids.learn(one.answer, answer.body)
  const name = `${one.method} ${one.url.replaceAll(UUID, '{id}')}`
  if (answer.status !== one.status)
    return [`${name}: ${String(one.status)} is ${JSON.stringify(answer.body)}`]
  return differences(one.answer, answer.body, name)
}

test('recorded requests get answers of the recorded shape', async ({ skip }) => {
  skip(!existsSync(RECORDED), 'not proved: recorded exchanges not found')
  const server = await notionServer()
  const ids = new Ids()
  const found = new Set<string>()
  let replayed = 0
  for (const one of exchanges()) {
    if (isOutside(one)) {
      if (one.method !== 'GET') ids.forget(one.url)
      continue
    }
    const different = await replay(server, ids, one)
    if (different === undefined) continue
    replayed += 1
    for (const line of different) found.add(line)
  }
  expect([...found]).toEqual([])
  expect(replayed).toBeGreaterThan(200)
})

test('error messages are word for word the recorded ones', async ({ skip }) => {
  skip(!existsSync(RECORDED), 'not proved: recorded exchanges not found')
  const server = await notionServer()
  const ids = new Ids()
  const refused = exchanges().filter(one => one.status >= 400 && !isOutside(one))
  expect(refused.length).toBeGreaterThan(10)
  for (const one of refused) {
    const headers = one.status === 401 ? { authorization: 'Bearer ntn_invalid' } : {}
    const { body } = await server.call(one.method, ids.translate(one.url) ?? one.url, undefined, headers)
    const { code, message } = one.answer
    const ours = String(message).replace('notion-sdk-py', 'EchoPilot')
    expect(body).toMatchObject({ object: 'error', code, message: ours })
  }
})
