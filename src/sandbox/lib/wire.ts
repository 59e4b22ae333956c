/** Reading requests and writing replies, whole or broken on purpose. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from './service.ts'

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
