/** The wire: who and what a request is for, its body, and replies, whole or broken on purpose. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from './service.ts'

const OWN_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Whether a request was meant for this machine. A page of another site may have its own name lead here (DNS
 * rebinding), and would then read and press whatever it likes; but the browser says that name.
 */
export function isOwnHost(host: string | undefined): boolean {
  return OWN_HOSTS.has((host ?? '').toLowerCase().replace(/:\d+$/, ''))
}

/** The path and query; null for what is none, such as `*`, a whole address, or a path with a broken escape. */
export function targetOf(target: string | undefined): URL | null {
  if (target?.startsWith('/') !== true) return null
  const url = URL.parse(`http://127.0.0.1${target}`)
  return url === null || !isDecodable(url.pathname) ? null : url
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** The body, or undefined when it is longer than `limitBytes` (the rest is read and thrown away). Rejects when the client goes away. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limitBytes) chunks.push(chunk)
  }
  return size > limitBytes ? undefined : Buffer.concat(chunks)
}

/** How much of a reply goes out. */
export type Breakage = 'none' | 'half' | 'all'

/** Sends `reply`; with breakage `half` the connection is cut within the body, with `all` before the first byte. */
export function send(response: ServerResponse, reply: Reply, breakage: Breakage = 'none'): void {
  if (breakage === 'all') {
    response.destroy()
    return
  }
  const bytes = encode(reply.body)
  response.writeHead(reply.status, {
    'content-type': typeof reply.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': bytes.length,
    ...reply.headers,
  })
  if (breakage === 'half') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
    return
  }
  response.end(bytes, () => reply.onDelivered?.())
}

function encode(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
