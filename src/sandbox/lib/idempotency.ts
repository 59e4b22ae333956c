/** Idempotency keys: a request that is repeated under its key is answered as it was the first time, without effect. */
import { createHash } from 'node:crypto'
import type { Database } from './db.ts'
import { objects } from './objects.ts'
import type { Reply, Route, SandboxRequest } from './service.ts'

/** How a vendor takes keys. */
export interface IdempotencyRules {
  /** The header that carries the key, in lower case; requests without one are worked on each time. */
  readonly header: string
  /** The vendor's answer to a key that was used for another request. */
  readonly conflict: (request: SandboxRequest) => Reply
}

interface Answered {
  readonly request: string
  readonly reply: Pick<Reply, 'status' | 'headers' | 'body'>
}

/**
 * Makes handlers take keys. The first reply is kept in the transaction of the handler, so what a kill undoes is worked
 * on again; a refusal (`VendorError`) is not kept. Bodies must be text or JSON.
 */
export function idempotent(
  db: Database,
  rules: IdempotencyRules,
): (handle: Route['handle']) => Route['handle'] {
  const answered = objects<Answered>(db, 'idempotency-key')
  return handle => request => {
    const key = request.headers[rules.header]
    if (typeof key !== 'string') return handle(request)
    const asked = digestOf(request)
    const first = answered.get(key)
    if (first !== undefined) return first.request === asked ? first.reply : rules.conflict(request)
    const reply = handle(request)
    const { status, headers = {}, body } = reply
    answered.add({ request: asked, reply: { status, headers, body } }, key)
    return reply
  }
}

function digestOf({ method, path, rawBody }: SandboxRequest): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(rawBody).digest('hex')
}
