import { backtickRuns, firstFrom, nextRun } from '../markdown/backticks.ts'

/**
 * What may begin code in Markdown: the whole line that opens a fence, also within a list or quote, or a run of
 * backticks. A source for a pattern with the flag `m`.
 */
export const CODE_SIGN = String.raw`^[ \t>]*(?:\`{3,}[^\n\`]*|~{3,}[^\n]*)$|\`+`

/** The lines that may close a fence of one character. */
interface Closers {
  readonly starts: number[]
  readonly ends: number[]
  readonly sizes: number[]
  /** The longest from each one on: that a fence is never closed is known without a search. */
  longest: readonly number[]
}

/**
 * Finds where code ends in a text.
 *
 * @returns for a match of {@link CODE_SIGN} and its place: the end of the code that it begins, or that of the
 *   match itself where it begins none. A fence that is never closed begins none, nor does a run of backticks whose end
 *   is on another line: in text that only looks like Markdown most of what follows would be taken for code.
 *   Asked in rising order of places, all answers together take linear time.
 */
export function codeFinder(text: string): (sign: string, at: number) => number {
  const fenceEnd = fenceFinder(text)
  const runs = backtickRuns(text)
  let lineEnd = -1
  return (sign, at) => {
    const end = at + sign.length
    const fence = /^[ \t>]*(`{3,}|~{3,})/.exec(sign)?.[1]
    const startsLine = at === 0 || /[\n\r\u2028\u2029]/.test(text.charAt(at - 1))
    if (fence !== undefined && startsLine) return fenceEnd(fence, end) ?? end
    if (lineEnd < end) {
      const next = text.indexOf('\n', end)
      lineEnd = next === -1 ? text.length : next
    }
    const close = nextRun(runs, sign.length, end)
    return close !== undefined && close < lineEnd ? close + sign.length : end
  }
}

/** Where the fence ends that opens just before a place; null where it is never closed. */
function fenceFinder(text: string): (fence: string, from: number) => number | null {
  const byChar: Record<string, Closers> = { '`': noClosers(), '~': noClosers() }
  for (const { 0: line, 1: run = '', index } of text.matchAll(/^[ \t>]*(`{3,}|~{3,})[ \t]*$/gm)) {
    const closers = byChar[run.charAt(0)]
    closers?.starts.push(index)
    closers?.ends.push(index + line.length)
    closers?.sizes.push(run.length)
  }
  for (const closers of Object.values(byChar)) closers.longest = longestFrom(closers.sizes)
  return (fence, from) => {
    const closers = byChar[fence.charAt(0)] ?? noClosers()
    let index = firstFrom(closers.starts, from)
    if ((closers.longest[index] ?? 0) < fence.length) return null
    while ((closers.sizes[index] ?? 0) < fence.length) index += 1
    return closers.ends[index] ?? null
  }
}

function noClosers(): Closers {
  return { starts: [], ends: [], sizes: [], longest: [] }
}

function longestFrom(sizes: readonly number[]): number[] {
  let longest = 0
  return sizes
    .toReversed()
    .map(size => (longest = Math.max(longest, size)))
    .toReversed()
}
