import { minuteText, secondText } from './text.ts'

/**
 * A result as people are told it: plain data that says what each part is, and nothing of what it looks like. A surface
 * prints it: it knows the width, the colours, and how the program was started.
 */
export type Document = readonly Block[]

/** One part of a document, below the one before it. */
export type Block =
  | { readonly kind: 'line'; readonly text: Text }
  /** Names with what they stand for. */
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | { readonly kind: 'table'; readonly columns: readonly Column[]; readonly rows: readonly Text[] }
  | { readonly kind: 'list'; readonly items: readonly Text[] }
  /** A line with what belongs to it. */
  | { readonly kind: 'item'; readonly head: Text; readonly details: Document }
  | { readonly kind: 'section'; readonly title: Text; readonly body: Document }
  /** What can be done next. */
  | { readonly kind: 'next'; readonly text: Text }
  /** A text of somebody else, or for another program: not broken, not indented. */
  | { readonly kind: 'verbatim'; readonly text: string }

/** A name with what it stands for. */
export interface Fact {
  readonly label: Text
  readonly value: Text
}

/** One column of a table; each row has a span for each. */
export interface Column {
  readonly title: string
  /** Numbers are set right. */
  readonly align?: 'left' | 'right'
  /** Where values are shortened in a narrow place: what is read from the front, and what is told by its end too. */
  readonly cut?: 'end' | 'middle'
}

/** Words in a row, each with its meaning. */
export type Text = readonly Span[]

/** Words of one meaning. A `command` is one of ours without the program's name, such as `task show ID`. */
export type Span =
  | { readonly is: Exclude<Meaning, 'state'>; readonly text: string }
  | { readonly is: 'state'; readonly tone: Tone; readonly text: string }

type Meaning = 'plain' | 'strong' | 'dim' | 'id' | 'money' | 'time' | 'command' | 'state'

/** How a state is to be taken: as it should be, wanting somebody, wrong; or neither yet. */
export type Tone = 'good' | 'warn' | 'bad' | 'open'

/** What text is made of: a plain string has no meaning of its own. */
export type Words = string | Span | readonly Words[]

/** What documents are made of: words are a line, null is nothing. */
export type Part = Block | string | null | readonly Part[]

/** A document of the parts that are there. */
export function document(...parts: readonly Part[]): Document {
  return parts.flatMap(part => {
    if (part === null) return []
    if (typeof part === 'string') return [{ kind: 'line', text: text(part) }]
    return isList(part) ? document(...part) : [part]
  })
}

function text(some: Words): Text {
  if (typeof some === 'string') return some === '' ? [] : [{ is: 'plain', text: some }]
  return isList(some) ? some.flatMap(text) : [some]
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}

/** A tag for a text of ours, in which commands are written out, with words in it that are anybody's. */
export function words(ours: TemplateStringsArray, ...values: readonly (Words | number)[]): Text {
  const said = values.map(value => text(typeof value === 'number' ? String(value) : value))
  return ours.flatMap((part, index) => [...hint(part), ...(said[index] ?? [])])
}

/** The same as a line, or a paragraph. */
export function line(ours: TemplateStringsArray, ...values: readonly (Words | number)[]): Block {
  return { kind: 'line', text: words(ours, ...values) }
}

/** Names with what they stand for; nothing where there are none. */
export function facts(...pairs: readonly (readonly [label: Words, value: Words] | null)[]): Block | null {
  const found = pairs.filter(pair => pair !== null)
  if (found.length === 0) return null
  return { kind: 'facts', facts: found.map(([label, value]) => ({ label: text(label), value: text(value) })) }
}

/** A table; each row has a cell for each column. */
export function table(columns: readonly Column[], rows: readonly (readonly (string | Span)[])[]): Block {
  const span = (cell: string | Span): Span => (typeof cell === 'string' ? { is: 'plain', text: cell } : cell)
  return { kind: 'table', columns, rows: rows.map(cells => cells.map(span)) }
}

/** Items that are told one below the other; nothing where there are none. */
export function list(items: readonly Words[]): Block | null {
  return items.length === 0 ? null : { kind: 'list', items: items.map(text) }
}

/** A line with what belongs to it. */
export function item(head: Words, ...details: readonly Part[]): Block {
  return { kind: 'item', head: text(head), details: document(...details) }
}

/** A part with a heading; nothing where nothing is in it. */
export function section(title: Words, ...parts: readonly Part[]): Block | null {
  const body = document(...parts)
  return body.length === 0 ? null : { kind: 'section', title: text(title), body }
}

/** What can be done next, as a text with commands in it; nothing where there is nothing to do. */
export function next(step: Words | null): Block | null {
  if (step === null) return null
  return { kind: 'next', text: text(typeof step === 'string' ? hint(step) : step) }
}

/** A text of somebody else, or for another program. */
export function verbatim(content: string): Block {
  return { kind: 'verbatim', text: content.trimEnd() }
}

/** What stands out. */
export const strong = (content: string): Span => ({ is: 'strong', text: content })
/** What may be passed over. */
export const dim = (content: string): Span => ({ is: 'dim', text: content })
/** What something is called by a command; never broken. */
export const id = (content: string): Span => ({ is: 'id', text: content })
/** An amount of US dollars, as it is written. */
export const money = (usd: string): Span => ({ is: 'money', text: `$${usd}` })
/** An instant, to the minute, UTC. */
export const minute = (ms: number): Span => ({ is: 'time', text: minuteText(ms) })
/** An instant, to the second, UTC. */
export const second = (ms: number): Span => ({ is: 'time', text: secondText(ms) })
/** A command of ours without the program's name; never broken. */
export const command = (content: string): Span => ({ is: 'command', text: content })
/** A state, and how it is to be taken. */
export const state = (content: string, tone: Tone): Span => ({ is: 'state', tone, text: content })

/** A text of ours in which commands are written out, `echopilot doctor, or …`, with those as what they are. */
export function hint(content: string): Text {
  const spans: Span[] = []
  let from = 0
  for (const found of content.matchAll(COMMANDS)) {
    spans.push(...text(content.slice(from, found.index)), command(found[1] ?? ''))
    from = found.index + found[0].length
  }
  return [...spans, ...text(content.slice(from))]
}

/** The program's name, a word or flag, and what follows up to a mark of the sentence; marks may stand in quotes. */
const COMMANDS =
  /(?<![\w./-]|npx )echopilot ((?:--?)?[a-z][\w-]*(?: (?:"[^"]*"|'[^']*'|[^\s,;:()"'`]|:(?=\S))+)*)/g
