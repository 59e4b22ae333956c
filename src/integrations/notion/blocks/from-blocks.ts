import { LEVEL_COLORS, type Block, type FoundBlock } from './blocks.ts'
import { infoOf } from './code-language.ts'
import {
  plainSpans,
  type DocNode,
  type HeadingLevel,
  type Span,
  type TableNode,
} from '../../../domain/markdown/document.ts'
import { linkify } from '../../../domain/markdown/urls.ts'
import { writeMarkdown } from '../../../domain/markdown/write.ts'
import {
  bodyOf,
  childrenOf,
  containerRunId,
  noteOf,
  piecesOf,
  plainTextOf,
  spansOf,
  type FoundPiece,
} from './found.ts'
import { settleNumerals } from './normal-form.ts'
import { CONTINUED } from './rich-text.ts'

/**
 * Notion blocks as Markdown. For blocks that `markdownToBlocks` made it is exact (see `normaliseMarkdown`),
 * however Notion divides or joins the pieces of rich text. For a person's page it is the body as text: colours are
 * dropped, media become notes such as `[image]`. Containers of results are left out (SPEC §7): they are never
 * brief. Children must have been listed by the caller.
 */
export function blocksToMarkdown(blocks: readonly (FoundBlock | Block)[]): string {
  return writeMarkdown(settleNumerals(nodesOf(blocks)))
}

/**
 * Notion blocks, our own or a person's, as blocks of a document. Texts that were cut at Notion's limits are one
 * again; containers of results are left out with all they hold; what a document cannot hold is a note.
 */
function nodesOf(blocks: readonly (FoundBlock | Block)[]): DocNode[] {
  const nodes: DocNode[] = []
  const waiting = blocks.filter(block => containerRunId(block) === null)
  for (let at = 0; at < waiting.length;) {
    const [first, ...rest] = continued(waiting, at)
    if (first !== undefined) nodes.push(...nodesFrom(first, rest))
    at += 1 + rest.length
  }
  return nodes
}

/** A block and those after it that go on with its text. Where the next one is missing, the text just ends. */
function continued(blocks: readonly (FoundBlock | Block)[], at: number): (FoundBlock | Block)[] {
  const first = blocks[at]
  if (first === undefined) return []
  const run = [first]
  if (first.type !== 'code' && !first.type.startsWith('heading_')) return run
  const follower = first.type === 'code' ? 'code' : 'paragraph'
  for (let next = at + 1; goesOn(run.at(-1)) && blocks[next]?.type === follower; next += 1) {
    const block = blocks[next]
    if (block !== undefined) run.push(block)
  }
  return run
}

/** Whether a block's text, or the caption of its code, ends in the mark of more to come. */
function goesOn(block: FoundBlock | Block | undefined): boolean {
  if (block === undefined) return false
  const body = bodyOf(block)
  return isMarked(piecesOf(block.type === 'code' ? body['caption'] : body['rich_text']))
}

function isMarked(pieces: readonly FoundPiece[]): boolean {
  const last = pieces.at(-1)
  return last?.text === CONTINUED.text.content && last.color === CONTINUED.annotations?.color
}

function textPieces(block: FoundBlock | Block): FoundPiece[] {
  const pieces = piecesOf(bodyOf(block)['rich_text'])
  return isMarked(pieces) ? pieces.slice(0, -1) : pieces
}

function nodesFrom(block: FoundBlock | Block, more: readonly (FoundBlock | Block)[]): DocNode[] {
  const body = bodyOf(block)
  switch (block.type) {
    case 'paragraph':
    case 'quote':
      return [{ ...textOf(block), kind: block.type }]
    case 'bulleted_list_item':
      return [{ ...textOf(block), kind: 'bullet' }]
    case 'numbered_list_item':
      return [{ ...textOf(block), kind: 'number' }]
    case 'to_do':
      return [{ ...textOf(block), kind: 'task', checked: body['checked'] === true }]
    case 'heading_1':
    case 'heading_2':
    case 'heading_3':
    case 'heading_4':
      return [headingNode(block, more), ...nodesOf(childrenOf(block))]
    case 'code':
      return [codeNode([block, ...more])]
    case 'divider':
      return [{ kind: 'rule' }]
    case 'table':
      return tableNodes(block)
    default:
      return foreignNodes(block)
  }
}

/** The text of a block with that of the children that go on with it, and its other children. */
function textOf(block: FoundBlock | Block): { spans: Span[]; children: DocNode[] } {
  const children = childrenOf(block)
  const pieces = textPieces(block)
  let used = 0
  for (let last: FoundBlock | Block = block; goesOn(last); used += 1) {
    const next: FoundBlock | undefined = children[used]
    if (next?.type !== 'paragraph') break
    pieces.push(...textPieces(next))
    last = next
  }
  return { spans: spansOf(pieces), children: nodesOf(children.slice(used)) }
}

function headingNode(block: FoundBlock | Block, more: readonly (FoundBlock | Block)[]): DocNode {
  const spans = spansOf([block, ...more].flatMap(textPieces))
  return { kind: 'heading', level: levelOf(block), spans: spans.map(onOneLine) }
}

function onOneLine(span: Span): Span {
  return { ...span, text: span.text.replace(/\s*\n\s*/g, ' ') }
}

function levelOf(block: FoundBlock | Block): HeadingLevel {
  if (block.type === 'heading_1') return 1
  if (block.type === 'heading_2') return 2
  if (block.type === 'heading_4') return 4
  const color = bodyOf(block)['color']
  return ([4, 5, 6] as const).find(level => LEVEL_COLORS[level] === color) ?? 3
}

function codeNode(blocks: readonly (FoundBlock | Block)[]): DocNode {
  const bodies = blocks.map(bodyOf)
  const text = bodies.map(body => plainTextOf(body['rich_text'])).join('')
  const caption = piecesOf(bodies[0]?.['caption'])
  const ownCaption = isMarked(caption) ? caption.slice(0, -1) : caption
  const language = bodies[0]?.['language']
  const info = infoOf(
    typeof language === 'string' ? language : '',
    ownCaption.map(piece => piece.text).join(''),
  )
  return { kind: 'code', info: info.replaceAll('\n', ' '), text }
}

/** Rows of a table; a person's may be ragged after an edit. A table whose rows nobody listed is a note. */
function tableNodes(block: FoundBlock | Block): DocNode[] {
  const rows = childrenOf(block)
    .map(row => bodyOf(row)['cells'])
    .filter(cells => Array.isArray(cells))
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0)
  if (width === 0) return foreignNodes(block)
  const table: TableNode = {
    kind: 'table',
    rows: rows.map(row => Array.from({ length: width }, (_, at) => spansOf(piecesOf(row[at])))),
  }
  return [table]
}

function foreignNodes(block: FoundBlock | Block): DocNode[] {
  const spans = spansOf(piecesOf(bodyOf(block)['rich_text']))
  const note = spans.length > 0 ? spans : linkify(plainSpans(noteOf(block)))
  const children = nodesOf(childrenOf(block))
  return note.length === 0 ? children : [{ kind: 'paragraph', spans: note, children }]
}
