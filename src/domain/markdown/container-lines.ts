import {
  closesFence,
  fenceOf,
  headingOf,
  interruptsParagraph,
  isBlank,
  isRule,
  listMarkerOf,
  quotedText,
  underlineLevel,
  type FenceOpening,
} from './line-starts.ts'

/** The lines inside a quote or list item, while they are collected. */
export interface ContainerLines {
  readonly lines: string[]
  /** The fenced code that is open at the last line; null for none. */
  fence: FenceOpening | null
}

/** No lines yet. */
export function openContainer(): ContainerLines {
  return { lines: [], fence: null }
}

/** Adds a line, already without the container's own sign or indent. */
export function addLine(inner: ContainerLines, line: string): void {
  inner.lines.push(line)
  if (inner.fence === null) inner.fence = fenceOf(line)
  else if (closesFence(line, inner.fence)) inner.fence = null
}

/**
 * Whether a line with no sign of the container goes on with the paragraph at its end all the same (CommonMark's
 * lazy continuation). What is written back never relies on it.
 */
export function takesLazily(inner: ContainerLines, line: string): boolean {
  if (inner.fence !== null || isBlank(line) || interruptsParagraph(line) || underlineLevel(line) !== null)
    return false
  return endsInText(inner.lines.at(-1) ?? '')
}

function endsInText(line: string): boolean {
  const inner = quotedText(line) ?? listMarkerOf(line)?.text
  if (inner !== undefined && inner !== line) return endsInText(inner)
  return !isBlank(line) && headingOf(line) === null && fenceOf(line) === null && !isRule(line)
}
