import type * as Zlib from 'node:zlib'
import { MOST_BYTES } from './body.ts'

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
export async function decoded(bytes: Buffer, encoding: string | null): Promise<Buffer> {
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
