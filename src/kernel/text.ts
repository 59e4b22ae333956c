/** At most `width` columns, the last one `…` where something was cut off. */
export function cutTo(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${headOf(text, width - 1)}…`
}

/** The longest beginning of a text that takes at most `width` columns. */
export function headOf(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, Math.max(0, width))
  let head = ''
  let used = 0
  for (const { segment } of graphemes(text)) {
    used += columnsOf(segment)
    if (used > width) break
    head += segment
  }
  return head
}

/** At most `width` columns: its beginning and its end, with `…` between where something was left out. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (PLAIN.test(text)) {
    const from = text.length - Math.floor(width / 2)
    return cutTo(text, width - (text.length - from)) + text.slice(from)
  }
  let end = ''
  let used = 0
  for (const { segment } of [...graphemes(text)].toReversed()) {
    used += columnsOf(segment)
    if (used > Math.floor(width / 2)) break
    end = segment + end
  }
  return cutTo(text, width - widthOf(end)) + end
}

/** Columns a text takes in a terminal: East Asian wide characters and emoji take two. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes(text)) width += columnsOf(segment)
  return width
}

function columnsOf(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

/**
 * Latin letters, the marks of our own texts (– … • · →): a column and a code unit each. Asking Unicode's tables about
 * them would take 20 ms, the first time.
 */
const PLAIN = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193]*$/

function graphemes(text: string): Iterable<{ segment: string }> {
  return new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)
}

/** `1 call`, `2 calls`. */
export function countText(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`
}

/** `4 min`, `3 h`, `12 d`: how long ago or how long, to one unit. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** The last instant that a calendar has, and the first as far before 1970 (ECMA-262, "Time Values and Time Range"). */
const LAST_MS = 8.64e15

/** An instant in ISO 8601. What lies beyond all calendars, as in a damaged row, is shown as the end of them. */
export function instantText(ms: number): string {
  return new Date(Math.max(-LAST_MS, Math.min(LAST_MS, ms))).toISOString()
}

/** `2026-11-25 13:40` UTC, for people. */
export function minuteText(ms: number): string {
  return instantText(ms).slice(0, 16).replace('T', ' ')
}

/** `2026-11-25 13:40:07` UTC. */
export function secondText(ms: number): string {
  return instantText(ms).slice(0, 19).replace('T', ' ')
}

/** Says that the clock went back, by something that is recorded at a later time than now. */
export function clockText(ahead: { readonly what: string; readonly atMs: number }, nowMs: number): string {
  const by = spanText(ahead.atMs - nowMs)
  return `went back by ${by} or more: ${ahead.what} is recorded at ${secondText(ahead.atMs)} UTC; nothing waits for that`
}
