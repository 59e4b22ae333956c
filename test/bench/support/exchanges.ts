import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Service } from './office.ts'

/** A call as it was made, and its answer. */
export interface Exchange {
  readonly service: Service
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Empty where there was none. */
  readonly body: string
  readonly answer: string
}

/** Stands before both stand-ins and writes down what passes. */
export interface Listener {
  readonly exchanges: readonly Exchange[]
  /** What the program needs in its environment to go through it. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** Listens on free ports before the two addresses. */
export async function listenBefore(url: (service: Service) => string): Promise<Listener> {
  const exchanges: Exchange[] = []
  const openai = await openDoor('openai', url('openai'), exchanges)
  const notion = await openDoor('notion', url('notion'), exchanges)
  return {
    exchanges,
    env: { OPENAI_BASE_URL: `${openai.url}/v1`, NOTION_BASE_URL: notion.url },
    close: async () => {
      await Promise.all([openai.close(), notion.close()])
    },
  }
}

interface Door {
  readonly url: string
  close(): Promise<void>
}

async function openDoor(service: Service, upstream: string, into: Exchange[]): Promise<Door> {
  const server = createServer((request, response) => {
    pass(service, upstream, request).then(
      ({ exchange, status, type }) => {
        into.push(exchange)
        response.writeHead(status, { 'content-type': type }).end(exchange.answer)
      },
      () => response.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function pass(
  service: Service,
  upstream: string,
  request: IncomingMessage,
): Promise<{ exchange: Exchange; status: number; type: string }> {
  const { method = 'GET', url: path = '/', headers } = request
  const body = await text(request)
  const version = headers['notion-version']
  const response = await fetch(upstream + path, {
    method,
    headers: {
      authorization: headers.authorization ?? '',
      'content-type': 'application/json',
      ...(typeof version === 'string' ? { 'notion-version': version } : {}),
    },
    ...(body === '' ? {} : { body }),
  })
  const answer = await response.text()
  return {
    exchange: { service, method, path, body, answer },
    status: response.status,
    type: response.headers.get('content-type') ?? 'application/json',
  }
}
