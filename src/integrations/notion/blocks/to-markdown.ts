import type { Block, FoundBlock } from './blocks.ts'
import { nodesOf } from './from-blocks.ts'
import { plainTextOf } from './found-text.ts'
import { writeMarkdown } from '../../../domain/markdown/normal-form.ts'

/**
 * Notion blocks as Markdown. For blocks that `markdownToBlocks` made it is exact (see `normaliseMarkdown`),
 * however Notion divides or joins the pieces of rich text. For a person's page it is the body as text: colours are
 * dropped, media become notes such as `[image]`. Containers of results are left out (SPEC §7): they are never
 * brief. Children must have been listed by the caller.
 */
export function blocksToMarkdown(blocks: readonly (FoundBlock | Block)[]): string {
  return writeMarkdown(nodesOf(blocks))
}

/** All the text of an array of rich text, every segment of it, without styles; empty for anything else. */
export function richTextToPlain(richText: unknown): string {
  return plainTextOf(richText)
}
