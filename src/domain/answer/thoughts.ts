import { jsonFlaw } from '../json-check.ts'
import { CODE_SIGN, codeFinder } from './code.ts'

/** The marks around a model's reasoning (a thought). */
interface ThoughtMark {
  readonly open: string
  readonly close: string
  readonly common?: true
}

/**
 * Pairs of marks between which models write their reasoning, where their server does not separate it from the answer. Sources of
 * patterns. The words that other texts use as names of elements, too, count only where a thought would begin: at the
 * start of an answer or a line.
 */
const MARKS: readonly ThoughtMark[] = [
  tag('think'),
  { ...tag('thinking'), common: true },
  { ...tag('thoughts?'), common: true },
  { ...tag('reasoning'), common: true },
  { open: '◁think▷', close: '◁/think▷' },
  // In capitals: a link may be called so.
  { open: String.raw`\[THINK\](?!\()`, close: String.raw`\[/THINK\]` },
  { open: String.raw`<\|begin_of_thought\|>`, close: String.raw`<\|end_of_thought\|>` },
  { open: String.raw`<\|START_THINKING\|>`, close: String.raw`<\|END_THINKING\|>` },
  { open: String.raw`<\|channel>thoughts?`, close: '<channel\\|>' },
]

/** Marks that some of these models put around the answer itself. */
const AROUND_ANSWER = [
  ['<answer>', '</answer>'],
  ['<|begin_of_solution|>', '<|end_of_solution|>'],
  ['<|START_RESPONSE|>', '<|END_RESPONSE|>'],
  ['<|START_TEXT|>', '<|END_TEXT|>'],
] as const

function tag(name: string): { open: string; close: string } {
  const named = String.raw`(?:[a-z]{1,10}:)?${name}`
  return {
    open: String.raw`(?i:<${named}(?:\s[^<>\n]{0,200})?>)`,
    close: String.raw`(?i:</${named}\s{0,10}>)`,
  }
}

/** Where harmony (gpt-oss) begins a message: its channel, and what it is constrained to. */
const CHANNEL = String.raw`<\|channel\|>[^<]{0,200}(?:<\|constrain\|>[^<]{0,200})?<\|message\|>`
const END_OF_MESSAGE = /<\|(?:channel|end|return|call|start)\|>/g
/** The same where a server left its special tokens out. */
const BARE_CHANNELS = ['analysis', 'assistantfinal'] as const

/**
 * The answer without what the model thought on its way to it (SPEC §7): `<think>…</think>`, other vendors' marks,
 * harmony's channels but for the final one. A lone closing mark ends a thought that the chat template had begun, and
 * a thought that never ends has no answer behind it. Marks within code stay, as does a whole JSON document: the
 * text is about them. A text without thoughts comes back as it is. Takes linear time.
 */
export function withoutThoughts(text: string): string {
  if (isJson(text)) return text
  const said = spoken(text)
  return said === null ? text : unwrapped(said.trim())
}

/** One pass over a text. The answer so far is `kept`, and the text from `from` to the next thought. */
interface Scan {
  readonly text: string
  kept: string[]
  from: number
  /** The first character from there on that is no white space. */
  word: number
  at: number
  /** How often what follows a thought was read as JSON. */
  jsonTries: number
  readonly marks: MarkState[]
  readonly codeEnd: (sign: string, at: number) => number
}

/** Where a mark stands that closes a thought. */
interface Closing {
  readonly start: number
  readonly end: number
}

/** What a pass knows of one of {@link MARKS}. */
interface MarkState {
  /** Elements of this name that were opened as text, and are to be closed as such. */
  named: number
  /** The next closing mark, as last looked for; null where none follows any more. */
  closing: Closing | null | undefined
}

/** Groups in their order, without names: an object of twenty names for each match takes most of the time of a pass. */
const SIGNS = [CODE_SIGN, CHANNEL, ...MARKS.map(({ open }) => open), ...MARKS.map(({ close }) => close)]
  .map(sign => `(${sign})`)
  .join('|')

/** What is left of a text with thoughts in it; null where there are none. */
function spoken(text: string): string | null {
  const [analysis, final] = BARE_CHANNELS
  const bare = text.startsWith(analysis) ? text.indexOf(final) : -1
  if (bare !== -1) return text.slice(bare + final.length)
  const marks = MARKS.map(() => ({ named: 0, closing: undefined }))
  const scan: Scan = {
    text,
    kept: [],
    from: -1,
    word: 0,
    at: 0,
    jsonTries: 0,
    marks,
    codeEnd: codeFinder(text),
  }
  const signs = new RegExp(SIGNS, 'gm')
  for (;;) {
    signs.lastIndex = scan.at
    const match = signs.exec(text)
    if (match === null) break
    scan.at = match.index + match[0].length
    const said = readSign(scan, match)
    if (said !== null) return said
  }
  return scan.from === -1 ? null : scan.kept.join('') + text.slice(scan.from)
}

