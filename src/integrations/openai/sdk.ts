import { isObject } from '../../domain/shape.ts'
import type { APIError, OpenAI } from 'openai'
import { sdkFetch, type Fetch, type SdkFetch } from '../../kernel/http/fetch.ts'
import { headerReader } from '../../kernel/http/read-header.ts'
import { networkFailure, type ServiceFailure } from '../../kernel/service-failure.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { fromHttp, type Place } from './failure.ts'

/** Where the service is and how it is asked. */
export interface OpenAiOptions {
  readonly baseUrl: string
  /** Null for a local server that wants none. */
  readonly apiKey: string | null
  readonly timeoutMs: number
  readonly serviceTier: 'default' | 'auto' | 'flex' | 'priority'
  readonly fetch: Fetch
}

/** A client of the SDK, and the class of its errors. */
export interface Sdk {
  readonly client: OpenAI
  readonly ApiError: typeof APIError
}

/** Loads the SDK, which nothing else does, and makes a client that sends each request once. */
export async function loadSdk(options: OpenAiOptions): Promise<Sdk> {
  const { OpenAI: Client, APIError: ApiError } = await import('openai')
  // The SDK insists on a key; servers that want none ignore it.
  const apiKey = options.apiKey ?? 'none'
  const client = new Client({
    baseURL: options.baseUrl,
    apiKey,
    // Its own retries would send a request again, and have it billed again, unseen by the ledger.
    maxRetries: 0,
    timeout: options.timeoutMs,
    fetch: withShortErrors(withOwnHeaders(sdkFetch(options.fetch), apiKey)),
    logLevel: 'off',
    organization: null,
    project: null,
  })
  return { client, ApiError }
}

/** What is read of the SDK's errors, whose own type says `any`. */
interface SdkError extends Error {
  readonly status: unknown
  readonly code: unknown
  readonly type: unknown
  readonly error: unknown
  readonly headers: unknown
}

/** What an error of the SDK means. Without a status no answer came: it wraps the network's error. */
export function fromSdk(facts: SdkError, redact: Redact, place: Place): ServiceFailure {
  if (typeof facts.status !== 'number') return networkFailure(facts)
  const header = headerReader(facts.headers)
  return fromHttp({
    status: facts.status,
    code: typeof facts.code === 'string' ? redact(facts.code) : null,
    type: typeof facts.type === 'string' ? facts.type : null,
    message: messageOf(facts, redact),
    isOfRequest: isFlagged(facts.error),
    header: name => orNull(redact, header(name)),
    place,
  })
}

/** The service's own words; the SDK puts the status before them, and plain-text bodies may be whole pages. */
function messageOf({ error, message }: SdkError, redact: Redact): string {
  return tidy(wordsIn(error) ?? message.replace(/^\d{3} /, ''), redact)
}

/** Gemini puts its error into a list, FastAPI calls its words `detail`. */
function wordsIn(error: unknown): string | null {
  if (typeof error === 'string') return error
  const list: readonly unknown[] = Array.isArray(error) ? error : []
  const [first] = list
  const inList = isObject(first) ? first['error'] : null
  if (typeof inList === 'string') return inList
  const facts = isObject(inList) ? inList : isObject(error) ? error : {}
  const said = 'message' in facts ? facts['message'] : facts['detail']
  return typeof said === 'string' ? said : null
}

/** OpenRouter answers 403 also to a text that a moderator flagged, and then says which. */
function isFlagged(error: unknown): boolean {
  const metadata = isObject(error) ? error['metadata'] : null
  return isObject(metadata) && 'flagged_input' in metadata
}

/** What a service says of an error, on one line and not too long: a plain-text body may be a whole page. */
export function tidy(message: string, redact: Redact): string {
  return redact(message.slice(0, 10_000)).replaceAll(/\s+/g, ' ').slice(0, 300)
}

/** The text without secrets, or null. */
export function orNull(redact: Redact, text: string | null): string | null {
  return text === null ? null : redact(text)
}

/** What is read of the body of an error; its words stand at the beginning, and a page of a proxy has no end. */
const MOST_CHARACTERS = 64_000
/** The SDK writes errors as text again, which fails where they are nested some thousands deep. */
const DEEPEST = 100

/**
 * A fetch whose errors are short and flat enough for the SDK to read: of one that is not, only its beginning is kept,
 * as plain text. An error that cannot be read would count as one of the network, after which it is unknown what was
 * billed.
 */
function withShortErrors(fetch: SdkFetch): SdkFetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (response.ok) return response
    const text = await textOf(response)
    if (text.length <= MOST_CHARACTERS && depthOf(text) <= DEEPEST) return response
    const headers = new Headers(response.headers)
    headers.set('content-type', 'text/plain')
    return new Response(text.slice(0, 2_000).toWellFormed(), { status: response.status, headers })
  }
}

/** A body that breaks is left to the SDK, which has status and headers. */
async function textOf(response: Response): Promise<string> {
  try {
    return await response.clone().text()
  } catch {
    return ''
  }
}

/** How deep brackets nest in a text, within strings too. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[{}[\]]/g)) {
    depth += bracket === '{' || bracket === '[' ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** The SDK's headers that an API needs; the others describe the machine it runs on. */
const KEPT = ['accept', 'content-type', 'user-agent']

/**
 * A fetch that sends our key, and no other header than an API needs: the SDK adds what the variable
 * OPENAI_CUSTOM_HEADERS says, which was meant for another program and may hold another key.
 */
function withOwnHeaders(fetch: SdkFetch, apiKey: string): SdkFetch {
  return async (input, init) => {
    const read = headerReader(init?.headers)
    const kept = KEPT.map((name): [string, string | null] => [name, read(name)])
    const headers = Object.fromEntries(
      kept.flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    )
    return fetch(input, { ...init, headers: { ...headers, authorization: `Bearer ${apiKey}` } })
  }
}
