/** A Google stand-in in the test's own process, and the official SDK pointed at it. */
import { join } from 'node:path'
import { OAuth2Client } from 'google-auth-library'
import { drive, type drive_v3 } from 'googleapis/build/src/apis/drive/index.js'
import { gmail, type gmail_v1 } from 'googleapis/build/src/apis/gmail/index.js'
import { onTestFinished } from 'vitest'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../../../src/sandbox/google/identity.ts'
import { GOOGLE_SERVICE } from '../../../../src/sandbox/google/index.ts'
import { isObject, parseJson, stringOf, type JsonObject } from '../../../../src/sandbox/lib/json.ts'
import { openSandboxServer } from '../../../../src/sandbox/lib/server.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** An answer: its status and its body; of one that is no JSON, an empty object. */
export interface Answer {
  readonly status: number
  readonly body: JsonObject
  readonly headers: Headers
}

/** A running stand-in with the ways to reach it. */
export interface GoogleServer {
  readonly url: string
  /** An act of the person or of time; rejects where it is refused. */
  readonly hand: (act: string, given?: JsonObject) => Promise<JsonObject>
  readonly arm: (fault: unknown) => Promise<void>
  readonly mend: () => Promise<void>
  readonly mails: () => Promise<readonly JsonObject[]>
}

/** Opens a stand-in that is closed when the test is over. */
export async function googleServer(): Promise<GoogleServer> {
  const databaseFile = join(temporaryFolder(), 'google.db')
  const server = await openSandboxServer({ definition: GOOGLE_SERVICE, databaseFile, port: 0 })
  onTestFinished(async () => server.close())
  const url = `http://127.0.0.1:${String(server.port)}`
  const control = async (path: string, body: unknown): Promise<JsonObject> => {
    const answer = await call(url, 'POST', path, { body: JSON.stringify(body) })
    if (answer.status >= 400) throw new Error(JSON.stringify(answer.body))
    return answer.body
  }
  return {
    url,
    hand: async (act, given = {}) => control(`/__sandbox/google/${act}`, given),
    arm: async fault => void (await control('/__sandbox/faults', fault)),
    mend: async () => void (await control('/__sandbox/faults/clear', {})),
    mails: async () => {
      const rows = (await call(url, 'GET', '/__sandbox/ledger')).body['rows']
      return Array.isArray(rows) ? rows.filter(isObject) : []
    },
  }
}

/** A plain call. Redirects are not followed. */
export async function call(
  url: string,
  method: string,
  path: string,
  init: Omit<RequestInit, 'method'> = {},
): Promise<Answer> {
  const answer = await fetch(url + path, { redirect: 'manual', ...init, method })
  const body = parseJson(await answer.text())
  return { status: answer.status, body: isObject(body) ? body : {}, headers: answer.headers }
}

/** Asks the token endpoint; what is given comes on top of the client. */
export async function askToken(url: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  const body = new URLSearchParams({ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, ...form })
  return call(url, 'POST', '/token', { body })
}

/** An access token of the first sign-in. */
export async function accessToken(url: string): Promise<string> {
  const { body } = await askToken(url, { grant_type: 'refresh_token', refresh_token: REFRESH_TOKEN })
  return stringOf(body, 'access_token') ?? ''
}

/** The SDK as the first sign-in, at an address that may be a proxy's; with retries off, so that a test sees each answer. */
export function sdk(url: string): {
  readonly auth: OAuth2Client
  readonly gmail: gmail_v1.Gmail
  readonly drive: drive_v3.Drive
} {
  const auth = new OAuth2Client({
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    endpoints: { oauth2TokenUrl: `${url}/token`, oauth2RevokeUrl: `${url}/revoke` },
  })
  auth.setCredentials({ refresh_token: REFRESH_TOKEN })
  const options = { version: 'v3', auth, rootUrl: `${url}/`, retry: false } as const
  return { auth, gmail: gmail({ ...options, version: 'v1' }), drive: drive(options) }
}

/** A mail as it is sent. */
export function aMail(changes: Readonly<Record<string, string | null>> = {}): Buffer {
  const headers = {
    From: 'ana@sandbox.example',
    To: '"Mustermann, Max" <max@client.example>',
    Subject: '=?UTF-8?B?w5xiZXIgQnJvdA==?=',
    'Message-ID': '<run-1@echopilot.example>',
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    ...changes,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  )
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\nBread.\r\n`)
}
