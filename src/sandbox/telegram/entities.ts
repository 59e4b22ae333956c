/** Texts with markup: https://core.telegram.org/bots/api#html-style, read as strictly as the Bot API does. */
import type { JsonObject } from '../lib/json.ts'
import { badRequest } from './errors.ts'

/** What a message says, and which parts of it look otherwise. */
export interface Marked {
  readonly text: string
  readonly entities: readonly JsonObject[]
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['b', 'bold'],
  ['strong', 'bold'],
  ['i', 'italic'],
  ['em', 'italic'],
  ['u', 'underline'],
  ['s', 'strikethrough'],
  ['code', 'code'],
  ['pre', 'pre'],
  ['a', 'text_link'],
  ['blockquote', 'blockquote'],
  ['tg-spoiler', 'spoiler'],
])

const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
])

const PIECE =
  /<(?<end>\/?)(?<tag>[a-zA-Z0-9-]*)(?<rest>[^<>]*)>|&(?:#(?<code>\d+)|(?<name>[a-z]+));|(?<open><)|(?<text>[^<&]+|&)/g

/** The text without its markup. Throws the API's 400 for markup that is none. */
export function readHtml(source: string): Marked {
  let text = ''
  const entities: JsonObject[] = []
  const open: { tag: string; offset: number; url: string | null }[] = []
  for (const { groups = {}, index, 0: whole } of source.matchAll(PIECE)) {
    const { end, tag = '', rest = '', code, name, open: stray } = groups
    if (stray !== undefined) throw cannot(`Unclosed start tag at byte offset ${bytesTo(source, index)}`)
    if (end === undefined) {
      text += code === undefined ? (CHARACTERS.get(name ?? '') ?? whole) : String.fromCodePoint(Number(code))
      continue
    }
    const type = TYPES.get(tag)
    if (end === '/') {
      const started = open.pop()
      if (started === undefined) throw cannot(`Unexpected end tag at byte offset ${bytesTo(source, index)}`)
      if (started.tag !== tag && tag !== '')
        throw cannot(
          `Unmatched end tag at byte offset ${bytesTo(source, index)}, expected "</${started.tag}>", found "</${tag}>"`,
        )
      const { offset, url } = started
      const found = { type: TYPES.get(started.tag), offset, length: text.length - offset }
      if (found.length > 0) entities.push(url === null ? found : { ...found, url })
      continue
    }
    if (type === undefined)
      throw cannot(`Unsupported start tag "${tag}" at byte offset ${bytesTo(source, index)}`)
    open.push({ tag, offset: text.length, url: /href="([^"]*)"/.exec(rest)?.[1] ?? null })
  }
  const left = open.pop()
  if (left !== undefined) throw cannot(`Can't find end tag corresponding to start tag "${left.tag}"`)
  return { text, entities }
}

function cannot(why: string): Error {
  return badRequest(`can't parse entities: ${why}`)
}

function bytesTo(source: string, index: number): string {
  return String(Buffer.byteLength(source.slice(0, index)))
}
