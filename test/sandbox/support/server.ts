/** A stand-in in the test's own process, on a free port and a database in a new temporary folder. */
import { join } from 'node:path'
import OpenAI from 'openai'
import { onTestFinished } from 'vitest'
import { openSandboxServer, type SandboxServer } from '../../../src/sandbox/lib/server.ts'
import { SANDBOX_KEY } from '../../../src/sandbox/openai/identity.ts'
import { OPENAI_SERVICE } from '../../../src/sandbox/openai/index.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { fetched, isLedger, type LedgerWire } from './wire.ts'

/** A key that the stand-in takes. */
export const KEY = SANDBOX_KEY

/** A running stand-in with the ways to reach it. */
export interface TestServer {
  readonly url: string
  readonly databaseFile: string
  readonly server: SandboxServer
  readonly openai: OpenAI
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>
  readonly arm: (fault: unknown) => Promise<void>
  readonly ledger: () => Promise<LedgerWire>
}

/** Opens a stand-in that is closed when the test is over. */
export async function testServer(databaseFile = join(temporaryFolder(), 'openai.db')): Promise<TestServer> {
  const server = await openSandboxServer({ definition: OPENAI_SERVICE, databaseFile, port: 0 })
  onTestFinished(async () => server.close().catch(() => undefined))
  const url = `http://127.0.0.1:${String(server.port)}`
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    })
  return {
    url,
    databaseFile,
    server,
    openai: new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0, timeout: 120_000 }),
    post,
    arm: async fault => {
      const answer = await post('/__sandbox/faults', fault)
      if (answer.status !== 201) throw new Error(await answer.text())
    },
    ledger: async () => fetched(`${url}/__sandbox/ledger`, isLedger),
  }
}
