/** Times as Notion writes them, and the values of date properties. */
import type { JsonObject } from '../lib/json.ts'
import { objectAt, wrong } from './shape.ts'

const MINUTE_MS = 60_000

/** The minute a time lies in: Notion keeps no seconds of creations and edits. */
export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS
}

/** `2026-07-04T09:12:00.000Z`: how pages, blocks and data sources say it. */
export function stamp(ms: number): string {
  return new Date(minuteOf(ms)).toISOString()
}

/** `2026-07-04T09:08:57.778+00:00`: how databases say it, which keep the seconds. */
export function preciseStamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00')
}

/** A date property's value from `{start, end, time_zone}`: days, or minutes with an offset. */
export function dateAt(value: unknown, path: string): JsonObject | null {
  if (value === null) return null
  const given = objectAt(value, path, ['start', 'end', 'time_zone'])
  const end = given['end']
  return {
    start: momentAt(given['start'], `${path}.start`),
    end: end === undefined || end === null ? null : momentAt(end, `${path}.end`),
    time_zone: given['time_zone'] ?? null,
  }
}

const DAY = /^\d{4}-\d\d-\d\d$/
const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/

/** One end of it: a day stays as it is, a moment loses its seconds and gets an offset. */
export function momentAt(value: unknown, path: string): string {
  if (value === undefined) throw wrong(path, 'defined', value)
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw notDate(path, value)
  if (DAY.test(value)) return value
  const [, minutes, offset] = MOMENT.exec(value) ?? []
  if (minutes === undefined) throw notDate(path, value)
  const zone = offset === undefined || offset === 'Z' ? '+00:00' : offset
  return `${minutes}:00.000${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`
}

function notDate(path: string, value: unknown): Error {
  return wrong(path, 'a valid ISO 8601 date string', value)
}
