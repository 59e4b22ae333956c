/** A letter, digit or mark of a script that parts words by spaces. */
const WORD = String.raw`[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]]`

/**
 * How often a word or phrase stands in a text as whole words, in any letter case; any white space matches that of
 * the term, and accents match however they are composed. In Chinese, Japanese and Thai, which do not part words,
 * every occurrence counts. A blank term never occurs.
 */
export function countTerm(text: string, term: string): number {
  const plain = term.normalize('NFC').trim()
  if (plain === '') return 0
  const body = plain
    .split(/\s+/)
    .map(word => RegExp.escape(word))
    .join(String.raw`\s+`)
  const pattern = new RegExp(`${boundary('<!', plain, '^')}${body}${boundary('!', plain, '$')}`, 'giv')
  return text.normalize('NFC').match(pattern)?.length ?? 0
}

/** A term such as `C++` or `#ad` has no boundary where it does not begin or end with a word. */
function boundary(look: '<!' | '!', term: string, end: '^' | '$'): string {
  const edge = new RegExp(end === '^' ? `^${WORD}` : `${WORD}$`, 'v')
  return edge.test(term) ? `(?${look}${WORD})` : ''
}
