/** Idempotency keys: a request that is repeated under its key is answered as it was the first time, without effect. */
import { createHash } from 'node:crypto'
import type { Database } from './db.ts'
import { objects } from './objects.ts'
import { VendorError, type Clock, type Reply, type Route, type SandboxRequest } from './service.ts'

/** How a vendor takes keys. */
export interface IdempotencyRules {
  /** The header that carries the key, in lower case; requests without one are worked on each time. */
  readonly header: string
  /** The vendor's answer to a key that was used for another request, which was sent to `firstPath`. */
  readonly conflict: (request: SandboxRequest, firstPath: string) => Reply
  /** What keys are told apart by, such as the account; all are in one if left out. */
  readonly scope?: (request: SandboxRequest) => string
  /** How long a key is remembered; for ever if left out. */
  readonly memory?: { readonly ms: number; readonly now: Clock }
  /** Which refusals are kept as answers; none if left out. What was kept had no effect all the same. */
  readonly keeps?: (refusal: Reply) => boolean
  /** What is different in an answer that is given again. */
  readonly replayed?: (reply: Reply, request: SandboxRequest) => Reply
}

interface Answered {
  readonly atMs: number
  readonly path: string
  readonly request: string
  readonly reply: Pick<Reply, 'status' | 'headers' | 'body'>
}

/**
 * Makes handlers take keys. The first reply is kept in the transaction of the handler, so what a kill undoes is worked
 * on again; a refusal (`VendorError`) is kept where the rules say so. Bodies must be text or JSON.
 */
export function idempotent(
  db: Database,
  rules: IdempotencyRules,
): (handle: Route['handle']) => Route['handle'] {
  const { memory, replayed = reply => reply } = rules
  const answered = objects<Answered>(db, 'idempotency-key')
  const remembered = (id: string): Answered | undefined => {
    const first = answered.get(id)
    if (first === undefined || memory === undefined || first.atMs + memory.ms > memory.now()) return first
    answered.remove(id)
    return undefined
  }
  return handle => {
    const attempt = db.transaction(handle)
    return request => {
      const id = keyOf(request, rules)
      if (id === undefined) return handle(request)
      const asked = digestOf(request)
      const first = remembered(id)
      if (first !== undefined) {
        return first.request === asked ? replayed(first.reply, request) : rules.conflict(request, first.path)
      }
      const reply = orRefusal(() => attempt(request), rules)
      const { status, headers = {}, body } = reply
      const atMs = memory?.now() ?? 0
      answered.add({ atMs, path: request.path, request: asked, reply: { status, headers, body } }, id)
      return reply
    }
  }
}

/** The keys of requests that are being worked on; a second one is answered by `busy`. For `Service.enter`. */
export function keysInUse(
  rules: Pick<IdempotencyRules, 'header' | 'scope'>,
  busy: (request: SandboxRequest) => Reply,
): (request: SandboxRequest) => Reply | (() => void) {
  const inUse = new Set<string>()
  return request => {
    const id = keyOf(request, rules)
    if (id === undefined) return () => undefined
    if (inUse.has(id)) return busy(request)
    inUse.add(id)
    return () => void inUse.delete(id)
  }
}

function keyOf(
  request: SandboxRequest,
  { header, scope }: Pick<IdempotencyRules, 'header' | 'scope'>,
): string | undefined {
  const key = request.headers[header]
  if (typeof key !== 'string') return undefined
  return scope === undefined ? key : `${scope(request)} ${key}`
}

/** The attempt is a transaction of its own: a refusal that is kept undoes what was done before it. */
function orRefusal(attempt: () => Reply, { keeps }: IdempotencyRules): Reply {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof VendorError && keeps?.(error.reply) === true) return error.reply
    throw error
  }
}

function digestOf({ method, path, rawBody }: SandboxRequest): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(rawBody).digest('hex')
}
