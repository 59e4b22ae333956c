/** A PayPal stand-in in the test's own process, and calls of its API as a program makes them: plain HTTP. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { isObject, parseJson, stringOf, type JsonObject } from '../../../../src/sandbox/lib/json.ts'
import { openSandboxServer, type SandboxServer } from '../../../../src/sandbox/lib/server.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../../../../src/sandbox/paypal/identity.ts'
import { PAYPAL_SERVICE } from '../../../../src/sandbox/paypal/index.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** An answer: its status and its body; of one that is no JSON, an empty object. */
export interface Answer {
  readonly status: number
  readonly body: JsonObject
}

/** Calls the API at an address, with a token of its own. */
export interface Api {
  get(path: string): Promise<Answer>
  /** With a `PayPal-Request-Id` unless that is null; a new one if left out. */
  post(
    path: string,
    body?: unknown,
    requestId?: string | null,
    headers?: Record<string, string>,
  ): Promise<Answer>
}

/** A running stand-in with the ways to reach it. */
export interface PayPalServer extends Api {
  readonly url: string
  readonly databaseFile: string
  readonly server: SandboxServer
  /** An act of a person, PayPal, a bank or time; rejects where it is refused. */
  readonly hand: (act: string, given?: JsonObject) => Promise<JsonObject>
  readonly arm: (fault: unknown) => Promise<void>
  readonly ledger: () => Promise<readonly JsonObject[]>
}

/** Asks for an access token. */
export async function askToken(
  url: string,
  basic = `${CLIENT_ID}:${CLIENT_SECRET}`,
  body = 'grant_type=client_credentials',
): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(basic).toString('base64')}`
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
  return answerOf(await fetch(`${url}/v1/oauth2/token`, { method: 'POST', headers, body }))
}

async function answerOf(response: Response): Promise<Answer> {
  const body = parseJson(await response.text())
  return { status: response.status, body: isObject(body) ? body : {} }
}

/** The API at an address, which may be a proxy's. */
export async function apiAt(url: string): Promise<Api> {
  const token = stringOf((await askToken(url)).body, 'access_token') ?? ''
  const authorization = `Bearer ${token}`
  return {
    get: async path => answerOf(await fetch(url + path, { headers: { authorization } })),
    post: async (path, body, requestId = crypto.randomUUID(), more = {}) => {
      const key = requestId === null ? {} : { 'paypal-request-id': requestId }
      const headers = { authorization, 'content-type': 'application/json', ...key, ...more }
      const text = typeof body === 'string' ? body : JSON.stringify(body ?? {})
      return answerOf(await fetch(url + path, { method: 'POST', headers, body: text }))
    },
  }
}

/** Opens a stand-in that is closed when the test is over. */
export async function paypalServer(
  databaseFile = join(temporaryFolder(), 'paypal.db'),
): Promise<PayPalServer> {
  const server = await openSandboxServer({ definition: PAYPAL_SERVICE, databaseFile, port: 0 })
  onTestFinished(async () => server.close().catch(() => undefined))
  const url = `http://127.0.0.1:${String(server.port)}`
  const control = async (path: string, body: unknown): Promise<JsonObject> => {
    const answer = await answerOf(await fetch(url + path, { method: 'POST', body: JSON.stringify(body) }))
    if (answer.status >= 400) throw new Error(JSON.stringify(answer.body))
    return answer.body
  }
  return {
    ...(await apiAt(url)),
    url,
    databaseFile,
    server,
    hand: async (act, given = {}) => control(`/__sandbox/paypal/${act}`, given),
    arm: async fault => void (await control('/__sandbox/faults', fault)),
    ledger: async () => {
      const given: unknown = await (await fetch(`${url}/__sandbox/ledger`)).json()
      return isObject(given) && Array.isArray(given['rows']) ? given['rows'].filter(isObject) : []
    },
  }
}
