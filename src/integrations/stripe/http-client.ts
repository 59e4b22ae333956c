import type { Stripe } from 'stripe'
import { isObject, parseJson } from '../../domain/shape.ts'
import type { Fetch, FetchAnswer } from '../../kernel/http/fetch.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { networkFailure } from '../../kernel/service-failure.ts'
import type { Clock } from '../../kernel/world.ts'
import { fromAnswer } from './failure.ts'

/** How requests of the SDK are sent. */
export interface Sending {
  readonly baseUrl: string
  readonly timeoutMs: number
  readonly world: { readonly fetch: Fetch; readonly clock: Pick<Clock, 'deadline'> }
  readonly redact: Redact
}

/**
 * What the SDK sends with: each request once, through our fetch, within our time, to our address alone. Whatever is not
 * an answer of Stripe's is a `ServiceFailure`: the SDK itself looks at no status, and would hand on a proxy's page.
 */
export function httpClient({ baseUrl, timeoutMs, world, redact }: Sending): Stripe.HttpClient {
  return {
    getClientName: () => 'echopilot',
    makeRequest: async (_host, _port, path, method, headers, data) => {
      const answer = await world.fetch(new URL(path, baseUrl), {
        method,
        headers: ownHeaders(headers),
        body: method === 'GET' ? null : data,
        signal: world.clock.deadline(timeoutMs),
      })
      return {
        getStatusCode: () => answer.status,
        // The SDK prints what a header `stripe-notice` says; nothing else is read by it.
        getHeaders: () => ({}),
        getRawResponse: () => ({}),
        toStream: () => null,
        toJSON: async () => read(answer, redact),
      }
    },
  }
}

/** The SDK's headers that the API needs; the others describe the machine it runs on and who started it. */
const KEPT: ReadonlySet<string> = new Set([
  'accept',
  'authorization',
  'content-type',
  'idempotency-key',
  'stripe-version',
])

function ownHeaders(given: object): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'EchoPilot' }
  for (const [name, value] of Object.entries(given)) {
    if (KEPT.has(name.toLowerCase()) && typeof value === 'string') headers[name.toLowerCase()] = value
  }
  return headers
}

async function read(answer: FetchAnswer, redact: Redact): Promise<Readonly<Record<string, unknown>>> {
  const { status, headers } = answer
  const header = (name: string): string | null => headers.get(name)
  const text = await textOf(answer)
  const body = parseJson(text)
  if (answer.ok && isObject(body) && !('error' in body)) return body
  throw fromAnswer({ status, body, header, redact })
}

/** A refusal whose body breaks off is still that refusal. */
async function textOf(answer: FetchAnswer): Promise<string> {
  try {
    return await answer.text()
  } catch (error) {
    if (answer.ok) throw networkFailure(error)
    return ''
  }
}
