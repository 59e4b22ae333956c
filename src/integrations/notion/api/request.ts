import type { Client } from '@notionhq/client'
import { sdkFetch, type SdkFetch } from '../../../kernel/http/fetch.ts'
import { networkFailure, ServiceFailure } from '../../../kernel/service-failure.ts'
import { headerReader, retryAfterMs } from '../../../kernel/http/read-header.ts'
import { redactor, type Redact } from '../../../kernel/redaction.ts'
import type { World } from '../../../kernel/world.ts'
import { fromNetwork, fromNotion } from './failure.ts'

/** Where Notion is and how it is asked. */
export interface NotionOptions {
  readonly baseUrl: string
  readonly token: string
  readonly timeoutMs: number
  readonly world: Pick<World, 'fetch' | 'clock' | 'random'>
  /** Resolves when a request may be sent: all processes of a store share one rate. */
  readonly throttle: () => Promise<void>
}

/** One request. `repeatable` ones may be sent again at once, because a second time changes nothing. */
export interface NotionRequest {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  readonly path: string
  readonly query?: Record<string, string | number | boolean | string[]>
  readonly body?: Record<string, unknown>
  readonly repeatable: boolean
}

/** Sends requests through the official SDK, which is loaded at the first one. */
export type SendNotion = (request: NotionRequest) => Promise<unknown>

/** The version whose shapes are read and written; databases hold data sources. */
const API_VERSION = '2025-09-03'
const QUICK_TRIES = 3
const QUICK_WAIT_MS = 400
/** Where Notion asks for a longer wait, the caller decides. */
const LONGEST_QUICK_WAIT_MS = 5_000

/** @throws ServiceFailure from what is returned */
export function notionSender(options: NotionOptions): SendNotion {
  let loading: Promise<Sdk> | null = null
  const redact = redactor([options.token])
  return async request => {
    const sdk = await (loading ??= load(options))
    for (let tries = 1; ; tries += 1) {
      await options.throttle()
      try {
        return await sendOnce(sdk, request, redact)
      } catch (error) {
        const waitMs = quickWaitMs(error, request, tries, options)
        if (waitMs === null) throw error
        await options.world.clock.sleep(waitMs)
      }
    }
  }
}

interface Sdk {
  readonly client: Client
  readonly isResponseError: (error: unknown) => boolean
}

async function load(options: NotionOptions): Promise<Sdk> {
  // The SDK is CommonJS: once bundled it has nothing but a default.
  const { default: sdk } = await import('@notionhq/client')
  const client = new sdk.Client({
    auth: options.token,
    baseUrl: rootOf(options.baseUrl),
    notionVersion: API_VERSION,
    // Its own retries do not cover what we repeat, and would not be counted against the shared rate.
    retry: false,
    timeoutMs: options.timeoutMs + 1000,
    logger: () => {},
    fetch: timedFetch(options),
  })
  return { client, isResponseError: sdk.isHTTPResponseError }
}

/** The SDK puts `/v1/` after it, and Notion knows no address with two slashes or versions. */
function rootOf(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')
}

/** The SDK's own timeout neither ends the request nor covers its body; this one does both. */
function timedFetch(options: NotionOptions): SdkFetch {
  const send = sdkFetch(options.world.fetch)
  return (input, init) => send(input, { ...init, signal: options.world.clock.deadline(options.timeoutMs) })
}

async function sendOnce(sdk: Sdk, request: NotionRequest, redact: Redact): Promise<unknown> {
  try {
    return await sdk.client.request<object>({
      path: request.path,
      method: request.method,
      ...(request.query === undefined ? {} : { query: request.query }),
      ...(request.body === undefined ? {} : { body: request.body }),
    })
  } catch (error) {
    throw sdk.isResponseError(error) ? fromNotion(faultOf(error, redact)) : fromNetwork(networkFailure(error))
  }
}

function faultOf(error: unknown, redact: Redact): Parameters<typeof fromNotion>[0] {
  const facts: Record<string, unknown> =
    error instanceof Error ? Object.fromEntries(Object.entries(error)) : {}
  const header = headerReader(facts['headers'])
  const location = header('location')
  return {
    status: typeof facts['status'] === 'number' ? facts['status'] : 500,
    code: typeof facts['code'] === 'string' ? facts['code'] : null,
    message: redact(error instanceof Error ? error.message : '')
      .replaceAll(/\s+/g, ' ')
      .slice(0, 400),
    retryAfterMs: retryAfterMs(header),
    location: location === null ? null : redact(location),
  }
}

function quickWaitMs(
  error: unknown,
  request: NotionRequest,
  tries: number,
  options: NotionOptions,
): number | null {
  if (!(error instanceof ServiceFailure) || tries >= QUICK_TRIES) return null
  const passing = error.errorClass === 'transient' || error.errorClass === 'throttled'
  // What Notion refused was not done, so it may be sent again, repeatable or not.
  const safe = request.repeatable || error.billed === 'no'
  if (!passing || !safe) return null
  const backoffMs = QUICK_WAIT_MS * tries * (1 + options.world.random.fraction())
  const waitMs = Math.max(backoffMs, error.retryAfterMs ?? 0)
  return waitMs > LONGEST_QUICK_WAIT_MS ? null : waitMs
}
