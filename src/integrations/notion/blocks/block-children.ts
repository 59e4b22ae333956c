import type { Block, TableRowBlock } from './blocks.ts'

/** The blocks below one of our own. */
export function childrenOfOurs(block: Block): readonly Block[] {
  switch (block.type) {
    case 'paragraph':
      return block.paragraph.children ?? []
    case 'bulleted_list_item':
      return block.bulleted_list_item.children ?? []
    case 'numbered_list_item':
      return block.numbered_list_item.children ?? []
    case 'to_do':
      return block.to_do.children ?? []
    case 'quote':
      return block.quote.children ?? []
    case 'toggle':
      return block.toggle.children ?? []
    case 'table':
      return block.table.children
    case 'heading_1':
    case 'heading_2':
    case 'heading_3':
    case 'code':
    case 'divider':
    case 'table_row':
      return []
  }
}

/** The same block with other blocks below it; a block that can have none stays as it is. */
export function withChildren(block: Block, children: readonly Block[]): Block {
  switch (block.type) {
    case 'paragraph':
      return { ...block, paragraph: bodyWith(block.paragraph, children) }
    case 'bulleted_list_item':
      return { ...block, bulleted_list_item: bodyWith(block.bulleted_list_item, children) }
    case 'numbered_list_item':
      return { ...block, numbered_list_item: bodyWith(block.numbered_list_item, children) }
    case 'to_do':
      return { ...block, to_do: bodyWith(block.to_do, children) }
    case 'quote':
      return { ...block, quote: bodyWith(block.quote, children) }
    case 'toggle':
      return { ...block, toggle: bodyWith(block.toggle, children) }
    case 'table':
      return { ...block, table: { ...block.table, children: children.filter(isRow) } }
    case 'heading_1':
    case 'heading_2':
    case 'heading_3':
    case 'code':
    case 'divider':
    case 'table_row':
      return block
  }
}

function bodyWith<T extends { readonly children?: readonly Block[] }>(
  body: T,
  children: readonly Block[],
): T {
  const { children: _, ...rest } = body
  // What is left of T has everything but the optional key, which is put back where there are children.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (children.length === 0 ? rest : { ...rest, children }) as T
}

function isRow(block: Block): block is TableRowBlock {
  return block.type === 'table_row'
}
