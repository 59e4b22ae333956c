/** A base letter with this many marks is no longer held together: no script needs it. */
const LONGEST_CLUSTER = 64

/**
 * Cuts a text into pieces of at most `limit` UTF-16 units that give the text when joined. A piece ends between
 * two characters as people see them (emoji with joiners, letters with marks), and never inside a surrogate pair.
 */
export function cutText(text: string, limit: number): string[] {
  const pieces: string[] = []
  let start = 0
  while (text.length - start > limit) {
    const end = start + cutPoint(text.slice(start, start + limit + LONGEST_CLUSTER), limit)
    pieces.push(text.slice(start, end))
    start = end
  }
  if (start < text.length) pieces.push(text.slice(start))
  return pieces
}

/** The start of the text, at most `limit` UTF-16 units long, ending in `mark` when something was cut off. */
export function shorten(text: string, limit: number, mark: string): string {
  if (text.length <= limit) return text
  const start = text.slice(0, limit + LONGEST_CLUSTER)
  return (cutText(start, limit - mark.length)[0] ?? '') + mark
}

/** As {@link shorten}, ending behind a whole word where there is one near the end. */
export function shortenAtWord(text: string, limit: number, mark: string): string {
  if (text.length <= limit) return text
  const [start = ''] = cutText(text, limit - mark.length)
  const whole = /\s/.test(text.charAt(start.length)) ? start : start.replace(/\s\S{0,80}$/, '')
  return whole.trimEnd() + mark
}

function cutPoint(text: string, limit: number): number {
  const cluster = new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text).containing(limit)
  const start = cluster?.index ?? limit
  if (start > 0) return start
  // One cluster longer than the limit: cut it at a code point.
  return /[\uDC00-\uDFFF]/.test(text.charAt(limit)) && limit > 1 ? limit - 1 : limit
}
