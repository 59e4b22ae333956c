import { escapeHtml } from '../domain/markdown/html.ts'
import type { Block, Document, Span, Text, Tone } from '../kernel/document.ts'
import { shownText } from '../kernel/unseen.ts'

/** What a page is made of besides its document. */
export interface Page {
  readonly title: string
  readonly body: Document
  /** Each a whole `<svg>` of ours; they stand behind the first section of the document. */
  readonly drawings: readonly string[]
}

/** A document as a page that loads nothing: no script, no picture, no font of anybody's. */
export function htmlPage({ title, body, drawings }: Page): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>`
  const [, second = body.length] = body.flatMap(({ kind }, at) => (kind === 'section' ? [at] : []))
  const figures = drawings.map(svg => `<figure style="margin:1em 0">${svg}</figure>`)
  const parts = [...body.slice(0, second).map(blockHtml), ...figures, ...body.slice(second).map(blockHtml)]
  return `<!doctype html>\n<html lang="en"><head>${head}</head>\n<body style="${STYLE}">\n${parts.join('\n')}\n</body></html>\n`
}

const STYLE = 'font-family:sans-serif;line-height:1.45;max-width:46em;color:#111;overflow-wrap:anywhere'
const CELL = 'padding:.15em .8em .15em 0;vertical-align:top'

/** Told by a word as well: nothing is known by its colour alone. */
const TONES: Readonly<Record<Tone, string>> = {
  good: 'color:#116329',
  warn: 'color:#7a4b00',
  bad: 'color:#a40e26;font-weight:bold',
  open: 'color:#555',
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'line':
      return `<p dir="auto">${textHtml(block.text)}</p>`
    case 'facts':
      return tableHtml(block.facts.map(({ label, value }) => row([cell(label, 'color:#555'), cell(value)])))
    case 'table': {
      const sides = block.columns.map(({ align }) =>
        align === 'right' ? 'text-align:right' : 'text-align:left',
      )
      const titles = block.columns.map(
        ({ title }, at) =>
          `<th style="${CELL};color:#555;font-weight:normal;${sides[at] ?? ''}">${escaped(title)}</th>`,
      )
      return tableHtml([
        row(titles),
        ...block.rows.map(each => row(each.map((span, at) => cell([span], sides[at])))),
      ])
    }
    case 'list':
      return `<ul>${block.items.map(each => `<li dir="auto">${textHtml(each)}</li>`).join('')}</ul>`
    case 'item':
      return `<div style="margin:.4em 0"><div dir="auto">${textHtml(block.head)}</div>${nested(block.details)}</div>`
    case 'section':
      return `<h2 style="font-size:1.05em;margin:1.2em 0 .3em">${textHtml(block.title)}</h2>\n${block.body.map(blockHtml).join('\n')}`
    case 'next':
      return `<p style="margin:.1em 0;color:#555">next: ${textHtml(block.text)}</p>`
    case 'verbatim':
      return `<pre>${escaped(block.text)}</pre>`
  }
}

function nested(body: Document): string {
  return body.length === 0 ? '' : `<div style="margin-left:1.2em">${body.map(blockHtml).join('')}</div>`
}

function tableHtml(rows: readonly string[]): string {
  return `<table style="border-collapse:collapse">${rows.join('')}</table>`
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.join('')}</tr>`
}

function cell(text: Text, style = ''): string {
  return `<td dir="auto" style="${CELL};${style}">${textHtml(text)}</td>`
}

function textHtml(text: Text): string {
  return text.map(spanHtml).join('')
}

function spanHtml(span: Span): string {
  switch (span.is) {
    case 'command':
      return `<code>echopilot ${escaped(span.text)}</code>`
    case 'id':
      return `<code>${escaped(span.text)}</code>`
    case 'strong':
      return `<strong>${escaped(span.text)}</strong>`
    case 'state':
      return `<span style="${TONES[span.tone]}">${escaped(span.text)}</span>`
    case 'plain':
    case 'dim':
    case 'money':
    case 'time':
      return escaped(span.text)
  }
}

/** What others wrote is text, and what steers a reader in it is made visible. */
function escaped(text: string): string {
  return escapeHtml(shownText(text)).replaceAll('\n', '<br>')
}
