/** Date values: Notion keeps days, or minutes with an offset. */
import type { JsonObject } from '../../lib/json.ts'
import { objectAt, wrong } from '../shape.ts'
import { minuteOf } from '../time.ts'

const DAY = /^\d{4}-\d\d-\d\d$/
const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/

/** A date property's value from `{start, end, time_zone}`. */
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

/** Milliseconds of a stored or given date; a day counts from midnight UTC. */
export function msOf(text: string): number {
  return DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : minuteOf(Date.parse(text))
}

/** True for a date without a time. */
export function isDay(text: string): boolean {
  return DAY.test(text)
}
