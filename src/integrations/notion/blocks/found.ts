import type { Block, FoundBlock } from './blocks.ts'
import { linkify } from '../../../domain/markdown/urls.ts'
import { PLAIN, type Span } from '../../../domain/markdown/document.ts'
import { isObject, textOf } from '../../../domain/shape.ts'

const CONTAINERS: ReadonlySet<string> = new Set(['toggle', 'callout'])

/** The run whose result a block holds, by the mark at its end; null when it is no container. */
export function containerRunId(block: FoundBlock | Block): string | null {
  if (!CONTAINERS.has(block.type)) return null
  return /⟦(run_[0-9a-z]+)⟧\s*$/.exec(plainTextOf(bodyOf(block)['rich_text']))?.[1] ?? null
}

/** What a block holds under the name of its type; nothing where it is not as Notion documents it. */
export function bodyOf(block: FoundBlock | Block): Readonly<Record<string, unknown>> {
  const body: unknown = Object.entries(block).find(([key]) => key === block.type)?.[1]
  return isObject(body) ? body : {}
}

/** The children of a block, wherever they stand: inside its body when sent, beside it when listed. */
export function childrenOf(block: FoundBlock | Block): readonly FoundBlock[] {
  const listed: unknown = Object.entries(block).find(([key]) => key === 'children')?.[1]
  const children = listed ?? bodyOf(block)['children']
  return Array.isArray(children) ? children.filter(isBlock) : []
}

function isBlock(value: unknown): value is FoundBlock {
  return isObject(value) && typeof value['type'] === 'string'
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
  const text =
    textOf(piece['plain_text']) ?? textOf(body['content']) ?? textIn(piece['equation'], 'expression')
  return {
    ...PLAIN,
    text,
    bold: style['bold'] === true,
    italic: style['italic'] === true,
    strike: style['strikethrough'] === true,
    code: style['code'] === true,
    link: linkOf(body['link'], text),
    color: textOf(style['color']) ?? 'default',
  }
}

/** Some services add the slash that an address without a path has in theory. */
function linkOf(link: unknown, text: string): string | null {
  const url = isObject(link) ? textOf(link['url']) : null
  return url === `${text}/` ? text : url
}

/** Blocks that only arrange or navigate: they say nothing to a reader of the text. */
const SILENT: ReadonlySet<string> = new Set([
  'column_list',
  'column',
  'tab',
  'table_of_contents',
  'breadcrumb',
  'synced_block',
  'toggle',
  'callout',
  'template',
])

/**
 * What stands for a block that has no text of its own: `[image: its caption] address`. Addresses of files that
 * Notion keeps are left out: they change with every reading, and the brief would seem to change with them.
 */
export function noteOf(block: FoundBlock | Block): string {
  if (SILENT.has(block.type)) return ''
  const body = bodyOf(block)
  if (block.type === 'equation') return textIn(body, 'expression')
  const caption = plainTextOf(body['caption']) || textIn(body, 'name') || textIn(body, 'title')
  const note = caption === '' ? `[${block.type}]` : `[${block.type}: ${caption}]`
  const url = textIn(body, 'url') || textIn(body['external'], 'url')
  return url === '' ? note : `${note} ${url}`
}

function textIn(value: unknown, key: string): string {
  return (isObject(value) ? textOf(value[key]) : null) ?? ''
}
