import { childrenOfOurs, NOTION_LIMITS, withChildren, type Block } from './blocks.ts'
import { jsonBytes } from './rich-text.ts'

/** Notion refuses 500 KB; what a client adds around the blocks must fit as well. */
const MAX_REQUEST_BYTES = 450_000

/** Brackets and the key around the blocks of a request. */
const ENVELOPE_BYTES = 20

/** The block or page that all goes below, or a block among the children of an earlier request. */
export type AppendParent = 'root' | { readonly request: number; readonly child: number }

/** One call of "append block children". */
export interface AppendRequest {
  readonly parent: AppendParent
  /**
   * How many children the parent has by then from this plan: that many when this request is still to be sent, and
   * `children.length` more when it has been. The block at `child` of a request is its parent's child number
   * `startIndex + child`, so ids are found again by listing.
   */
  readonly startIndex: number
  readonly children: readonly Block[]
}

/**
 * The requests that build a tree of blocks, each within all of Notion's limits: 100 children in an array, 1,000
 * blocks, two levels below those appended, 450 KB. To be sent in order; a parent is always named by an earlier
 * request. The same tree gives the same plan, and each append happens as a whole or not at all, so after a crash
 * listing the parents' children tells where to go on. The first children of a block go with it where they fit: a
 * table's rows, as Notion demands, and most of a result with its container.
 */
export function planAppends(blocks: readonly Block[]): AppendRequest[] {
  const requests: AppendRequest[] = []
  planUnder('root', blocks, 0, requests)
  return requests
}

/** A block as it goes into a request, and the children that come later. */
interface Part {
  readonly block: Block
  readonly later: readonly Block[]
  readonly count: number
  readonly bytes: number
}

function planUnder(
  parent: AppendParent,
  blocks: readonly Block[],
  startIndex: number,
  requests: AppendRequest[],
): void {
  let at = startIndex
  for (const batch of batchesOf(blocks.map(partOf))) {
    const request = requests.push({ parent, startIndex: at, children: batch.map(part => part.block) }) - 1
    at += batch.length
    batch.forEach(({ block, later }, child) => {
      if (later.length > 0) planUnder({ request, child }, later, childrenOfOurs(block).length, requests)
    })
  }
}

function batchesOf(parts: readonly Part[]): Part[][] {
  const batches: Part[][] = []
  let count = 0
  let bytes = ENVELOPE_BYTES
  for (const part of parts) {
    const batch = batches.at(-1)
    const isFull =
      batch === undefined ||
      batch.length >= NOTION_LIMITS.children ||
      count + part.count > NOTION_LIMITS.blocks ||
      bytes + part.bytes > MAX_REQUEST_BYTES
    if (isFull) batches.push([part])
    else batch.push(part)
    count = part.count + (isFull ? 0 : count)
    bytes = part.bytes + (isFull ? ENVELOPE_BYTES : bytes)
  }
  return batches
}

function partOf(block: Block): Part {
  return fits(block) ? measured(block, []) : headPart(block)
}

function measured(block: Block, later: readonly Block[]): Part {
  return { block, later, count: countOf(block), bytes: jsonBytes(block) + 1 }
}

function fits(block: Block): boolean {
  return (
    heightOf(block) <= NOTION_LIMITS.levels &&
    hasShortArrays(block) &&
    countOf(block) <= NOTION_LIMITS.blocks &&
    jsonBytes(block) < MAX_REQUEST_BYTES - ENVELOPE_BYTES
  )
}

/**
 * A block with as many of its first children as fit with it; the rest comes later, after them. A table needs a row,
 * and a row alone always fits (`notionForm`).
 */
function headPart(block: Block): Part {
  const children = childrenOfOurs(block)
  let bytes = jsonBytes(withChildren(block, [])) + 2 * ENVELOPE_BYTES
  let blocks = 1
  let count = 0
  for (const child of children) {
    bytes += jsonBytes(child) + 1
    blocks += countOf(child)
    const goesWhole = heightOf(child) < NOTION_LIMITS.levels && hasShortArrays(child)
    const isFull =
      count >= NOTION_LIMITS.children || blocks > NOTION_LIMITS.blocks || bytes > MAX_REQUEST_BYTES
    if (!goesWhole || (isFull && (count > 0 || block.type !== 'table'))) break
    count += 1
  }
  return measured(withChildren(block, children.slice(0, count)), children.slice(count))
}

function heightOf(block: Block): number {
  return 1 + childrenOfOurs(block).reduce((most, child) => Math.max(most, heightOf(child)), 0)
}

function countOf(block: Block): number {
  return childrenOfOurs(block).reduce((sum, child) => sum + countOf(child), 1)
}

function hasShortArrays(block: Block): boolean {
  const children = childrenOfOurs(block)
  return children.length <= NOTION_LIMITS.children && children.every(hasShortArrays)
}
