/** Reading MIME: mails as they arrive, and uploads of several parts. It never throws: what is malformed is read as far as it goes. */

/** One part; a mail is one whose parts are in it. */
export interface MimePart {
  /** By their names as they were sent, unfolded, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** In lower case, such as `text/plain`. */
  readonly type: string
  readonly fileName: string | null
  /** Decoded; empty where there are parts. */
  readonly content: Buffer
  readonly parts: readonly MimePart[]
}

/** Reads a mail, or a body with its headers before it. */
export function readMime(raw: Buffer): MimePart {
  return partOf(raw.toString('latin1'))
}

/** The value of a header as it was sent, unfolded; undefined where there is none. */
export function rawHeader({ headers }: Pick<MimePart, 'headers'>, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1]
}

/** The same as people read it. */
export function headerText(part: Pick<MimePart, 'headers'>, name: string): string {
  return decodeWords(rawHeader(part, name) ?? '')
}

/** The parts that have content, in order. */
export function leavesOf(part: MimePart): readonly MimePart[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leavesOf)
}

/** The text of the first part of a type that is no attachment; null where there is none. */
export function textOfType(part: MimePart, type: string): string | null {
  const found = leavesOf(part).find(leaf => leaf.type === type && leaf.fileName === null)
  return found === undefined ? null : found.content.toString('utf8')
}

function partOf(text: string): MimePart {
  const end = /(?:^|\r?\n)\r?\n/.exec(text)
  const headers = headersIn(end === null ? text : text.slice(0, end.index))
  const body = end === null ? '' : text.slice(end.index + end[0].length)
  const [type = 'text/plain', parameters] = parametersOf(rawHeader({ headers }, 'content-type') ?? '')
  const boundary = parameters.get('boundary')
  const isMultipart = type.startsWith('multipart/') && boundary !== undefined
  const [, disposition] = parametersOf(rawHeader({ headers }, 'content-disposition') ?? '')
  return {
    headers,
    type,
    fileName: disposition.get('filename') ?? parameters.get('name') ?? null,
    content: isMultipart
      ? Buffer.alloc(0)
      : decoded(body, rawHeader({ headers }, 'content-transfer-encoding') ?? ''),
    parts: isMultipart ? bodiesOf(body, boundary).map(partOf) : [],
  }
}

function headersIn(text: string): [string, string][] {
  return text
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap(line => {
      const [, name, value] = /^([!-9;-~]+):\s*(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, Buffer.from(value ?? '', 'latin1').toString('utf8')]]
    })
}

/** The texts between the boundaries; a missing last one ends with the body. */
function bodiesOf(body: string, boundary: string): readonly string[] {
  const [, ...pieces] = `\r\n${body}`.split(`\n--${boundary}`)
  const end = pieces.findIndex(piece => piece.startsWith('--'))
  return pieces
    .slice(0, end === -1 ? undefined : end)
    .map(piece => piece.replace(/^[ \t]*\r?\n/, '').replace(/\r$/, ''))
}

function decoded(body: string, encoding: string): Buffer {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64')
    case 'quoted-printable':
      return quotedPrintable(body.replaceAll(/[ \t]*=\r?\n/g, ''))
    default:
      return Buffer.from(body, 'latin1')
  }
}

function quotedPrintable(text: string): Buffer {
  const bytes = text.replaceAll(/=([\dA-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1')
}

/** Words of RFC 2047; white space between two of them is no part of the text. */
function decodeWords(value: string): string {
  return value
    .replaceAll(/(\?=)\s+(=\?)/g, '$1$2')
    .replaceAll(/(?:=\?utf-8\?[bq]\?[^?]*\?=)+/gi, words => wordBytes(words).toString('utf8'))
}

/** A character may be split over two words, so that bytes are joined before they are read. */
function wordBytes(words: string): Buffer {
  const parts = [...words.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)]
  return Buffer.concat(
    parts.map(([, how = '', text = '']) =>
      how.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : quotedPrintable(text.replaceAll('_', ' ')),
    ),
  )
}

/** `type; name=value; name*0*=utf-8''value`, by RFC 2231. */
function parametersOf(value: string): readonly [type: string | undefined, ReadonlyMap<string, string>] {
  const [first = ''] = value.split(';')
  const found = new Map<string, string>()
  const pieces = [...value.matchAll(/;\s*([\w-]+)(?:\*\d+)?(\*?)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)]
  for (const [, name = '', star, quoted, bare = ''] of pieces) {
    const given = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare
    const text = star === '*' ? fromPercent(given.replace(/^[\w-]*'[^']*'/, '')) : decodeWords(given)
    found.set(name.toLowerCase(), (found.get(name.toLowerCase()) ?? '') + text)
  }
  return [first.trim().toLowerCase() || undefined, found]
}

function fromPercent(text: string): string {
  const bytes = text.replaceAll(/%([\dA-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
