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
