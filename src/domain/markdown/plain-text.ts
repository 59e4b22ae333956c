import type { DocNode, Span, TableNode } from './document.ts'
import { readMarkdown } from './read.ts'

/**
 * A Markdown text as it is read where there is no Markdown: without its signs, lists and tables a line for each
 * item and row, links as their labels. What is no Markdown stays as it is.
 */
export function markdownToPlain(markdown: string): string {
  return linesOf(readMarkdown(markdown)).join('\n')
}

function linesOf(nodes: readonly DocNode[]): string[] {
  let number = 0
  return nodes.flatMap(node => {
    number = node.kind === 'number' ? number + 1 : 0
    return nodeLines(node, number)
  })
}

function nodeLines(node: DocNode, number: number): string[] {
  switch (node.kind) {
    case 'heading':
      return [textOf(node.spans)]
    case 'code':
      return node.text.split('\n')
    case 'table':
      return tableLines(node)
    case 'rule':
      return []
    case 'paragraph':
    case 'quote':
      return [textOf(node.spans), ...linesOf(node.children)]
    case 'bullet':
      return item('•', node)
    case 'number':
      return item(`${String(number)}.`, node)
    case 'numeral':
      return item(node.marker, node)
    case 'task':
      return item(node.checked ? '☑' : '☐', node)
  }
}

function item(
  sign: string,
  node: { readonly spans: readonly Span[]; readonly children: readonly DocNode[] },
): string[] {
  return [`${sign} ${textOf(node.spans)}`, ...linesOf(node.children).map(line => `  ${line}`)]
}

function tableLines({ rows }: TableNode): string[] {
  return rows.map(row => row.map(cell => textOf(cell).replaceAll('\n', ' ')).join(' · '))
}

/** An image, and a link that the reader leaves as text, such as one with a title. */
const WRITTEN_LINK = /!?\[([^\]\n]*)\]\([^()\n]*\)/g

function textOf(spans: readonly Span[]): string {
  const parts: { text: string; readonly code: boolean }[] = []
  for (const { text, code } of spans) {
    const last = parts.at(-1)
    if (last?.code === false && !code) last.text += text
    else parts.push({ text, code })
  }
  return parts.map(({ text, code }) => (code ? text : text.replace(WRITTEN_LINK, '$1'))).join('')
}
