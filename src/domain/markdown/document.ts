/** How a stretch of text looks, as far as Markdown can say it. */
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
 * An item of a numbered list that does not count from 1 up (`isCounting`), such as the one that begins at 7: many
 * places that a document goes to number lists by themselves, from 1 always, so its number is text of its own.
 * `marker` is the number with its dot or bracket.
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

/** A block of a document: what Markdown can say and a page, a mail, a chat or a PDF can show. */
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
  return (
    a.length === b.length &&
    a.every((span, index) => {
      const other = b[index]
      return other !== undefined && span.text === other.text && sameStyle(span, other)
    })
  )
}

/** Text with no style as spans. */
export function plainSpans(text: string): Span[] {
  return text === '' ? [] : [{ ...PLAIN, text }]
}

/** Whether a list may be numbered by whoever shows it: from 1 up, or all 1, which Markdown counts up too. */
export function isCounting(numbers: readonly string[]): boolean {
  return (
    numbers.every((number, index) => number === String(index + 1)) || numbers.every(number => number === '1')
  )
}

/**
 * Text that every service and database can store and JSON can carry, the one place where characters are replaced:
 * CR LF and CR become LF; a control character other than tab and LF becomes its visible symbol (NUL is `␀`,
 * ESC is `␛`), because many databases refuse NUL and nothing is shown for the others; half of a surrogate pair
 * becomes U+FFFD. Every other character stays, and cleaning twice changes nothing more.
 */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROL, symbolOf).toWellFormed()
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g

function symbolOf(control: string): string {
  const code = control.charCodeAt(0)
  return code === 0x7f ? '␡' : String.fromCharCode(0x2400 + code)
}