/** Reads one mark and moves behind it. Returns the whole answer where the mark decides it, else null. */
function readSign(scan: Scan, match: RegExpExecArray): string | null {
  const { 0: sign, index } = match
  const [code, channel, ...rest] = match.slice(1)
  if (code !== undefined) {
    scan.at = scan.codeEnd(sign, index)
    return null
  }
  if (channel !== undefined) return finalMessages(scan.text.slice(index))
  const which = rest.findIndex(found => found !== undefined)
  const mark = MARKS[which % MARKS.length]
  const state = scan.marks[which % MARKS.length]
  if (mark === undefined || state === undefined) return null
  return which < MARKS.length ? readOpening(scan, index, mark, state) : readLoneClosing(scan, index, state)
}

function readOpening(scan: Scan, index: number, mark: ThoughtMark, state: MarkState): string | null {
  const startsAnswer = scan.kept.length === 0 && firstWord(scan) === index
  const startsLine = startsAnswer || scan.text.charAt(index - 1) === '\n'
  if (mark.common === true && !startsLine) {
    state.named += 1
    return null
  }
  const closing = closingAfter(scan, mark, state)
  // In the middle of a line the text is about the mark.
  if (!startsLine && (closing === null || isMentioned(scan.text, closing.start, closing.end))) return null
  if (!startsAnswer) scan.kept.push(scan.text.slice(Math.max(scan.from, 0), index))
  scan.at = closing?.end ?? scan.text.length
  return goOn(scan)
}

function closingAfter({ text, at }: Scan, { close }: ThoughtMark, state: MarkState): Closing | null {
  if (state.closing === undefined || (state.closing !== null && state.closing.start < at)) {
    const closing = new RegExp(close, 'g')
    closing.lastIndex = at
    const match = closing.exec(text)
    state.closing = match === null ? null : { start: match.index, end: closing.lastIndex }
  }
  return state.closing
}

/** Whether a closing mark stands within a sentence, which goes on behind it: no thought ends so. */
function isMentioned(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(start - 2, 0), start)
  return /\S[ \t]$|\($/.test(before) && /^(?:[,.;:)]|[ \t]\p{Ll})/u.test(text.slice(end, end + 3))
}

/** Everything before it was reasoning, unless the text only mentions the mark. */
function readLoneClosing(scan: Scan, index: number, state: MarkState): string | null {
  if (state.named > 0) {
    state.named -= 1
    return null
  }
  if (isMentioned(scan.text, index, scan.at)) return null
  scan.kept = []
  return goOn(scan)
}

/** Each try parses all that is left; an answer has few thoughts before its document. */
const MOST_JSON_TRIES = 10

/** Continues behind a thought. Returns the rest where it is JSON: marks in it are data. */
function goOn(scan: Scan): string | null {
  scan.from = scan.at
  scan.jsonTries += 1
  if (scan.kept.length > 0 || scan.jsonTries > MOST_JSON_TRIES) return null
  const rest = scan.text.slice(scan.at)
  return isJson(rest) ? rest : null
}

function firstWord(scan: Scan): number {
  const from = Math.max(scan.from, 0)
  if (scan.word <= from) {
    const word = /\S/g
    word.lastIndex = from
    scan.word = word.exec(scan.text)?.index ?? scan.text.length
  }
  return scan.word
}

/** Harmony's messages to the user; the others are thoughts and calls of tools. */
function finalMessages(text: string): string {
  const starts = [...text.matchAll(new RegExp(CHANNEL, 'g'))].filter(([head]) =>
    /^<\|channel\|>\s*final\b/.test(head),
  )
  return starts
    .map(({ 0: head, index }) => {
      const from = index + head.length
      const end = new RegExp(END_OF_MESSAGE, 'g')
      end.lastIndex = from
      return text.slice(from, end.exec(text)?.index ?? text.length)
    })
    .join('')
}

function unwrapped(said: string): string {
  const around = AROUND_ANSWER.find(([open, close]) => said.startsWith(open) && said.endsWith(close))
  return around === undefined ? said : said.slice(around[0].length, -around[1].length).trim()
}

/** An object or a list: what a model would answer as a document. */
function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text) && jsonFlaw(text) === null
}
