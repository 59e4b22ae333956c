/** A Notion stand-in in the test's own process, with the ways to reach it. */
import { join } from 'node:path'
import { Client, LogLevel } from '@notionhq/client'
import { onTestFinished } from 'vitest'
import { isObject, type JsonObject } from '../../../../src/sandbox/lib/json.ts'
import { openSandboxServer, type SandboxServer } from '../../../../src/sandbox/lib/server.ts'
import type { Clock } from '../../../../src/sandbox/lib/service.ts'
import { SANDBOX_TOKEN } from '../../../../src/sandbox/notion/identity.ts'
import { NOTION_SERVICE } from '../../../../src/sandbox/notion/index.ts'
import type { WriteRow } from '../../../../src/sandbox/notion/writes.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { isJsonObject, isObjectList, parsed } from '../../support/wire.ts'

/** A raw answer. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: JsonObject
}

/** A running stand-in. */
export interface NotionServer {
  readonly url: string
  readonly databaseFile: string
  readonly server: SandboxServer
  /** The official SDK, without its own retries. */
  readonly notion: Client
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<RawAnswer>
  /** A control route for a person's edits; throws for a refusal. */
  readonly hand: (path: string, body: unknown) => Promise<JsonObject>
  readonly arm: (fault: unknown) => Promise<void>
  readonly writes: (pageId?: string) => Promise<readonly WriteRow[]>
}

/** The SDK at an address; a warning of it is an error here. */
export function sdk(url: string, auth: string = SANDBOX_TOKEN): Client {
  return new Client({
    auth,
    baseUrl: url,
    retry: false,
    logLevel: LogLevel.WARN,
    logger: (_level, message, extra) => {
      if (message.includes('unknown parameters')) throw new Error(`${message} ${JSON.stringify(extra)}`)
    },
  })
}

/** Opens a stand-in that is closed when the test is over. */
export async function notionServer(
  options: { readonly databaseFile?: string; readonly now?: Clock } = {},
): Promise<NotionServer> {
  const databaseFile = options.databaseFile ?? join(temporaryFolder(), 'notion.db')
  const server = await openSandboxServer({
    definition: NOTION_SERVICE,
    databaseFile,
    port: 0,
    ...(options.now === undefined ? {} : { now: options.now }),
  })
  onTestFinished(async () => server.close().catch(() => undefined))
  const url = `http://127.0.0.1:${String(server.port)}`
  const control = async (path: string, body: unknown): Promise<JsonObject> => {
    const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(text)
    return parsed(text, isJsonObject)
  }
  return {
    url,
    databaseFile,
    server,
    notion: sdk(url),
    call: async (method, path, body, headers = {}) => rawCall(url + path, method, body, headers),
    hand: async (path, body) => control(`/__sandbox/notion/${path}`, body),
    arm: async fault => {
      await control('/__sandbox/faults', fault)
    },
    writes: async pageId => {
      const query = pageId === undefined ? '' : `?page_id=${pageId}`
      return parsed(await (await fetch(`${url}/__sandbox/writes${query}`)).text(), isWrites).writes
    },
  }
}

async function rawCall(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<RawAnswer> {
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${SANDBOX_TOKEN}`,
      'notion-version': '2025-09-03',
      'content-type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: answer.status, headers: answer.headers, body: parsed(await answer.text(), isJsonObject) }
}

const isWrites = (value: unknown): value is { readonly writes: readonly WriteRow[] } =>
  isObject(value) && isObjectList(value['writes'])

/** The ids that the rows route answered. */
export async function addRows(
  server: NotionServer,
  source: string,
  values: unknown,
  more: Record<string, unknown> = {},
): Promise<readonly string[]> {
  const { ids } = await server.hand('rows', { data_source: source, values, ...more })
  return Array.isArray(ids) ? ids.map(String) : []
}
