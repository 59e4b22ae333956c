/** A span of whole days, UTC: from its first millisecond to before its last. */
export interface Period {
  readonly fromMs: number
  readonly toMs: number
}

const DAY_MS = 86_400_000

/** Reads `2026`, `2026-11`, `2026-11-30` or `2026-11-01..2026-11-15`; null for what is no such span. */
export function readPeriod(text: string): Period | null {
  const [first = '', last = first, ...rest] = text.split('..')
  const from = spanOf(first)
  const to = spanOf(last)
  if (from === null || to === null || rest.length > 0 || to.toMs <= from.fromMs) return null
  return { fromMs: from.fromMs, toMs: to.toMs }
}

function spanOf(text: string): Period | null {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(text) ?? []
  if (year === undefined) return null
  const fromMs = Date.parse(`${year}-${month ?? '01'}-${day ?? '01'}T00:00:00Z`)
  // The 31st of a month that has none would silently be another day.
  if (Number.isNaN(fromMs) || !dayText(fromMs).startsWith(text)) return null
  const next = new Date(fromMs)
  if (day !== undefined) return { fromMs, toMs: fromMs + DAY_MS }
  if (month === undefined) next.setUTCFullYear(next.getUTCFullYear() + 1)
  else next.setUTCMonth(next.getUTCMonth() + 1)
  return { fromMs, toMs: next.getTime() }
}

/** The last whole day (UTC) before an instant. */
export function dayBefore(nowMs: number): Period {
  const toMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  return { fromMs: toMs - DAY_MS, toMs }
}

/** The last whole week before an instant, Monday to Sunday (UTC). */
export function weekBefore(nowMs: number): Period {
  const toMs = Math.floor((nowMs - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS
  return { fromMs: toMs - WEEK_MS, toMs }
}

const WEEK_MS = 7 * DAY_MS
/** The first of January 1970 was a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS

/** So many days that end with a period. */
export function daysUpTo({ toMs }: Period, days: number): Period {
  return { fromMs: toMs - days * DAY_MS, toMs }
}

/** The days of a period, each as `2026-11-30`. */
export function daysIn({ fromMs, toMs }: Period): string[] {
  return Array.from({ length: (toMs - fromMs) / DAY_MS }, (_, day) => dayText(fromMs + day * DAY_MS))
}

/** A period as it is typed, the shortest way for a day: `2026-11-30`, `2026-11-23..2026-11-29`. */
export function periodKey({ fromMs, toMs }: Period): string {
  const from = dayText(fromMs)
  const last = dayText(toMs - DAY_MS)
  return from === last ? from : `${from}..${last}`
}

/** The month (UTC) of an instant. */
export function monthOf(ms: number): string {
  return dayText(ms).slice(0, 7)
}

/** The days of a period, as people read them: `2026-11-01 to 2026-11-30`. */
export function periodText({ fromMs, toMs }: Period): string {
  const from = dayText(fromMs)
  const last = dayText(toMs - DAY_MS)
  return from === last ? from : `${from} to ${last}`
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
