import { NOTION_LIMITS, type Annotations, type RichText } from './blocks.ts'
import { cutText } from '../../../domain/cut-text.ts'
import type { Span, TextStyle } from '../../../domain/markdown/document.ts'

/** The rich text of one block stays below this many bytes of JSON, so that a block always fits into a request. */
const MAX_BLOCK_TEXT_BYTES = 200_000

/**
 * The last piece of a block whose text goes on in the next one: a grey ellipsis. Markdown has no colours, so no
 * text of ours can end like that; people see that there is more below.
 */
export const CONTINUED: RichText = { type: 'text', text: { content: '…' }, annotations: { color: 'gray' } }

/** A text as pieces of rich text, each within Notion's limit. */
export function richTextOf(spans: readonly Span[]): RichText[] {
  return spans.flatMap(span => cutText(span.text, NOTION_LIMITS.textUnits).map(text => pieceOf(text, span)))
}

/**
 * A text as the rich text of as many blocks as it needs, mostly one. All but the last end in `CONTINUED`; without
 * it they give the text when joined.
 */
export function richTextsOf(spans: readonly Span[]): [RichText[], ...RichText[][]] {
  const groups = groupPieces(richTextOf(spans))
  const [first = [], ...rest] = groups.map((group, index) =>
    index === groups.length - 1 ? group : [...group, CONTINUED],
  )
  return [first, ...rest]
}

function groupPieces(pieces: readonly RichText[]): RichText[][] {
  const groups: RichText[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const piece of pieces) {
    const size = jsonBytes(piece) + 1
    const group = groups.at(-1)
    if (
      group === undefined ||
      group.length >= NOTION_LIMITS.pieces - 1 ||
      bytes + size > MAX_BLOCK_TEXT_BYTES
    ) {
      groups.push([piece])
      bytes = size
    } else {
      group.push(piece)
      bytes += size
    }
  }
  return groups
}

function pieceOf(content: string, style: TextStyle): RichText {
  const text = style.link === null ? { content } : { content, link: { url: style.link } }
  const annotations = annotationsOf(style)
  return annotations === null ? { type: 'text', text } : { type: 'text', text, annotations }
}

function annotationsOf({ bold, italic, strike, code }: TextStyle): Annotations | null {
  if (!bold && !italic && !strike && !code) return null
  return {
    ...(bold ? { bold } : {}),
    ...(italic ? { italic } : {}),
    ...(strike ? { strikethrough: strike } : {}),
    ...(code ? { code } : {}),
  }
}

/** Bytes that a value takes in a request: UTF-8 of its JSON. */
export function jsonBytes(value: object): number {
  const json = JSON.stringify(value)
  let bytes = json.length
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at)
    // A surrogate pair has two units and four bytes; JSON.stringify escapes lone ones.
    if (unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff)) bytes += 2
    else if (unit >= 0x80) bytes += 1
  }
  return bytes
}
