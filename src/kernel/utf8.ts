import { AppError } from './errors.ts'

/**
 * Bytes that a person gave as a text, which must be UTF-8; a byte order mark at the start is dropped. Read as
 * anything else, letters would be lost without an error.
 * @param what names the text in the message: `the brief`
 * @throws AppError `usage`, with the first byte that is wrong
 */
export function utf8Text(bytes: Uint8Array, what: string): string {
  const utf16 = utf16Name(bytes)
  if (utf16 !== null) {
    throw new AppError('usage', `${what} is ${utf16}, not UTF-8`, `iconv -f ${utf16} -t UTF-8 OLD > NEW`)
  }
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const flaw = text.includes(REPLACEMENT) ? firstFlaw(bytes, text) : null
  if (flaw === null) return text.startsWith('\ufeff') ? text.slice(1) : text
  throw new AppError(
    'usage',
    `${what} is not UTF-8: byte ${flaw.offset} (line ${flaw.line}) is 0x${flaw.byte.toString(16).padStart(2, '0')}`,
    'save it as UTF-8, or turn it into that: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW',
  )
}

/** What stands for bytes that could not be read; also a character of its own, which may well be in a text. */
export const REPLACEMENT = '\ufffd'

function utf16Name(bytes: Uint8Array): string | null {
  const [first, second, third, fourth] = bytes
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'UTF-32LE' : 'UTF-16LE'
  if (first === 0xfe && second === 0xff) return 'UTF-16BE'
  return first === 0 && second === 0 && third === 0xfe && fourth === 0xff ? 'UTF-32BE' : null
}

/** Before the first flaw, text and bytes say the same: a place in one is a place in the other. */
function firstFlaw(
  bytes: Uint8Array,
  text: string,
): { readonly offset: number; readonly line: number; readonly byte: number } | null {
  let offset = 0
  let from = 0
  for (let at = text.indexOf(REPLACEMENT); at !== -1; at = text.indexOf(REPLACEMENT, from)) {
    offset += Buffer.byteLength(text.slice(from, at))
    const [byte, second, third] = bytes.subarray(offset, offset + 3)
    if (byte !== undefined && !(byte === 0xef && second === 0xbf && third === 0xbd)) {
      return { offset, line: text.slice(0, at).split('\n').length, byte }
    }
    offset += 3
    from = at + 1
  }
  return null
}
