import { isObject } from '../../../../src/domain/shape.ts'
import {
  type Block,
  type FoundBlock,
  childrenOfOurs,
} from '../../../../src/integrations/notion/blocks/blocks.ts'
import type { AppendRequest } from '../../../../src/integrations/notion/blocks/split.ts'

/** How Notion divides the pieces of a text when it sends them back: nobody promises that they come as they went. */
export type Pieces = 'as sent' | 'joined' | 'in halves'

/** A block as Notion sends it back: full annotations, plain text, children beside the block. */
export function asFound(block: Block | FoundBlock, pieces: Pieces = 'as sent'): FoundBlock {
  const { type } = block
  const entry: unknown = Object.entries(block).find(([key]) => key === type)?.[1]
  const body = isObject(entry) ? entry : {}
  const { children, ...rest } = body
  const found = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, richTextAsFound(value, pieces)]),
  )
  const inner = Array.isArray(children) ? children.filter(isBlock) : []
  return {
    object: 'block',
    type,
    has_children: inner.length > 0,
    children: inner.map(child => asFound(child, pieces)),
    [type]: { color: 'default', ...found },
  }
}

function isBlock(value: unknown): value is FoundBlock {
  return isObject(value) && typeof value['type'] === 'string'
}

interface Piece {
  readonly content: string
  readonly link: unknown
  readonly annotations: Readonly<Record<string, unknown>>
}

function richTextAsFound(value: unknown, pieces: Pieces): unknown {
  if (!Array.isArray(value)) return value
  if (value.some(Array.isArray)) return value.map((cell: unknown) => richTextAsFound(cell, pieces))
  return regroup(value.map(pieceOf), pieces).map(({ content, link, annotations }) => ({
    type: 'text',
    text: { content, link },
    plain_text: content,
    href: isObject(link) ? link['url'] : null,
    annotations,
  }))
}

function pieceOf(value: unknown): Piece {
  const piece = isObject(value) ? value : {}
  const text = isObject(piece['text']) ? piece['text'] : {}
  const style = isObject(piece['annotations']) ? piece['annotations'] : {}
  const off = {
    bold: false,
    italic: false,
    strikethrough: false,
    underline: false,
    code: false,
    color: 'default',
  }
  return { content: String(text['content']), link: text['link'] ?? null, annotations: { ...off, ...style } }
}

function regroup(sent: readonly Piece[], pieces: Pieces): Piece[] {
  if (pieces === 'as sent') return [...sent]
  if (pieces === 'in halves') return sent.flatMap(halves)
  const joined: Piece[] = []
  for (const piece of sent) {
    const last = joined.at(-1)
    const isSame =
      last !== undefined &&
      JSON.stringify({ ...last, content: '' }) === JSON.stringify({ ...piece, content: '' })
    if (isSame) joined[joined.length - 1] = { ...last, content: last.content + piece.content }
    else joined.push(piece)
  }
  return joined
}

function halves(piece: Piece): Piece[] {
  const middle = piece.content.length >> 1
  // The mark of a cut text is one character: it has no halves.
  if (middle === 0) return [piece]
  return [
    { ...piece, content: piece.content.slice(0, middle) },
    { ...piece, content: piece.content.slice(middle) },
  ]
}

/** A block in the stand-in's page. */
export interface Kept {
  readonly block: Block
  readonly children: Kept[]
}

/** Sends requests to a page in memory, each to the parent it names; `sent` of them have been sent before. */
export function carryOut(requests: readonly AppendRequest[], page: Kept[], sent = 0): void {
  for (const { parent, startIndex, children } of requests.slice(sent)) {
    const list = parent === 'root' ? page : siblingsUnder(requests, page, parent)
    if (list.length !== startIndex) throw new Error(`${list.length} children, not ${startIndex}`)
    list.push(...children.map(keep))
  }
}

/** The children of a block that an earlier request made, found by listing. */
export function siblingsUnder(
  requests: readonly AppendRequest[],
  page: Kept[],
  parent: AppendRequest['parent'],
): Kept[] {
  if (parent === 'root') return page
  const request = requests[parent.request]
  if (request === undefined) throw new Error('names a later request')
  const found = siblingsUnder(requests, page, request.parent)[request.startIndex + parent.child]
  if (found === undefined) throw new Error('names a block that is not there')
  return found.children
}

function keep(block: Block): Kept {
  return { block, children: childrenOfOurs(block).map(keep) }
}

/** The page as a listing of it would show it. */
export function listed(kept: readonly Kept[]): FoundBlock[] {
  return kept.map(({ block, children }) => ({ ...asFound(block), children: listed(children) }))
}
