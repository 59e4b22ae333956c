import type { FoundBlock } from '../blocks/blocks.ts'
import { containerRunId } from '../blocks/found.ts'
import { blocksToMarkdown } from '../blocks/from-blocks.ts'
import type { NotionBlock, NotionJson } from '../api/client.ts'

/** Whether a block is one of our own result containers: never brief, whoever's run it holds. */
export function isContainer(block: NotionJson): boolean {
  return containerRunId(foundBlock(block, [])) !== null
}

/** What a person wrote into the body of a page, as text. */
export function briefOfBody(blocks: readonly NotionBlock[]): string {
  return blocksToMarkdown(blocks.map(foundOf))
}

/** A block that was read, as the rules of Markdown take it. */
export function foundOf(block: NotionBlock): FoundBlock {
  return foundBlock(block.json, block.children.map(foundOf))
}

function foundBlock(json: NotionJson, children: readonly FoundBlock[]): FoundBlock {
  return { ...json, type: String(json['type']), ...(children.length === 0 ? {} : { children }) }
}
