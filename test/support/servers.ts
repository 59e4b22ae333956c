/** Servers on loopback whose every byte a test writes. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as it came in. */
export interface Arrived {
  readonly method: string
  readonly url: string
  /** Names in lower case and values in turn. */
  readonly headers: readonly string[]
  readonly body: string
}

/** A server that is closed when the test is over. */
export interface Listening {
  readonly url: string
  readonly port: number
  /** Connections that were made so far. */
  readonly connections: () => number
  readonly arrived: readonly Arrived[]
}

/** An HTTP server. */
export async function httpServer(
  respond: (response: ServerResponse, request: IncomingMessage) => void,
  host = '127.0.0.1',
): Promise<Listening> {
  const arrived: Arrived[] = []
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', rawHeaders: headers } = request
      arrived.push({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') })
      respond(response, request)
    })
  })
  return { ...(await listening(server, host)), arrived }
}

/** A server that says whatever it wants. `data` is called for each piece that comes in. */
export async function rawServer(data: (socket: Socket, text: string) => void): Promise<Listening> {
  const server = createTcpServer(socket => {
    socket.on('data', chunk => data(socket, chunk.toString('latin1')))
    socket.on('error', () => socket.destroy())
  })
  return { ...(await listening(server)), arrived: [] }
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Has a server listen on a free port, until the test is over. */
export async function listening(server: Server, host = '127.0.0.1'): Promise<Omit<Listening, 'arrived'>> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => sockets.add(socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  onTestFinished(
    async () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  )
  const port = portOf(server)
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `http://${name}:${String(port)}`, port, connections: () => sockets.size }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
