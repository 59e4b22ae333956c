import { backtickRuns, nextRun, type BacktickRuns } from './backticks.ts'
import { PLAIN, type Span } from './document.ts'
import { flanks, pairDelimiters, type Delimiter, type Mark } from './emphasis.ts'
import { VERBATIM } from './escape.ts'
import { bareUrlAt, isLinkUrl, isRelativeUrl, linkify } from './urls.ts'

/** Where a text stands: only a table's cell writes its line breaks as `<br>`. */
export type InlinePlace = 'text' | 'cell'

interface Token {
  text: string
  code: boolean
  link: string | null
}

interface Bracket {
  readonly token: number
  readonly delimiters: number
  /** How many links written as `<…>` there were before it: links do not nest. */
  readonly autolinks: number
}

interface Scan {
  readonly raw: string
  readonly place: InlinePlace
  at: number
  readonly tokens: Token[]
  delimiters: Delimiter[]
  brackets: Bracket[]
  autolinks: number
  readonly marks: Mark[]
  readonly fences: BacktickRuns
}

/**
 * Reads the inline Markdown of one block: bold, italic, strikethrough, code, links and escapes (CommonMark and
 * GFM). Of a relative link the label stays. Images, HTML, formulas between `\(…\)`, `\[…\]` or `$$…$$`, links with
 * an address that is not allowed (`isLinkUrl`) and whatever else there is stay as the text they are written as.
 * Line breaks stay; a backslash before one becomes two spaces.
 */
export function readSpans(raw: string, place: InlinePlace): Span[] {
  const scan: Scan = {
    raw,
    place,
    at: 0,
    tokens: [],
    delimiters: [],
    brackets: [],
    autolinks: 0,
    marks: [],
    fences: backtickRuns(raw),
  }
  while (scan.at < raw.length) step(scan)
  closeDelimiters(scan, 0)
  return linkify(styled(scan.tokens, scan.marks))
}

function step(scan: Scan): void {
  const reader = READERS[scan.raw.charAt(scan.at)]
  if (reader?.(scan) === true) return
  addText(scan, take(scan, PLAIN_RUN) ?? scan.raw.charAt(scan.at))
}

/** Text up to the next character that may mean something; never the first one, which has just been tried. */
const PLAIN_RUN = /[\s\S](?:(?!https?:\/\/)[^\\`*_~[\]!<$])*/y

const READERS: Readonly<Record<string, (scan: Scan) => boolean>> = {
  '\\': readBackslash,
  '`': readCode,
  '*': readDelimiters,
  _: readDelimiters,
  '~': readDelimiters,
  '[': openBracket,
  ']': closeBracket,
  '!': scan => readVerbatim(scan, IMAGE),
  '<': readAngle,
  $: scan => readVerbatim(scan, DOLLARS),
  h: readBareUrl,
}

const IMAGE = new RegExp(VERBATIM.image, 'y')
const DOLLARS = new RegExp(VERBATIM.dollars, 'y')
const FORMULA = new RegExp(`${VERBATIM.roundFormula}|${VERBATIM.squareFormula}`, 'y')
const HTML = new RegExp(VERBATIM.html, 'y')
const LINE_BREAK = /<br[ \t]{0,10}\/?>/iy
const AUTOLINK = /<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,2000})>/y
const ESCAPE = /\\([!-/:-@[-`{-~])/y
const TARGET =
  /\([ \t\n]{0,100}(?:<([^<>\n]{0,2100})>|((?:[^\s()<]|\([^\s()<]{0,2100}\)){1,2100}))[ \t\n]{0,100}\)/y

function readBackslash(scan: Scan): boolean {
  if (readVerbatim(scan, FORMULA)) return true
  if (take(scan, ESCAPE) !== null) {
    addText(scan, scan.raw.charAt(scan.at - 1))
    return true
  }
  if (!isHardBreak(scan)) return false
  addText(scan, '  \n')
  scan.at += 2
  return true
}

/** A backslash alone on its line is no break: an empty line would end the paragraph when written. */
function isHardBreak({ raw, at }: Scan): boolean {
  if (raw.charAt(at + 1) !== '\n') return false
  return /[^ \t\n]/.test(raw.slice(raw.lastIndexOf('\n', at) + 1, at))
}

function readVerbatim(scan: Scan, pattern: RegExp): boolean {
  const text = take(scan, pattern)
  if (text === null) return false
  addText(scan, text)
  return true
}

function readCode(scan: Scan): boolean {
  const run = take(scan, /`+/y) ?? ''
  const end = nextRun(scan.fences, run.length, scan.at)
  if (end === undefined) addText(scan, run)
  else addCode(scan, end)
  return true
}

function addCode(scan: Scan, end: number): void {
  const content = scan.raw.slice(scan.at, end).replaceAll('\n', ' ')
  const padded = /^ [\s\S]* $/.test(content) && /[^ ]/.test(content)
  scan.tokens.push({ text: padded ? content.slice(1, -1) : content, code: true, link: null })
  scan.at = end
  take(scan, /`+/y)
}

function readDelimiters(scan: Scan): boolean {
  const char = scan.raw.charAt(scan.at)
  const start = scan.at
  const run = take(scan, char === '*' ? /\*+/y : char === '_' ? /_+/y : /~+/y) ?? ''
  const { canOpen, canClose } = flanks(scan.raw, start, scan.at)
  const token = addText(scan, run)
  // GFM also strikes between single tildes; people write those for "about".
  if ((canOpen || canClose) && (char !== '~' || run.length === 2)) {
    scan.delimiters.push({ char, token, size: run.length, canOpen, canClose, left: run.length })
  }
  return true
}

function openBracket(scan: Scan): boolean {
  scan.at += 1
  const token = addText(scan, '[')
  scan.brackets.push({ token, delimiters: scan.delimiters.length, autolinks: scan.autolinks })
  return true
}

function closeBracket(scan: Scan): boolean {
  scan.at += 1
  const bracket = scan.brackets.pop()
  const start = scan.at
  const url = bracket === undefined ? null : readTarget(scan)
  if (bracket === undefined || url === null || !isLinkable(scan, bracket)) {
    scan.at = start
    addText(scan, ']')
    return true
  }
  if (isLinkUrl(url)) link(scan, bracket, url)
  else showLabel(scan, bracket)
  return true
}

/** A relative target leads nowhere outside the page it was written for: only the label stays. */
function showLabel(scan: Scan, bracket: Bracket): void {
  const open = scan.tokens[bracket.token]
  if (open !== undefined) open.text = ''
}

function readTarget(scan: Scan): string | null {
  TARGET.lastIndex = scan.at
  const match = TARGET.exec(scan.raw)
  if (match === null) return null
  scan.at = TARGET.lastIndex
  const url = (match[1] ?? match[2] ?? '').replace(/\\([!-/:-@[-`{-~])/g, '$1')
  return isLinkUrl(url) || isRelativeUrl(url) ? url : null
}

