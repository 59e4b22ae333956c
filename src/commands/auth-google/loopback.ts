import { createServer, type Server } from 'node:http'
import { AppError } from '../../kernel/errors.ts'

/** A port of this machine at which one answer is waited for. */
export interface Loopback {
  /** Where the browser is sent back to. */
  readonly redirectUri: string
  /** What it came back with; rejects where `stop` aborts first. Nothing is listened to after it. */
  readonly answer: Promise<URLSearchParams>
}

const DONE = 'EchoPilot has what it needs. You can close this page.\n'

/**
 * Listens on a free port of 127.0.0.1 alone. Anybody on this machine can call it: what is no answer to this sign-in is
 * refused, and waited on.
 */
export async function openLoopback(
  isAnswer: (came: URLSearchParams) => boolean,
  stop: AbortSignal,
): Promise<Loopback> {
  const answer = Promise.withResolvers<URLSearchParams>()
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const isMeant = request.method === 'GET' && pathname === '/' && isAnswer(searchParams)
    response.writeHead(isMeant ? 200 : 404, {
      'content-type': 'text/plain; charset=utf-8',
      connection: 'close',
    })
    response.end(isMeant ? DONE : 'This is no answer to the sign-in that is waited for.\n')
    if (isMeant) answer.resolve(searchParams)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const giveUp = (): void =>
    answer.reject(new AppError('refused', 'nobody signed in before it was stopped', 'echopilot auth google'))
  stop.addEventListener('abort', giveUp, { once: true })
  const closed = answer.promise.finally(() => {
    stop.removeEventListener('abort', giveUp)
    server.close()
  })
  return { redirectUri: `http://127.0.0.1:${String(portOf(server))}`, answer: closed }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
