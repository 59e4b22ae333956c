/** A Stripe stand-in in the test's own process, with the official SDK pointed at it by host and port alone. */
import { join } from 'node:path'
import { Stripe } from 'stripe'
import { onTestFinished } from 'vitest'
import { openSandboxServer, type SandboxServer } from '../../../../src/sandbox/lib/server.ts'
import { TEST_KEY } from '../../../../src/sandbox/stripe/identity.ts'
import { STRIPE_SERVICE } from '../../../../src/sandbox/stripe/index.ts'
import { isObject, parseJson, type JsonObject } from '../../../../src/sandbox/lib/json.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** A running stand-in with the ways to reach it. */
export interface StripeServer {
  readonly url: string
  readonly databaseFile: string
  readonly server: SandboxServer
  /** The SDK with the key of test mode. */
  readonly stripe: Stripe
  /** An act of a person, a bank or time; rejects where it is refused. */
  readonly hand: (act: string, given?: JsonObject) => Promise<JsonObject>
  readonly arm: (fault: unknown) => Promise<void>
  readonly ledger: () => Promise<readonly JsonObject[]>
}

/** The SDK at an address, with retries off, so that a test sees each answer. */
export function sdk(url: string, key: string = TEST_KEY): Stripe {
  const { hostname: host, port } = new URL(url)
  return new Stripe(key, { protocol: 'http', host, port, maxNetworkRetries: 0, telemetry: false })
}

/** Opens a stand-in that is closed when the test is over; with a clock of its own where one is given. */
export async function stripeServer(
  databaseFile = join(temporaryFolder(), 'stripe.db'),
  now: () => number = Date.now,
): Promise<StripeServer> {
  const server = await openSandboxServer({ definition: STRIPE_SERVICE, databaseFile, port: 0, now })
  onTestFinished(async () => server.close().catch(() => undefined))
  const url = `http://127.0.0.1:${String(server.port)}`
  const post = async (path: string, body: unknown): Promise<JsonObject> => {
    const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(text)
    const given = parseJson(text)
    return isObject(given) ? given : {}
  }
  return {
    url,
    databaseFile,
    server,
    stripe: sdk(url),
    hand: async (act, given = {}) => post(`/__sandbox/stripe/${act}`, given),
    arm: async fault => void (await post('/__sandbox/faults', fault)),
    ledger: async () => {
      const given: unknown = await (await fetch(`${url}/__sandbox/ledger`)).json()
      return isObject(given) && Array.isArray(given['rows']) ? given['rows'].filter(isObject) : []
    },
  }
}
