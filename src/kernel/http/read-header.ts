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
