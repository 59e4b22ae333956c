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

/** The nearest opener for a closer, above the floor; those between can no longer pair with anything. */
function dropToOpener(openers: Delimiter[], floor: number, closer: Delimiter): Delimiter | undefined {
  for (let at = openers.length - 1; at >= floor; at -= 1) {
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
