/** A request whose body is in memory, ready for node:http. */
export interface LightRequest {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  /** What a redirecting answer is: an answer, or an error. */
  readonly redirectIsError: boolean
}

/** What fetch takes. */
export type FetchInput = Parameters<typeof globalThis.fetch>[0]

/** What node:http could carry and fetch forbids: no answer in the usual sense follows. */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])
/** The length is said here, and it is that of the body. */
const OWN_HEADERS = ['content-length', 'transfer-encoding']

/**
 * What fetch would send, as far as it is an `http:` or `https:` request given by its address and with a text,
 * bytes or a form as its body. Null for everything else (a `Request`, a stream, a `FormData`, a `data:`
 * address).
 *
 * @throws TypeError as fetch does: not an address, a password in it, a method that is forbidden, a body where
 *   none may be
 */
export function lightRequest(input: FetchInput, init: RequestInit): LightRequest | null {
  const url = urlOf(input)
  const body = bodyOf(init.body ?? null)
  if (url === null || body === null) return null
  const method = methodOf(init.method ?? 'GET', body.bytes !== null)
  return {
    url,
    method,
    headers: headersOf(init.headers ?? {}, body),
    body: body.bytes,
    redirectIsError: init.redirect === 'error',
  }
}

function urlOf(input: FetchInput): URL | null {
  if (typeof input !== 'string' && !(input instanceof URL)) return null
  const url = new URL(input)
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('the address of a request must not hold a user name or password')
  }
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
}

function methodOf(given: string, hasBody: boolean): string {
  const method = given.toUpperCase()
  if (FORBIDDEN_METHODS.has(method)) throw new TypeError(`${method} requests cannot be sent`)
  if (hasBody && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError(`a ${method} request cannot have a body`)
  }
  return method
}

interface RequestBody {
  readonly bytes: Uint8Array | null
  /** Its type, unless the headers say another. */
  readonly type: string | null
}

/** Null for a body that is not in memory. */
function bodyOf(body: NonNullable<RequestInit['body']> | null): RequestBody | null {
  if (body === null) return { bytes: null, type: null }
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: 'text/plain;charset=UTF-8' }
  if (body instanceof URLSearchParams) {
    return { bytes: Buffer.from(body.toString()), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  }
  const bytes = copyOf(body)
  return bytes === null ? null : { bytes, type: null }
}

/** A copy, so that what the caller does with the memory after the call changes nothing. */
function copyOf(body: unknown): Uint8Array | null {
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice())
  if (!ArrayBuffer.isView(body)) return null
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
}

function headersOf(
  given: NonNullable<RequestInit['headers']>,
  { bytes, type }: RequestBody,
): Record<string, string> {
  const headers = gathered(given)
  for (const name of OWN_HEADERS) headers.delete(name)
  return {
    accept: '*/*',
    'accept-encoding': 'gzip, deflate, br',
    ...(type === null ? {} : { 'content-type': type }),
    ...Object.fromEntries(headers),
    ...(bytes === null ? {} : { 'content-length': String(bytes.length) }),
  }
}

/** By their name in lower case, those of the same name joined, without blanks around them, as fetch does. */
function gathered(given: NonNullable<RequestInit['headers']>): Map<string, string> {
  const headers = new Map<string, string>()
  for (const [called, value] of Symbol.iterator in given ? given : Object.entries(given)) {
    const name = called.toLowerCase()
    const before = headers.get(name)
    const text = String(value).trim()
    headers.set(name, before === undefined ? text : `${before}, ${text}`)
  }
  return headers
}
