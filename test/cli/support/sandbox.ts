/** The OpenAI stand-in behind a gate: the test sees each request arrive and may hold it, change the answer or give its own. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { testServer, KEY, type TestServer } from '../../sandbox/support/server.ts'
import { newHome, type Home } from './run.ts'

/** A request as it came. */
export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An answer of the test's own. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** What to do with a request: an answer of one's own, or null to let it through to the stand-in. */
export type Answering = (arrived: Arrived) => Answer | null | Promise<Answer | null>

/** A server that hands each request to the test. */
export interface Gate {
  readonly url: string
  readonly arrived: readonly Arrived[]
}

/** Opens a gate before `upstream`; closed when the test is over. */
async function openGate(upstream: string, answering: Answering): Promise<Gate> {
  const arrived: Arrived[] = []
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const here = await read(request)
    arrived.push(here)
    const own = await answering(here)
    const answer = own ?? (await forward(upstream, here))
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(answer.body)
  }
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    async () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${String(port)}`, arrived }
}

async function read(request: IncomingMessage): Promise<Arrived> {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(request, 'end')
  const { method = '', url = '', headers } = request
  return { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') }
}

async function forward(upstream: string, { method, path, headers, body }: Arrived): Promise<Answer> {
  const answer = await fetch(upstream + path, {
    method,
    headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body }),
  })
  const type = answer.headers.get('content-type') ?? 'application/json'
  return { status: answer.status, headers: { 'content-type': type }, body: await answer.text() }
}

/** A home whose model service is a stand-in of its own. */
export async function sandboxHome(
  env: Readonly<Record<string, string>> = {},
): Promise<Home & { readonly server: TestServer }> {
  const server = await testServer()
  return { ...newHome({ OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: KEY, ...env }), server }
}

/** A home whose model service is a stand-in behind a gate. */
export async function gatedHome(
  answering: Answering,
  env: Readonly<Record<string, string>> = {},
): Promise<Home & { readonly server: TestServer; readonly gate: Gate }> {
  const server = await testServer()
  const gate = await openGate(server.url, answering)
  return { ...newHome({ OPENAI_BASE_URL: `${gate.url}/v1`, OPENAI_API_KEY: KEY, ...env }), server, gate }
}

/** A brief that the stand-in works on and passes. */
export const BRIEF =
  'Compare three invoicing tools for a two-person agency. Tool A costs 12 euros, tool B 20 euros, tool C 9 euros.'

/** A port of this machine on which nothing listens. */
export async function closedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return String(typeof address === 'object' && address !== null ? address.port : 0)
}