/** A link needs some text to click on, and no link in it. */
function isLinkable(scan: Scan, bracket: Bracket): boolean {
  return scan.autolinks === bracket.autolinks && scan.tokens.length > bracket.token + 1
}

function link(scan: Scan, bracket: Bracket, url: string): void {
  closeDelimiters(scan, bracket.delimiters)
  const open = scan.tokens[bracket.token]
  if (open !== undefined) open.text = ''
  for (const token of scan.tokens.slice(bracket.token)) token.link = url
  // The brackets before it cannot make a link any more: it would hold this one.
  scan.brackets = []
}

function readAngle(scan: Scan): boolean {
  if (scan.place === 'cell' && take(scan, LINE_BREAK) !== null) {
    addText(scan, '\n')
    return true
  }
  AUTOLINK.lastIndex = scan.at
  const match = AUTOLINK.exec(scan.raw)
  if (match?.[1] === undefined) return readVerbatim(scan, HTML)
  scan.at = AUTOLINK.lastIndex
  if (!isLinkUrl(match[1])) addText(scan, match[0])
  else {
    scan.autolinks += 1
    scan.tokens.push({ text: match[1], code: false, link: match[1] })
  }
  return true
}

function readBareUrl(scan: Scan): boolean {
  const url = bareUrlAt(scan.raw, scan.at, scan.raw.slice(Math.max(0, scan.at - 2), scan.at))
  if (url === null) return false
  scan.at += url.length
  scan.tokens.push({ text: url, code: false, link: url })
  return true
}

function closeDelimiters(scan: Scan, from: number): void {
  const inside = scan.delimiters.slice(from)
  scan.delimiters = scan.delimiters.slice(0, from)
  for (const mark of pairDelimiters(inside)) scan.marks.push(mark)
  for (const { char, token, left } of inside) {
    const found = scan.tokens[token]
    if (found !== undefined) found.text = char.repeat(left)
  }
}

function styled(tokens: readonly Token[], marks: readonly Mark[]): Span[] {
  const change = {
    bold: new Map<number, number>(),
    italic: new Map<number, number>(),
    strike: new Map<number, number>(),
  }
  for (const { style, after, before } of marks) {
    change[style].set(after + 1, (change[style].get(after + 1) ?? 0) + 1)
    change[style].set(before, (change[style].get(before) ?? 0) - 1)
  }
  const depth = { bold: 0, italic: 0, strike: 0 }
  return tokens.map(({ text, code, link: url }, index) => {
    depth.bold += change.bold.get(index) ?? 0
    depth.italic += change.italic.get(index) ?? 0
    depth.strike += change.strike.get(index) ?? 0
    return {
      ...PLAIN,
      text,
      code,
      link: url,
      bold: depth.bold > 0,
      italic: depth.italic > 0,
      strike: depth.strike > 0,
    }
  })
}

/** Matches at the present place and goes past it. */
function take(scan: Scan, pattern: RegExp): string | null {
  pattern.lastIndex = scan.at
  const match = pattern.exec(scan.raw)
  if (match === null) return null
  scan.at = pattern.lastIndex
  return match[0]
}

function addText(scan: Scan, text: string): number {
  return scan.tokens.push({ text, code: false, link: null }) - 1
}
