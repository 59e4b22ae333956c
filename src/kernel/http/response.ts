import { type LightBody, MOST_BYTES } from './body.ts'

/** What comes before the body of an answer. */
export interface AnswerHead {
  readonly url: string
  readonly status: number
  readonly statusText: string
  /** Names and values in turn, as node:http has them. */
  readonly rawHeaders: readonly string[]
}

/**
 * An answer as fetch gives it, without loading undici: only `blob()` and `formData()` do. Not an instance of
 * `Response`. Its body can be read once, as text, JSON, bytes or by its stream, which comes in one piece.
 * Reading rejects with what `LightBody` says, and with a TypeError for a body that was read before or is not
 * encoded as it says.
 *
 * @param body null where the answer can have none
 */
export function lightResponse(head: AnswerHead, body: LightBody | null): Response {
  const headers = lightHeaders(head.rawHeaders)
  let used = false
  let stream: Response['body'] = null
  const take = async (): Promise<Buffer> => {
    if (used) throw new TypeError('Body is unusable: Body has already been read')
    if (body === null) return Buffer.alloc(0)
    used = true
    return decoded(await body.bytes(), headers.get('content-encoding'))
  }
  const text = async (): Promise<string> => new TextDecoder().decode(await take())
  // A copy: the memory behind it is shared, with clones and with other answers.
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await take())
  return {
    url: head.url,
    status: head.status,
    statusText: head.statusText,
    ok: head.status >= 200 && head.status <= 299,
    redirected: false,
    type: 'basic',
    headers,
    get bodyUsed() {
      return used
    },
    get body() {
      return body === null ? null : (stream ??= streamOf(take, () => body.cancel()))
    },
    text,
    json: async (): Promise<unknown> => JSON.parse(await text()),
    bytes,
    arrayBuffer: async () => (await bytes()).buffer,
    blob: async () => typed(await bytes(), headers).blob(),
    formData: async () => typed(await bytes(), headers).formData(),
    clone: () => {
      if (used) throw new TypeError('Response.clone: Body has already been consumed.')
      return lightResponse(head, body)
    },
  }
}

/** Nothing is taken before someone reads. */
function streamOf(take: () => Promise<Buffer>, cancel: () => void): NonNullable<Response['body']> {
  return new ReadableStream(
    {
      pull: async controller => {
        const bytes = await take()
        if (bytes.length > 0) controller.enqueue(new Uint8Array(bytes))
        controller.close()
      },
      cancel,
    },
    { highWaterMark: 0 },
  )
}

/** The real one knows how to read forms, and costs the loading of undici. */
function typed(bytes: Uint8Array<ArrayBuffer>, headers: Headers): Response {
  const type = headers.get('content-type')
  return new Response(bytes, { headers: type === null ? {} : { 'content-type': type } })
}

/**
 * The headers of an answer as `Headers` has them, without loading undici: names in lower case and sorted,
 * values of the same name joined by `, `, cookies apart. They cannot be changed.
 *
 * @param raw names and values in turn, as node:http has them
 */
export function lightHeaders(raw: readonly string[]): Headers {
  const all = gathered(raw)
  const { values, cookies } = all
  const entries = (): ArrayIterator<[string, string]> => sorted(all).values()
  const headers: Headers = {
    get: name => values.get(name.toLowerCase()) ?? null,
    has: name => values.has(name.toLowerCase()),
    getSetCookie: () => [...cookies],
    forEach: (callback, thisArg) => {
      for (const [name, value] of entries()) callback.call(thisArg, value, name, headers)
    },
    keys: () => entries().map(([name]) => name),
    values: () => entries().map(([, value]) => value),
    entries,
    [Symbol.iterator]: entries,
    append: immutable,
    set: immutable,
    delete: immutable,
  }
  return headers
}

function immutable(): never {
  throw new TypeError('the headers of an answer are immutable')
}

interface Gathered {
  readonly values: ReadonlyMap<string, string>
  readonly cookies: readonly string[]
}

function gathered(raw: readonly string[]): Gathered {
  const values = new Map<string, string>()
  const cookies: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const value = raw[at + 1] ?? ''
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before}, ${value}`)
    if (name === 'set-cookie') cookies.push(value)
  }
  return { values, cookies }
}

/** Each cookie is an entry of its own, because a comma may be part of one. */
function sorted({ values, cookies }: Gathered): [string, string][] {
  return [...values]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) =>
      name === 'set-cookie' ? cookies.map((cookie): [string, string] => [name, cookie]) : [[name, value]],
    )
}

import type * as Zlib from 'node:zlib'

/** The lower half of the first byte of a zlib header says deflate; some servers leave the header out. */
const ZLIB_METHOD_MASK = 0x0f
const ZLIB_DEFLATE = 0x08

type Decode = (zlib: typeof Zlib, bytes: Buffer, limit: { readonly maxOutputLength: number }) => Buffer

const DECODERS = new Map<string, Decode>([
  ['gzip', (zlib, bytes, limit) => zlib.gunzipSync(bytes, limit)],
  ['x-gzip', (zlib, bytes, limit) => zlib.gunzipSync(bytes, limit)],
  ['br', (zlib, bytes, limit) => zlib.brotliDecompressSync(bytes, limit)],
  ['deflate', inflate],
])

/**
 * The body that a Content-Encoding wraps. One that is not known leaves the body as it is, as fetch does.
 * Unpacks in one go: answers of APIs are small, and it takes less work than in the background.
 *
 * @throws TypeError when it is cut short, broken, or larger than allowed once unpacked
 */
async function decoded(bytes: Buffer, encoding: string | null): Promise<Buffer> {
  if (encoding === null || bytes.length === 0) return bytes
  const names = encoding.split(',').map(name => name.trim().toLowerCase())
  const decoders = names.map(name => DECODERS.get(name)).filter(decode => decode !== undefined)
  if (decoders.length < names.length) return bytes
  const zlib = await import('node:zlib')
  try {
    return decoders.reduceRight(
      (packed, decode) => decode(zlib, packed, { maxOutputLength: MOST_BYTES }),
      bytes,
    )
  } catch (error) {
    throw new TypeError('terminated', { cause: error })
  }
}

function inflate(...[zlib, bytes, limit]: Parameters<Decode>): Buffer {
  const hasHeader = ((bytes[0] ?? 0) & ZLIB_METHOD_MASK) === ZLIB_DEFLATE
  return hasHeader ? zlib.inflateSync(bytes, limit) : zlib.inflateRawSync(bytes, limit)
}
