import type { ClientRequest, IncomingMessage } from 'node:http'
import { lightBody } from './body.ts'
import type { Connecting } from './connecting.ts'
import { endOnce, type Ending } from './ending.ts'
import type { LightRequest } from './request.ts'
import { lightResponse } from './response.ts'

const STATUSES_WITHOUT_BODY = new Set([101, 204, 205, 304])
const REDIRECTING_STATUSES = new Set([301, 302, 303, 307, 308])

/**
 * Sends a request that was opened, and resolves with the head of its answer; its body comes after.
 *
 * @throws TypeError `fetch failed` with the network's error as its cause; the reason of the signal
 */
export async function exchange(
  request: ClientRequest,
  wanted: LightRequest,
  connecting: Connecting,
  signal: AbortSignal | null,
): Promise<Response> {
  const head = Promise.withResolvers<Response>()
  const body = Promise.withResolvers<Buffer>()
  // Nobody may ever ask for it.
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
