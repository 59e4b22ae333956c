/** A server before a stand-in: the test sees each request arrive and may hold it, change the answer or give its own. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listening } from './servers.ts'

/** A request as it came. */
export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An answer as it goes out. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** What to do with a request: an answer of one's own, or null to let it through; `pass` asks the stand-in, with these headers instead if given. */
export type Answering = (
  arrived: Arrived,
  pass: (headers?: Readonly<Record<string, string>>) => Promise<Answer>,
) => Answer | null | Promise<Answer | null>

/** A server that hands each request to the test. */
export interface Gate {
  readonly url: string
  readonly arrived: readonly Arrived[]
}

/** Headers that belong to one connection, or that are made anew with the body. */
const OWN_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'])

/** Opens a gate before `upstream`; closed when the test is over. */
export async function openGate(upstream: string, answering: Answering): Promise<Gate> {
  const arrived: Arrived[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const here = await read(request)
    arrived.push(here)
    const pass = async (headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
      forward(upstream, { ...here, headers: { ...here.headers, ...headers } })
    const answer = (await answering(here, pass)) ?? (await pass())
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(answer.body)
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  const { url } = await listening(server)
  return { url, arrived }
}

async function read(request: IncomingMessage): Promise<Arrived> {
  const body = await buffer(request)
  const { method = '', url = '', headers } = request
  return { method, path: url, headers, body: body.toString('utf8') }
}

async function forward(upstream: string, { method, path, headers, body }: Arrived): Promise<Answer> {
  const kept = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !OWN_HEADERS.has(name)) kept.set(name, String(value))
  }
  const answer = await fetch(upstream + path, {
    method,
    headers: kept,
    ...(body === '' ? {} : { body }),
  })
  const type = answer.headers.get('content-type') ?? 'application/json'
  return { status: answer.status, headers: { 'content-type': type }, body: await answer.text() }
}
