import type { FastifyReply, FastifyRequest } from 'fastify'
import { nodeNet } from '../../kernel/node-modules.ts'
import type { Clock } from '../../kernel/world.ts'
import type { Log } from '../../kernel/log.ts'
import { NOT_FOUND, refusal, type Answer, type Intake } from './intake.ts'

/** Where to listen: on a socket that somebody opened for us, or on an address of our own. */
export type Place =
  | { readonly kind: 'inherited'; readonly fd: number }
  | { readonly kind: 'own'; readonly host: string; readonly port: number }

/** What a server is made of. */
export interface ServerOptions {
  readonly intake: Intake
  /** Addresses of proxies whose word is taken for who a request comes from. */
  readonly trustedProxies: readonly string[]
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly log: Log
}

/** A server that listens. */
export interface HttpServer {
  readonly host: string
  readonly port: number
  /**
   * Takes no connection more, answers what is asked on those there are, and ends them. What waits to be accepted on an
   * inherited socket is left to the next process.
   */
  close(): Promise<void>
}

/** Events of Stripe are far smaller; PayPal's too. */
const MOST_BODY_BYTES = 1024 * 1024
/** For the whole of a request: what comes more slowly is not from a service. */
const REQUEST_MS = 10_000
const HEADERS_MS = 5_000
const MOST_CONNECTIONS = 2_000
/** A client with an open connection may have sent something while we were told to stop. */
const LAST_REQUESTS_MS = 2_000
const LONGEST_CLOSE_MS = 20_000

/** Listens. @throws Error of Node where the address cannot be had */
export async function listen(place: Place, options: ServerOptions): Promise<HttpServer> {
  const { app, end } = await application(options)
  await app.ready()
  const { server } = app
  server.maxConnections = MOST_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(place.kind === 'inherited' ? { fd: place.fd } : place, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address()
  const { address: host = '', port = 0 } = typeof bound === 'string' ? {} : (bound ?? {})
  return {
    host,
    port,
    close: async () => {
      end()
      const ended = new Promise<void>(resolve => {
        // That of http would break off connections on which nothing is asked just now.
        nodeNet().Server.prototype.close.call(server, () => resolve())
      })
      const done = new AbortController()
      void ended.then(() => done.abort())
      await options.clock.sleep(LAST_REQUESTS_MS, done.signal)
      server.closeIdleConnections()
      await options.clock.sleep(LONGEST_CLOSE_MS, done.signal)
      server.closeAllConnections()
      await ended
    },
  }
}

async function application({ intake, trustedProxies, clock, log }: ServerOptions) {
  // Help loads every command, and nearly all of this one's code is here.
  const { fastify } = await import('fastify')
  const app = fastify({
    bodyLimit: MOST_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    exposeHeadRoutes: false,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: 1_000 },
  })
  let isEnding = false
  const answer = (reply: FastifyReply, { status, body, retryAfterS }: Answer): FastifyReply => {
    reply.code(status).headers(HEADERS)
    if (retryAfterS !== null) reply.header('retry-after', retryAfterS)
    if (isEnding) reply.header('connection', 'close')
    return reply.send(body)
  }
  app.removeAllContentTypeParsers()
  // What was signed are the bytes, whatever they are said to be.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.get('/health/live', (_request, reply) => answer(reply, LIVE))
  app.post<{ Params: { service: string } }>('/webhook/:service', async (request, reply) =>
    answer(reply, await intake(request.params.service, sentBy(request, clock.now()))),
  )
  app.setNotFoundHandler((_request, reply) => answer(reply, NOT_FOUND))
  app.setErrorHandler(
    (error: { readonly statusCode?: number; readonly message: string }, _request, reply) => {
      const { statusCode = 500, message } = error
      if (statusCode >= 500) log.error('a request was not answered as it should be', { error: message })
      return answer(reply, refusal(statusCode, WORDS.get(statusCode) ?? 'cannot be read'))
    },
  )
  return { app, end: () => (isEnding = true) }
}

const LIVE: Answer = { status: 200, body: '{"status":"live"}', retryAfterS: null }

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

/** Nothing of ours is said to strangers. */
const WORDS: ReadonlyMap<number, string> = new Map([
  [413, 'too large'],
  [500, 'internal error'],
])

function sentBy(request: FastifyRequest, atMs: number) {
  const { body, headers, ip } = request
  return {
    body: body instanceof Uint8Array ? body : new Uint8Array(),
    header: (name: string): string | null => {
      const value = headers[name]
      return typeof value === 'string' ? value : null
    },
    atMs,
    from: ip,
  }
}
