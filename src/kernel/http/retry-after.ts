import type { ReadHeader } from './read-header.ts'

/**
 * How long an answer asks to wait, in milliseconds, never below zero: Retry-After in seconds or as a date (by the
 * clock of the service), or OpenAI's `retry-after-ms`. Null where it asks for nothing that can be read.
 */
export function retryAfterMs(header: ReadHeader): number | null {
  const exact = Number(header('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(exact)) return Math.max(0, exact)
  const value = header('retry-after')
  if (value === null) return null
  const seconds = Number(value)
  const waitMs = Number.isFinite(seconds)
    ? seconds * 1000
    : Date.parse(value) - Date.parse(header('date') ?? '')
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs)
}
