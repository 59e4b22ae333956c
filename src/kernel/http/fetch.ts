import type { ClientRequest, IncomingMessage } from 'node:http'
import { watchConnecting, type Connecting, endOnce, type Ending } from './connecting.ts'
import { lightRequest, type FetchInput, type LightRequest } from './request.ts'
import { lightBody } from './body.ts'
import { lightResponse } from './response.ts'

/** A request to an address of http or https. Redirects are never followed: the answer is the 3xx, or an error. */
export type Fetch = (address: string | URL, request?: FetchRequest) => Promise<FetchAnswer>

/** What is heard of a request. */
export interface FetchRequest {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | URLSearchParams | Uint8Array<ArrayBuffer> | null
  readonly signal?: AbortSignal | null
  readonly redirect?: 'error' | 'manual'
}

/** The answer, whose body is in memory: it is read once, and is no stream. */
export type FetchAnswer = Pick<
  Response,
  'url' | 'status' | 'statusText' | 'ok' | 'headers' | 'text' | 'json' | 'bytes' | 'arrayBuffer' | 'clone'
>

/** What SDKs call a fetch. */
export type SdkFetch = typeof globalThis.fetch

/**
 * A fetch for an SDK. Its type promises streams, forms and redirects as well: an SDK of an API of JSON asks for none of
 * them, and those that `lightFetch` is handed all the same go to the global one.
 */
export function sdkFetch(fetch: Fetch): SdkFetch {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where it is said
  return fetch as SdkFetch
}

/**
 * A fetch for API clients over the global agents of node:http and node:https, which keep connections alive.
 * The global one costs a process 40 ms at its first request, because it loads undici; this one 5 to 15.
 *
 * Unlike the global one it follows no redirect: the answer is the 3xx itself, because a key must not be sent
 * to wherever an answer points. Only `method`, `headers`, `body`, `signal` and `redirect: 'error'` are heard.
 * What `lightRequest` does not take goes to the global one, under the same rule about redirects.
 *
 * It resolves when the headers are there. The body is read into memory from then on, whether or not anyone
 * asks: so a connection always becomes free again, and an answer whose body breaks still shows its status and
 * headers. A body that nobody asks for does not keep the process alive.
 *
 * Nothing is ever sent twice. There is no limit of time but for connecting: hand in a signal.
 *
 * @throws TypeError for what cannot be sent, and `fetch failed` with a cause that has a `code` when no answer
 *   came, with `sent`, whether any of it may have been; the reason of the signal. What reading the body
 *   throws is said at `LightBody`.
 */
export function lightFetch(): Fetch {
  const fetch: SdkFetch = async (input, init = {}) => {
    const wanted = lightRequest(input, init)
    if (wanted === null) return heavyFetch(input, init)
    const signal = init.signal ?? null
    signal?.throwIfAborted()
    const request = open(wanted)
    return exchange(request, wanted, watchConnecting(request, wanted.url.protocol === 'https:'), signal)
  }
  return fetch
}

async function heavyFetch(input: FetchInput, init: RequestInit): Promise<Response> {
  const own = typeof input === 'object' && 'redirect' in input ? input.redirect : 'follow'
  const redirect = (init.redirect ?? own) === 'error' ? 'error' : 'manual'
  return globalThis.fetch(input, { ...init, redirect })
}

/** Not by an import: it would ask the module for all that it exports, and so load undici as well. */
function open({ url, method, headers }: LightRequest): ClientRequest {
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  return request(url, { method, headers })
}

const STATUSES_WITHOUT_BODY = new Set([101, 204, 205, 304])
const REDIRECTING_STATUSES = new Set([301, 302, 303, 307, 308])

/**
 * Sends a request that was opened, and resolves with the head of its answer; its body comes after.
 *
 * @throws TypeError `fetch failed` with the network's error as its cause; the reason of the signal
 */
async function exchange(
  request: ClientRequest,
  wanted: LightRequest,
  connecting: Connecting,
  signal: AbortSignal | null,
): Promise<Response> {
  const head = Promise.withResolvers<Response>()
  const body = Promise.withResolvers<Buffer>()
  // A body that is never read must not be an unhandled rejection.
  body.promise.catch(() => null)
  const ending = endOnce(request, connecting, signal, failure => {
    head.reject(failure('fetch failed'))
    body.reject(failure('terminated'))
  })
  request.on('response', incoming => {
    if (wanted.redirectIsError && REDIRECTING_STATUSES.has(incoming.statusCode ?? 0)) {
      ending.broken(new TypeError('unexpected redirect'))
    } else head.resolve(answer(incoming, wanted, ending, body))
  })
  request.end(wanted.body)
  return head.promise
}

function answer(
  incoming: IncomingMessage,
  wanted: LightRequest,
  ending: Ending,
  whole: PromiseWithResolvers<Buffer>,
): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = incoming
  // Read also where there is none: that is how the connection becomes free.
  const body = lightBody(incoming, ending, whole)
  const hasNone = wanted.method === 'HEAD' || STATUSES_WITHOUT_BODY.has(status)
  const url = wanted.url.href.split('#', 1)[0] ?? ''
  return lightResponse({ url, status, statusText, rawHeaders }, hasNone ? null : body)
}
