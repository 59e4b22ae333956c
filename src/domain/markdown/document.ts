/** How a stretch of text looks, as far as both Markdown and Notion know it. */
export interface TextStyle {
  readonly bold: boolean
  readonly italic: boolean
  readonly strike: boolean
  readonly code: boolean
  /** The address a click leads to; null for none. */
  readonly link: string | null
}

/** Text of one style. A newline in it is a line break that people see. */
export interface Span extends TextStyle {
  readonly text: string
}

/** Text with no style. */
export const PLAIN: TextStyle = { bold: false, italic: false, strike: false, code: false, link: null }

/** A table; the first row is its header. All rows have the same number of cells. */
export interface TableNode {
  readonly kind: 'table'
  readonly rows: readonly (readonly Span[][])[]
}

/** Fenced code. `info` is what stood behind the fence, mostly a language. */
export interface CodeNode {
  readonly kind: 'code'
  readonly info: string
  readonly text: string
}

/** A heading. Level 1 is the highest. */
export interface HeadingNode {
  readonly kind: 'heading'
  readonly level: HeadingLevel
  readonly spans: readonly Span[]
}

/** Markdown has six levels of headings. */
export type HeadingLevel = 1 | 2 | 3 | 4 | 5 | 6

/** A block that holds text and, below it, further blocks. */
export interface TextNode {
  readonly kind: 'paragraph' | 'bullet' | 'number' | 'quote'
  readonly spans: readonly Span[]
  readonly children: readonly DocNode[]
}

/** A list item with a box. */
export interface TaskNode {
  readonly kind: 'task'
  readonly checked: boolean
  readonly spans: readonly Span[]
  readonly children: readonly DocNode[]
}

/**
 * An item of a numbered list whose numbers Notion would not show (it counts from 1, always): its number stands
 * in the text. `marker` is the number with its dot or bracket.
 */
export interface NumeralNode {
  readonly kind: 'numeral'
  readonly marker: string
  readonly spans: readonly Span[]
  readonly children: readonly DocNode[]
}

/** A horizontal rule. */
export interface RuleNode {
  readonly kind: 'rule'
}

/** A block of a document, between Markdown and Notion: what both have in common. */
export type DocNode = TextNode | TaskNode | NumeralNode | HeadingNode | CodeNode | TableNode | RuleNode

/** Whether two stretches look the same. */
export function sameStyle(a: TextStyle, b: TextStyle): boolean {
  return (
    a.bold === b.bold &&
    a.italic === b.italic &&
    a.strike === b.strike &&
    a.code === b.code &&
    a.link === b.link
  )
}

/** The same text with empty spans left out and neighbours of one style joined: equal texts compare equal. */
export function joinSpans(spans: Iterable<Span>): Span[] {
  const texts: string[][] = []
  const joined: Span[] = []
  for (const span of spans) {
    if (span.text === '') continue
    const last = joined.at(-1)
    if (last !== undefined && sameStyle(last, span)) texts.at(-1)?.push(span.text)
    else {
      joined.push(span)
      texts.push([span.text])
    }
  }
  return joined.map((span, index) => ({ ...span, text: (texts[index] ?? []).join('') }))
}

/** Whether two joined texts are the same, styles included. */
export function sameSpans(a: readonly Span[], b: readonly Span[]): boolean {
  return a.length === b.length && a.every((span, index) => isSameSpan(span, b[index]))
}

function isSameSpan(a: Span, b: Span | undefined): boolean {
  return b !== undefined && a.text === b.text && sameStyle(a, b)
}

/** Text with no style as spans. */
export function plainSpans(text: string): Span[] {
  return text === '' ? [] : [{ ...PLAIN, text }]
}
