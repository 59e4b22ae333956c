/** Forms and queries with nested names: `line_items[0][price_data][currency]=usd`, `expand[]=data.charge`. */

/** What stands under a name. */
export type FormValue = string | FormMap

/** Names with their values; the members of a list have their numbers as names. */
export type FormMap = ReadonlyMap<string, FormValue>

/** Deeper names are cut off here: no parameter of the API is that deep. */
const DEEPEST = 8

/** Reads names and values; where a name is given as a text and as a map, the later one counts. */
export function readForm(pairs: URLSearchParams): FormMap {
  const form = new Map<string, FormValue>()
  for (const [name, value] of pairs) put(form, partsOf(name), value)
  return form
}

/** `a[b][]` is a, b and the empty part. */
function partsOf(name: string): readonly string[] {
  const [, head = name, tail = ''] = /^([^[]*)((?:\[[^\]]*\])*)$/.exec(name) ?? []
  return [head, ...[...tail.matchAll(/\[([^\]]*)\]/g)].map(([, part = '']) => part)].slice(0, DEEPEST)
}

function put(map: Map<string, FormValue>, [first = '', ...rest]: readonly string[], value: string): void {
  const name = first === '' ? String(map.size) : first
  if (rest.length === 0) {
    map.set(name, value)
    return
  }
  const below = map.get(name)
  const inner = new Map(typeof below === 'object' ? below : [])
  put(inner, rest, value)
  map.set(name, inner)
}
