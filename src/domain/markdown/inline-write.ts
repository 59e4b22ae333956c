import { joinSpans, plainSpans, sameSpans, type Span } from './document.ts'
import { render, type Manner } from './inline-render.ts'
import { readSpans } from './inline-read.ts'
import { interruptsParagraph, startsBlock, underlineLevel } from './line-starts.ts'
import { isTableRuler } from './table-lines.ts'
import { linkify } from './urls.ts'

/** Where inline Markdown is written; each place has its own signs to beware of. */
export type WritePlace = 'paragraph' | 'bullet' | 'heading' | 'cell'

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
