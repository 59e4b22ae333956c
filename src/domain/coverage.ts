/** A span of time, in milliseconds since the epoch: from, and up to but without. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** How far back a list goes, and how late things stand in it. */
export interface ListReach {
  /** How long after it happened a thing stands in the list at the latest. */
  readonly lagMs: number
  /** How long it stands there; null for ever. */
  readonly keptMs: number | null
}

/** What is to be looked through next. */
export interface SpanRequest extends ListReach {
  /** All of what was looked through before; null where nothing was. */
  readonly covered: Span | null
  /** Since when there is something to look for: before, the store did not belong to the account. */
  readonly bornMs: number
  /** Looks through it again from then on; null goes on where the last look ended. */
  readonly sinceMs: number | null
  /** How far before the end of the last look the next begins: things may change after they are made. */
  readonly overlapMs: number
  readonly nowMs: number
}

/** What to look through, within what the list has; null where that is nothing. */
export function nextSpan(request: SpanRequest): Span | null {
  const { covered, bornMs, sinceMs, overlapMs, keptMs, lagMs, nowMs } = request
  const toMs = nowMs - lagMs
  const goesOnMs = covered === null ? bornMs : Math.min(covered.toMs - overlapMs, toMs)
  const wantedMs = Math.max(bornMs, Math.min(goesOnMs, sinceMs ?? goesOnMs))
  const fromMs = keptMs === null ? wantedMs : Math.max(wantedMs, nowMs - keptMs)
  return fromMs < toMs ? { fromMs, toMs } : null
}

/**
 * All of what was looked through, once `span` was too: one piece, up to the newest look. What lies before a gap is let
 * go of: nobody says of a whole what is known of its parts.
 */
export function afterLook(covered: Span | null, span: Span): Span {
  if (covered === null || span.fromMs > covered.toMs) return span
  if (span.toMs < covered.fromMs) return covered
  return { fromMs: Math.min(covered.fromMs, span.fromMs), toMs: Math.max(covered.toMs, span.toMs) }
}
