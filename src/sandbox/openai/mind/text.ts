/** Cutting text into sentences, words and lists, in any language. */

/** Longer briefs are analysed by their beginning only; what they hold beyond is billed, but not read. */
const READ_CHARACTERS = 200_000

/** Words in order, lower case, without punctuation; works for languages without spaces, too. */
export function words(text: string): readonly string[] {
  const segmenter = new Intl.Segmenter('und', { granularity: 'word' })
  const found: string[] = []
  for (const part of segmenter.segment(text.slice(0, READ_CHARACTERS))) {
    if (part.isWordLike === true) found.push(part.segment.toLowerCase())
  }
  return found
}

/** Lines that hold something, trimmed. */
export function lines(text: string): readonly string[] {
  return text
    .slice(0, READ_CHARACTERS)
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '')
}

const ABBREVIATION =
  /\b(?:e\.g|i\.e|etc|vs|approx|no|nr|ca|z\.b|d\.h|dr|mr|mrs|ms|st|inc|ltd|co)\.$|(?:^|\s)\d{1,2}\.$/i

/** Sentences of one line; an abbreviation or a decimal point ends none. */
export function sentencesOf(line: string): readonly string[] {
  const found: string[] = []
  let open = ''
  for (const piece of line.split(/(?<=[.!?])\s+|(?<=[。！？])/u)) {
    open = open === '' ? piece : `${open} ${piece}`
    if (ABBREVIATION.test(open)) continue
    found.push(open.trim())
    open = ''
  }
  return [...found, open.trim()].filter(sentence => sentence !== '')
}

/** The line without the marks of a list item, heading or quotation. */
export function plainLine(line: string): string {
  return line.replace(/^(?:[-*•>]\s+|#{1,6}\s+|\d{1,2}[.)]\s+|\[[ x]\]\s+)+/i, '').trim()
}

/** True for a line that is an item of a list. */
export function isListItem(line: string): boolean {
  return /^(?:[-*•]|\d{1,2}[.)])\s+\S/.test(line)
}

/** Upper case at the beginning, the rest as it is. */
export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** The first `limit` words as they stand, without a dangling comma or conjunction. */
export function firstWords(text: string, limit: number): string {
  const parts = text.split(/\s+/)
  const cut = parts.slice(0, limit).join(' ')
  if (parts.length <= limit) return cut.replace(/[.,;:。]+$/, '')
  return cut.replace(/(?:[,;:.]|\s(?:and|or|the|a|an|of|for|to|in|with|und|oder|der|die|das|für|mit))+$/i, '')
}
