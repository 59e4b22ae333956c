/**
 * The headers of an answer as `Headers` has them, without loading undici: names in lower case and sorted,
 * values of the same name joined by `, `, cookies apart. They cannot be changed.
 *
 * @param raw names and values in turn, as node:http has them
 */
export function lightHeaders(raw: readonly string[]): Headers {
  const all = gathered(raw)
  const { values, cookies } = all
  const entries = (): ArrayIterator<[string, string]> => sorted(all).values()
  const headers: Headers = {
    get: name => values.get(name.toLowerCase()) ?? null,
    has: name => values.has(name.toLowerCase()),
    getSetCookie: () => [...cookies],
    forEach: (callback, thisArg) => {
      for (const [name, value] of entries()) callback.call(thisArg, value, name, headers)
    },
    keys: () => entries().map(([name]) => name),
    values: () => entries().map(([, value]) => value),
    entries,
    [Symbol.iterator]: entries,
    append: immutable,
    set: immutable,
    delete: immutable,
  }
  return headers
}

function immutable(): never {
  throw new TypeError('the headers of an answer are immutable')
}

interface Gathered {
  readonly values: ReadonlyMap<string, string>
  readonly cookies: readonly string[]
}

function gathered(raw: readonly string[]): Gathered {
  const values = new Map<string, string>()
  const cookies: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const value = raw[at + 1] ?? ''
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before}, ${value}`)
    if (name === 'set-cookie') cookies.push(value)
  }
  return { values, cookies }
}

/** Each cookie is an entry of its own, because a comma may be part of one. */
function sorted({ values, cookies }: Gathered): [string, string][] {
  return [...values]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) =>
      name === 'set-cookie' ? cookies.map((cookie): [string, string] => [name, cookie]) : [[name, value]],
    )
}
