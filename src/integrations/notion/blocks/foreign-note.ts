import type { Block, FoundBlock } from './blocks.ts'
import { bodyOf } from './found-block.ts'
import { isObject, plainTextOf } from './found-text.ts'

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
  const text = isObject(value) ? value[key] : undefined
  return typeof text === 'string' ? text : ''
}
