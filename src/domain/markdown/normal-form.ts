import { readBlocks } from './block-read.ts'
import { writeBlocks } from './block-write.ts'
import { cleanText } from './clean-text.ts'
import type { DocNode } from './document.ts'
import { settleNumerals } from './numerals.ts'

/** A Markdown text as blocks. */
export function readMarkdown(markdown: string): DocNode[] {
  return settleNumerals(readBlocks(cleanText(markdown).split('\n')))
}

/** Blocks as Markdown in its normal form. */
export function writeMarkdown(nodes: readonly DocNode[]): string {
  return writeBlocks(settleNumerals(nodes))
}

/**
 * The normal form of a Markdown text: what Notion gives back of it, byte for byte. Normalising twice changes
 * nothing more. Against the source it changes: characters that Notion refuses (`cleanText`); which of Markdown's
 * signs for one thing is used; white space around blocks; the width of tables and the alignment of their columns.
 * The text itself, code, links and the level of headings stay.
 */
export function normaliseMarkdown(markdown: string): string {
  return writeMarkdown(readMarkdown(markdown))
}
