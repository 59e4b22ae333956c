/** Times as Notion writes them. */

const MINUTE_MS = 60_000

/** The minute a time lies in: Notion keeps no seconds of creations and edits. */
export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS
}

/** `2026-07-04T09:12:00.000Z`: how pages, blocks, data sources and comments say it. */
export function stamp(ms: number): string {
  return new Date(minuteOf(ms)).toISOString()
}

/** `2026-07-04T09:08:57.778+00:00`: how databases say it, who do keep the seconds. */
export function preciseStamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00')
}
