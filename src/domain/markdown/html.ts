import type { DocNode, Span, TableNode } from './document.ts'
import { readMarkdown } from './read.ts'
import { linkify } from './urls.ts'

/**
 * A Markdown text as HTML for a mail: a part of a body, without anything that is fetched from elsewhere. All that people or
 * models wrote is text: markup in it is shown, never obeyed, and an image is its address. Each block finds its own
 * direction, so that Hebrew beside English is read as it was written.
 */
export function markdownToHtml(markdown: string): string {
  return blocks(readMarkdown(markdown))
}

/** A text that is no markup, in an element or between quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, char => ENTITIES[char] ?? char)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const CELL = 'style="border:1px solid #bbb;padding:4px 8px;text-align:start;vertical-align:top"'
const CODE = 'style="background:#f4f4f4;padding:8px;white-space:pre-wrap"'
const QUOTE = 'style="border-inline-start:3px solid #bbb;margin:0;padding-inline-start:12px"'

/** Items that follow each other are of one list. */
function blocks(nodes: readonly DocNode[]): string {
  const parts: { readonly list: 'ul' | 'ol' | null; html: string }[] = []
  for (const node of nodes) {
    const list = listOf(node)
    const last = parts.at(-1)
    if (list !== null && last?.list === list) last.html += block(node)
    else parts.push({ list, html: block(node) })
  }
  return parts.map(({ list, html }) => (list === null ? html : `<${list}>${html}</${list}>`)).join('\n')
}

function listOf({ kind }: DocNode): 'ul' | 'ol' | null {
  if (kind === 'bullet' || kind === 'task') return 'ul'
  return kind === 'number' ? 'ol' : null
}

function block(node: DocNode): string {
  switch (node.kind) {
    case 'heading':
      return `<h${node.level} dir="auto">${inline(node.spans)}</h${node.level}>`
    case 'paragraph':
      return `<p dir="auto">${inline(node.spans)}</p>${blocks(node.children)}`
    case 'quote':
      return `<blockquote dir="auto" ${QUOTE}>${inline(node.spans)}${blocks(node.children)}</blockquote>`
    case 'bullet':
    case 'number':
      return `<li dir="auto">${inline(node.spans)}${blocks(node.children)}</li>`
    case 'task':
      return `<li dir="auto">${node.checked ? '☑' : '☐'} ${inline(node.spans)}${blocks(node.children)}</li>`
    case 'numeral':
      return `<p dir="auto">${escapeHtml(node.marker)} ${inline(node.spans)}</p>${blocks(node.children)}`
    case 'code':
      return `<pre ${CODE}><code>${escapeHtml(node.text)}</code></pre>`
    case 'table':
      return table(node)
    case 'rule':
      return '<hr>'
  }
}

function table({ rows }: TableNode): string {
  const row = (cells: readonly Span[][], tag: 'th' | 'td'): string =>
    `<tr>${cells.map(cell => `<${tag} dir="auto" ${CELL}>${inline(cell)}</${tag}>`).join('')}</tr>`
  const lines = rows.map((cells, at) => row(cells, at === 0 ? 'th' : 'td'))
  return `<table style="border-collapse:collapse">${lines.join('')}</table>`
}

function inline(spans: readonly Span[]): string {
  return linkify(spans).map(styled).join('')
}

function styled({ text, bold, italic, strike, code, link }: Span): string {
  let html = escapeHtml(text).replaceAll('\n', '<br>')
  if (code) html = `<code>${html}</code>`
  if (strike) html = `<s>${html}</s>`
  if (italic) html = `<em>${html}</em>`
  if (bold) html = `<strong>${html}</strong>`
  // The reader makes links of addresses that are safe to click alone.
  return link === null ? html : `<a href="${escapeHtml(link)}">${html}</a>`
}
