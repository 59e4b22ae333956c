import { linkify } from '../../../domain/markdown/bare-url.ts'
import { PLAIN, type Span } from '../../../domain/markdown/document.ts'

/** Whether a value of unknown origin is an object with keys. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A piece of rich text as Notion sends it, or as it was sent. */
export interface FoundPiece extends Span {
  readonly color: string
}

/** Reads an array of rich text: text, mentions and equations alike; whatever is no piece is left out. */
export function piecesOf(richText: unknown): FoundPiece[] {
  return Array.isArray(richText) ? richText.filter(isObject).map(pieceOf) : []
}

/** All the text of an array of rich text, every piece of it, without styles. */
export function plainTextOf(richText: unknown): string {
  return piecesOf(richText)
    .map(piece => piece.text)
    .join('')
}

/** The text of an array of rich text with the styles that Markdown has, bare addresses as links; colours and underlines are dropped. */
export function spansOf(pieces: readonly FoundPiece[]): Span[] {
  return linkify(
    pieces.map(({ text, bold, italic, strike, code, link }) => ({ text, bold, italic, strike, code, link })),
  )
}

function pieceOf(piece: Readonly<Record<string, unknown>>): FoundPiece {
  const body = isObject(piece['text']) ? piece['text'] : {}
  const style = isObject(piece['annotations']) ? piece['annotations'] : {}
  const text = stringOf(piece['plain_text']) ?? stringOf(body['content']) ?? expressionOf(piece)
  return {
    ...PLAIN,
    text,
    bold: style['bold'] === true,
    italic: style['italic'] === true,
    strike: style['strikethrough'] === true,
    code: style['code'] === true,
    link: linkOf(body['link'], text),
    color: stringOf(style['color']) ?? 'default',
  }
}

function expressionOf(piece: Readonly<Record<string, unknown>>): string {
  const equation = piece['equation']
  return isObject(equation) ? (stringOf(equation['expression']) ?? '') : ''
}

/** Some services add the slash that an address without a path has in theory. */
function linkOf(link: unknown, text: string): string | null {
  const url = isObject(link) ? stringOf(link['url']) : null
  return url === `${text}/` ? text : url
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
