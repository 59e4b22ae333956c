/** `serve` as a process, and clients that send to it. */
import { request, type Agent } from 'node:http'
import { join } from 'node:path'
import { newHome, start, type Home } from '../../cli/support/run.ts'
import { rowsOf } from '../../support/books.ts'
import type { Running } from '../../support/child.ts'
import { parseDocument } from '../../support/document.ts'
import { SECRET, type SignedEvent } from './events.ts'

/** A home that Stripe's webhooks are for. */
export function shop(env: Readonly<Record<string, string>> = {}): Home {
  return newHome({
    STRIPE_SECRET_KEY: 'sk_test_none',
    STRIPE_BASE_URL: 'http://127.0.0.1:9',
    STRIPE_WEBHOOK_SECRET: SECRET,
    ...env,
  })
}

/** One that listens. */
export interface Serving extends Running {
  readonly url: string
  readonly port: number
}

/** Starts it on a free port. */
export async function serve(home: Home, env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const running = start(['serve', '--port', '0', '--json'], { env: { ...home.env, ...env } })
  const printed = await running.output(/\n\}\n$/)
  const url = String(parseDocument(printed)['address'])
  return { ...running, url, port: Number(new URL(url).port) }
}

/** Ids of the events that are in the store of a home. */
export function storedEvents(home: Home): string[] {
  const rows = rowsOf<{ event_id: string }>(fileOf(home), 'SELECT event_id FROM webhooks ORDER BY event_id')
  return rows.map(({ event_id }) => event_id)
}

/** What was refused, by its reason. */
export function refusals(home: Home): Record<string, number> {
  const rows = rowsOf<{ why: string; count: number }>(fileOf(home), 'SELECT why, count FROM webhook_refusals')
  return Object.fromEntries(rows.map(({ why, count }) => [why, count]))
}

/** The store of a home. */
export function fileOf(home: Home): string {
  return join(home.stateDir, 'echopilot.db')
}

/** What came back. */
export interface Replied {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** What is sent. */
export interface Sent {
  readonly path?: string
  readonly method?: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent
}

/** Sends one request; rejects where the connection breaks off. */
export async function send(port: number, sent: Sent): Promise<Replied> {
  const { path = '/webhook/stripe', method = 'POST', body = '', headers = {}, agent } = sent
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, ...(agent && { agent }) }
    const asked = request(options, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Sends an event as Stripe does. */
export async function sendEvent(port: number, event: SignedEvent, agent?: Agent): Promise<Replied> {
  const headers = { 'stripe-signature': event.signature, 'content-type': 'application/json; charset=utf-8' }
  return send(port, { body: event.body, headers, ...(agent && { agent }) })
}

/** Sends with so many clients at once until there is nothing more to send. */
export async function eachOf<T>(
  clients: number,
  next: () => T | null,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const client = async (): Promise<void> => {
    for (let one = next(); one !== null; one = next()) await work(one)
  }
  await Promise.all(Array.from({ length: clients }, client))
}
