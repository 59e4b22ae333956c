import { ServiceFailure } from '../service-failure.ts'

/** The value of a header, or null where there is none. */
export type ReadHeader = (name: string) => string | null

/**
 * Reads whatever a client library hands out as headers: anything with a `get`, such as a `Headers`. What is
 * not has no headers. The global `Headers` is not asked, because its mere mention loads undici (40 ms).
 */
export function headerReader(headers: unknown): ReadHeader {
  if (typeof headers !== 'object' || headers === null || !('get' in headers)) return () => null
  const { get } = headers
  if (typeof get !== 'function') return () => null
  return name => {
    const value: unknown = Reflect.apply(get, headers, [name])
    return typeof value === 'string' ? value : null
  }
}

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

/**
 * An answer that points elsewhere: a key is never sent to where it points, so the operator has to say that this
 * is the service. Null for any other answer.
 */
export function redirectFailure(
  status: number,
  location: string | null,
  setting: string,
): ServiceFailure | null {
  if (status < 300 || status > 399) return null
  const where = location === null ? 'nowhere' : `to ${location.slice(0, 200)}`
  return new ServiceFailure(`${status}: redirected ${where}; redirects are not followed`, {
    errorClass: 'credential',
    billed: 'no',
    fix: `set ${setting} to where the service is`,
  })
}
