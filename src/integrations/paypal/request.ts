import type { FetchRequest } from '../../kernel/http/fetch.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import { exchange, readAnswer, type PayPalOptions, type Read } from './exchange.ts'
import { tokenKeeper } from './token.ts'

/** One request of the API. */
interface PayPalRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object
  /** The `PayPal-Request-Id`. */
  readonly key?: string
}

/** Asks, and reads the answer. @throws ServiceFailure */
type SendPayPal = <T>(request: PayPalRequest, read: Read<T>) => Promise<T>

const QUICK_TRIES = 3
const QUICK_WAIT_MS = 400
/** Where PayPal asks for a longer wait, the caller decides. */
const LONGEST_QUICK_WAIT_MS = 5_000

/**
 * Sends requests with an access token. A token that PayPal does not take any more is replaced once: nothing was done. A
 * request that was refused for its rate is sent again shortly, and so is one that only reads.
 */
export function paypalSender(options: PayPalOptions): SendPayPal {
  const { world, clientId, clientSecret } = options
  const token = tokenKeeper(options)
  const sendOnce = async <T>(request: PayPalRequest, read: Read<T>): Promise<T> => {
    for (let isFirst = true; ; isFirst = false) {
      const bearer = await token.get()
      const answer = await exchange(options, request.path, withHeaders(request, bearer))
      if (answer.status === 401) token.forget(bearer)
      if (answer.status !== 401 || !isFirst) return readAnswer(answer, read, [clientId, clientSecret, bearer])
    }
  }
  return async (request, read) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await sendOnce(request, read)
      } catch (error) {
        const waitMs = quickWaitMs(error, request, tries, world)
        if (waitMs === null) throw error
        await world.clock.sleep(waitMs)
      }
    }
  }
}

function withHeaders({ method, body, key }: PayPalRequest, bearer: string): FetchRequest {
  const headers = { authorization: `Bearer ${bearer}` }
  if (body === undefined) return { method, headers }
  const keyed = key === undefined ? {} : { 'paypal-request-id': key }
  const asked = { 'content-type': 'application/json', prefer: 'return=representation', ...keyed }
  return { method, headers: { ...headers, ...asked }, body: JSON.stringify(body) }
}

/** How long to wait before the next try; null where there is to be none. */
function quickWaitMs(
  error: unknown,
  { method }: PayPalRequest,
  tries: number,
  { random }: Pick<World, 'random'>,
): number | null {
  if (!(error instanceof ServiceFailure) || tries >= QUICK_TRIES) return null
  const { errorClass, retryAfterMs } = error
  const helps = errorClass === 'throttled' || (errorClass === 'transient' && method === 'GET')
  const waitMs = retryAfterMs ?? QUICK_WAIT_MS * 2 ** (tries - 1) * (1 + random.fraction())
  return helps && waitMs <= LONGEST_QUICK_WAIT_MS ? waitMs : null
}
