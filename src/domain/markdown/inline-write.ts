import { joinSpans, plainSpans, sameSpans, type Span } from './document.ts'
import { escapeText, type Escaping } from './escape.ts'
import { readSpans } from './inline-read.ts'
import { interruptsParagraph, startsBlock, underlineLevel } from './line-starts.ts'
import { isTableRuler } from './table-lines.ts'
import { linkify } from './urls.ts'

/** Where inline Markdown is written; each place has its own signs to beware of. */
export type WritePlace = 'paragraph' | 'bullet' | 'heading' | 'cell'

/** One way of writing a text. */
interface Manner {
  readonly escaping: Escaping
  readonly italic: '*' | '_'
  readonly bold: '**' | '__'
  /** Whether a style that reaches exactly as far as a link stands inside it: `[**a**](…)`. */
  readonly inLink: boolean
}

const USUAL: Manner = { escaping: 'needed', italic: '*', bold: '**', inLink: false }

/** Tried in turn: as it was most likely written first; the last ones escape whatever can be escaped. */
const MANNERS: readonly Manner[] = [
  { ...USUAL, escaping: 'none' },
  { ...USUAL, escaping: 'none', inLink: true },
  USUAL,
  { ...USUAL, inLink: true },
  { ...USUAL, italic: '_' },
  { ...USUAL, bold: '__' },
  { ...USUAL, escaping: 'all' },
  { ...USUAL, escaping: 'all', inLink: true },
  { ...USUAL, escaping: 'all', italic: '_' },
  { ...USUAL, escaping: 'all', bold: '__' },
]

/**
 * Writes joined spans as inline Markdown that `readSpans` reads back as exactly these spans; null when no way of
 * writing them does (marks that overlap, bold that starts with a space). Linkified text of no other style can always be written.
 */
export function writeSpans(spans: readonly Span[], place: WritePlace): string | null {
  for (const manner of MANNERS) {
    const markdown = finish(render(spans, manner), place)
    if (sameSpans(readSpans(markdown, place === 'cell' ? 'cell' : 'text'), spans)) return markdown
  }
  return null
}

/**
 * The same for texts of people, which may have no exact form: white space at the edges of a style, which Markdown
 * cannot say, goes out of it; where even that is no way, the marks are set all the same.
 */
export function writeSomehow(spans: readonly Span[], place: WritePlace): string {
  const exact = writeSpans(spans, place)
  if (exact !== null) return exact
  const bare = joinSpans(spans.flatMap(bareEdges))
  return writeSpans(bare, place) ?? finish(render(bare, USUAL), place)
}

function bareEdges(span: Span): Span[] {
  if (span.code) return [span]
  const [, before = '', text = '', after = ''] = /^(\s*)([^]*?)(\s*)$/.exec(span.text) ?? []
  return [...plainSpans(before), { ...span, text }, ...plainSpans(after)]
}

