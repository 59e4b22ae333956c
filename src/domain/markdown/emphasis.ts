/** A run of `*`, `_` or `~` in a text, as CommonMark's rule for emphasis sees it. */
export interface Delimiter {
  readonly char: string
  /** Which token of the text it is. */
  readonly token: number
  /** How many characters it had. */
  readonly size: number
  readonly canOpen: boolean
  readonly canClose: boolean
  /** How many of them are not used up. */
  left: number
}

/** A style for all tokens between two, both excluded. */
export interface Mark {
  readonly style: 'bold' | 'italic' | 'strike'
  readonly after: number
  readonly before: number
}

/**
 * Pairs up delimiters (CommonMark 0.31 §6.2, "process emphasis", and GFM's strikethrough with two tildes) and
 * returns the styles they mean; their `left` tells what stays as text. Linear: what was searched in vain is not
 * searched again.
 */
export function pairDelimiters(delimiters: readonly Delimiter[]): Mark[] {
  const marks: Mark[] = []
  const openers: Delimiter[] = []
  const searched = new Map<string, number>()
  for (const delimiter of delimiters) {
    if (delimiter.canClose) closeAll(delimiter, openers, searched, marks)
    if (delimiter.canOpen && delimiter.left > 0) openers.push(delimiter)
  }
  return marks
}

function closeAll(
  closer: Delimiter,
  openers: Delimiter[],
  searched: Map<string, number>,
  marks: Mark[],
): void {
  const key = `${closer.char}${closer.canOpen}${closer.size % 3}`
  while (closer.left > 0) {
    const opener = dropToOpener(openers, searched.get(key) ?? 0, closer)
    if (opener === undefined) {
      searched.set(key, openers.length)
      return
    }
    marks.push(use(opener, closer))
    if (opener.left === 0) openers.pop()
    for (const [other, height] of searched) searched.set(other, Math.min(height, openers.length))
  }
}

/** The nearest opener for a closer, from `lowest` up; those between can no longer pair with anything. */
function dropToOpener(openers: Delimiter[], lowest: number, closer: Delimiter): Delimiter | undefined {
  for (let at = openers.length - 1; at >= lowest; at -= 1) {
    const opener = openers[at]
    if (opener === undefined || !pairs(opener, closer)) continue
    openers.length = at + 1
    return opener
  }
  return undefined
}

function pairs(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.char !== closer.char) return false
  if (opener.char === '~') return true
  // "Multiple of 3": keeps `**a*b**` from closing at the single star.
  const both = opener.canClose || closer.canOpen
  return !both || (opener.size + closer.size) % 3 !== 0 || (opener.size % 3 === 0 && closer.size % 3 === 0)
}

function use(opener: Delimiter, closer: Delimiter): Mark {
  const count = Math.min(opener.left, closer.left, 2)
  opener.left -= count
  closer.left -= count
  const style = opener.char === '~' ? 'strike' : count === 2 ? 'bold' : 'italic'
  return { style, after: opener.token, before: closer.token }
}

/**
 * Whether the run of `char` from `start` to `end` of a text may open or close a style (CommonMark §6.2, left- and
 * right-flanking). Beside Chinese, Japanese and Korean, which part no words by spaces, punctuation inside the marks
 * does not keep them from closing.
 */
export function flanks(raw: string, start: number, end: number): { canOpen: boolean; canClose: boolean } {
  const before = charBefore(raw, start)
  const after = charAfter(raw, end)
  const left = !SPACE.test(after) && (!isPunctuation(after) || !isWord(before) || isCjk(before))
  const right = !SPACE.test(before) && (!isPunctuation(before) || !isWord(after) || isCjk(after))
  if (raw.charAt(start) !== '_') return { canOpen: left, canClose: right }
  return {
    canOpen: left && (!right || isPunctuation(before)),
    canClose: right && (!left || isPunctuation(after)),
  }
}

const SPACE = /^(?:\s|$)/u
// Made at the first call: Unicode's tables take a start of any command longer.
const isPunctuation = (text: string): boolean => /^[\p{P}\p{S}]/u.test(text)
const isWord = (text: string): boolean => /^[^\s\p{P}\p{S}]/u.test(text)
const isCjk = (text: string): boolean =>
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text)

/** The character in front of a place in a text; empty at its start. */
function charBefore(text: string, at: number): string {
  const unit = text.charCodeAt(at - 1)
  return at === 0 ? '' : unit >= 0xdc00 && unit <= 0xdfff ? text.slice(at - 2, at) : text.charAt(at - 1)
}

/** The character at a place in a text; empty at its end. */
function charAfter(text: string, at: number): string {
  const point = text.codePointAt(at)
  return point === undefined ? '' : String.fromCodePoint(point)
}
