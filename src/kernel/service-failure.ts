/**
 * A call to a service that gave nothing usable, in terms of what helps. `credential`: the service has to be set
 * up otherwise, by its key or its address; all work that needs it waits.
 */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure'
  readonly errorClass: 'transient' | 'throttled' | 'permanent' | 'credential'
  /** `no` only where the service refused before doing any work. */
  readonly billed: 'no' | 'unknown'
  readonly retryAfterMs: number | null
  readonly requestId: string | null
  /** What the operator can do, where the answer itself tells. */
  readonly fix: string | null
  /** The HTTP status and the service's own code of the error, where there are any: how the failure looks. */
  readonly status: number | null
  readonly code: string | null
  /**
   * The idempotency key that was sent has its answer, or belongs to another request: asked again with it, the service
   * gives nothing else.
   */
  readonly isKept: boolean

  constructor(
    message: string,
    facts: {
      errorClass: ServiceFailure['errorClass']
      billed: ServiceFailure['billed']
      retryAfterMs?: number | null
      requestId?: string | null
      fix?: string | null
      status?: number | null
      code?: string | null
      isKept?: boolean
      cause?: unknown
    },
  ) {
    super(message, { cause: facts.cause })
    this.errorClass = facts.errorClass
    this.billed = facts.billed
    this.retryAfterMs = facts.retryAfterMs ?? null
    this.requestId = facts.requestId ?? null
    this.fix = facts.fix ?? null
    this.status = facts.status ?? null
    this.code = facts.code ?? null
    this.isKept = facts.isKept ?? false
  }
}

/** The code of a list or a tree of blocks that never ends: the page that was read is at fault, not the service. */
export const ENDLESS = 'endless'

/** Whether a service refused this one request for good; others of the same work may well succeed. */
export function isRefusal(thrown: unknown): thrown is ServiceFailure {
  return thrown instanceof ServiceFailure && thrown.errorClass === 'permanent'
}

/** A failure for what a service would refuse, or must not be asked for: nothing was done. */
export function refusal(message: string): ServiceFailure {
  return new ServiceFailure(message, { errorClass: 'permanent', billed: 'no' })
}

/** What a service answers, or null where it refuses this one request for good. */
export async function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

/** What to type after a failure of a service. */
export function nextAfter({ fix }: Pick<ServiceFailure, 'fix'>): string {
  return fix === null ? 'echopilot doctor' : `${fix}, then run the same command again`
}

/** Errors of a connection that was never made, by the code that any client has for them: most likely. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * A request that got no whole answer: refused connection, cut, timed out. It may have arrived, and what was
 * wanted may have happened, unless nothing of it was sent.
 */
export function networkFailure(error: unknown): ServiceFailure {
  const code = codeOf(error)
  const message = messageOf(error)
  return new ServiceFailure(code === null || message.includes(code) ? message : `${message} (${code})`, {
    errorClass: 'transient',
    billed: wasNeverSent(error, code) ? 'no' : 'unknown',
    cause: error,
  })
}

/**
 * Our own fetch knows it, and says `sent`. That counts before the code: the system gives some of these codes also
 * for a connection that was made, and broke when the network was gone.
 */
function wasNeverSent(error: unknown, code: string | null): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('sent' in at && typeof at.sent === 'boolean') return !at.sent
  }
  return code !== null && NEVER_SENT.has(code)
}

function codeOf(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return null
}

function messageOf(error: unknown): string {
  let deepest = 'network error'
  for (let at: unknown = error; at instanceof Error; at = at.cause) deepest = at.message || deepest
  return deepest
}