function finish(markdown: string, place: WritePlace): string {
  switch (place) {
    case 'heading':
      return markdown.replaceAll('\n', ' ').replace(/(^|[ \t])(#+)$/, '$1\\$2')
    case 'cell':
      return markdown.replaceAll('\n', '<br>')
    case 'bullet':
      // A box makes a task, and dashes alone would make a rule together with the bullet.
      return escapeLines(markdown.replace(/^\[(?=[ xX]\](?:[ \t\n]|$))|^--?(?=[- \t]*(?:\n|$))/, '\\$&'))
    case 'paragraph':
      return escapeLines(markdown)
  }
}

/** Keeps lines of a paragraph from being read as the start of something else. */
function escapeLines(markdown: string): string {
  return markdown
    .split('\n')
    .map((line, index) => (meansMore(line, index === 0) ? escapeStart(line) : line))
    .join('\n')
}

function meansMore(line: string, isFirst: boolean): boolean {
  if (isFirst) return startsBlock(line)
  return interruptsParagraph(line) || underlineLevel(line) !== null || isTableRuler(line)
}

function escapeStart(line: string): string {
  const escaped = line.replace(/^([ \t]*\d+)(?=[.)])/, '$1\\')
  return escaped === line ? line.replace(/^[ \t]*/, '$&\\') : escaped
}

/**
 * Reads inline Markdown as what can be written back exactly: where no way of writing gives these styles again, the
 * text stays as it was written, marks and all. Only random runs of marks are so, hardly any text of people.
 */
export function readInline(raw: string, place: WritePlace): Span[] {
  const spans = readSpans(raw, place === 'cell' ? 'cell' : 'text')
  return writeSpans(spans, place) === null ? linkify(plainSpans(raw)) : spans
}

type Markup = 'bold' | 'italic' | 'strike' | 'link'

/** In the order in which they stand outside one another when they reach equally far. */
const MARKUP: readonly Markup[] = ['strike', 'bold', 'italic', 'link']
const LINK_FIRST: readonly Markup[] = ['link', 'strike', 'bold', 'italic']

interface OpenMark {
  readonly kind: Markup
  readonly url: string | null
}

/** Writes joined spans as inline Markdown in one manner; whether it reads back is another matter. */
function render(spans: readonly Span[], manner: Manner): string {
  const reach = reachOf(spans)
  const open: OpenMark[] = []
  const parts: string[] = []
  spans.forEach((span, index) => {
    const isAddress = isAutolink(spans, index)
    const kept = open.findIndex(mark => !continues(mark, span, isAddress))
    if (kept !== -1)
      parts.push(
        ...open
          .splice(kept)
          .toReversed()
          .map(mark => closing(mark, manner)),
      )
    const wanted = (manner.inLink ? LINK_FIRST : MARKUP).filter(kind => has(span, kind, isAddress))
    for (const mark of newMarks(span, wanted, open, kind => reach[kind][index] ?? index)) {
      open.push(mark)
      parts.push(opening(mark, manner))
    }
    parts.push(
      content(
        span,
        isAddress,
        open.some(mark => mark.kind === 'link'),
        manner,
      ),
    )
  })
  return [...parts, ...open.toReversed().map(mark => closing(mark, manner))].join('')
}

function continues(mark: OpenMark, span: Span, isAddress: boolean): boolean {
  return mark.kind === 'link' ? !isAddress && span.link === mark.url : span[mark.kind]
}

function has(span: Span, kind: Markup, isAddress: boolean): boolean {
  return kind === 'link' ? span.link !== null && !isAddress : span[kind]
}

/** What opens here, outermost first: what reaches further stands outside. */
function newMarks(
  span: Span,
  wanted: readonly Markup[],
  open: readonly OpenMark[],
  reach: (kind: Markup) => number,
): OpenMark[] {
  return wanted
    .filter(kind => !open.some(mark => mark.kind === kind))
    .toSorted((a, b) => reach(b) - reach(a))
    .map(kind => ({ kind, url: span.link }))
}

/** For each span and mark, the last span it goes on to without a gap. */
function reachOf(spans: readonly Span[]): Record<Markup, number[]> {
  const reach: Record<Markup, number[]> = { bold: [], italic: [], strike: [], link: [] }
  for (const kind of MARKUP) {
    let last = spans.length - 1
    for (let index = spans.length - 1; index >= 0; index -= 1) {
      const next = spans[index + 1]
      if (next === undefined || next[kind] !== spans[index]?.[kind]) last = index
      reach[kind][index] = last
    }
  }
  return reach
}

/** Whether a link shows just its address, and nothing else is part of it. */
function isAutolink(spans: readonly Span[], index: number): boolean {
  const span = spans[index]
  if (span === undefined || span.link === null || span.code || span.text !== span.link) return false
  return spans[index - 1]?.link !== span.link && spans[index + 1]?.link !== span.link
}

function opening(mark: OpenMark, manner: Manner): string {
  return mark.kind === 'link' ? '[' : signOf(mark.kind, manner)
}

function closing(mark: OpenMark, manner: Manner): string {
  return mark.kind === 'link' ? `](${targetOf(mark.url ?? '')})` : signOf(mark.kind, manner)
}

function signOf(kind: 'bold' | 'italic' | 'strike', manner: Manner): string {
  return kind === 'strike' ? '~~' : manner[kind]
}

/** Brackets in an address are safe in pairs, one level deep; others need the angles. */
function targetOf(url: string): string {
  return /^(?:[^()]|\([^()]*\))*$/.test(url) ? url : `<${url}>`
}

function content(span: Span, isAddress: boolean, inLink: boolean, manner: Manner): string {
  if (span.code) return codeSpan(span.text)
  if (isAddress) return manner.escaping === 'none' ? span.text : `<${span.text}>`
  return escapeText(span.text, manner.escaping, inLink)
}

function codeSpan(text: string): string {
  const fence = '`'.repeat(freeSize(text))
  const pad = /^`|`$|^ [\s\S]*[^ ][\s\S]* $/.test(text) ? ' ' : ''
  return fence + pad + text + pad + fence
}

/** The shortest run of backticks that does not stand in the text. */
function freeSize(text: string): number {
  const sizes = new Set((text.match(/`+/g) ?? []).map(run => run.length))
  let size = 1
  while (sizes.has(size)) size += 1
  return size
}
