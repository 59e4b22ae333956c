import type { Block, FoundBlock } from './blocks.ts'
import { isObject, plainTextOf } from './found-text.ts'

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
