/** Cutting text into lines, sentences and words, in any language. */

/** Words in order, lower case, without punctuation; works for languages without spaces, too. */
export function words(text: string): readonly string[] {
  const parts = [...new Intl.Segmenter('und', { granularity: 'word' }).segment(text)]
  return parts.filter(part => part.isWordLike === true).map(part => part.segment.toLowerCase())
}

/** Lines that hold something, trimmed. */
export function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}

const SENTENCE_END =
  /(?<=[.!?])(?<!\b(?:e\.g|i\.e|etc|vs|no|nr|ca|z\.b|d\.h|dr|mr|mrs|ms|st|\d{1,2})\.)\s+|(?<=[。！？])/iu

/** Sentences of one line; an abbreviation, a German date or a decimal point ends none. */
export function sentences(line: string): readonly string[] {
  return line
    .split(SENTENCE_END)
    .map(sentence => sentence.trim())
    .filter(sentence => sentence !== '')
}

/** Upper case at the beginning, the rest as it is. */
export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** The first `limit` words as they stand, without a comma or small word at the end. */
export function firstWords(text: string, limit: number): string {
  const cut = text.split(/\s+/).slice(0, limit).join(' ')
  return cut.replace(/(?:[,;:.。]|\s(?:and|or|the|a|of|for|to|in|with|und|der|die|das|für|mit))+$/i, '')
}
