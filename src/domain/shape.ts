/**
 * What data that was kept as JSON has to look like, as far down as it is used: `?` may be null, a list has any
 * number of its one element, of an object there may be more than is named.
 */
export type Shape =
  'text' | 'text?' | 'number' | 'number?' | 'any' | readonly [Shape] | { readonly [name: string]: Shape }

/** The type of what has a shape. */
export type Shaped<S extends Shape> = S extends 'text'
  ? string
  : S extends 'text?'
    ? string | null
    : S extends 'number'
      ? number
      : S extends 'number?'
        ? number | null
        : S extends readonly [infer Part extends Shape]
          ? readonly Shaped<Part>[]
          : S extends { readonly [name: string]: Shape }
            ? { readonly [Name in keyof S]: Shaped<S[Name]> }
            : unknown

/** Whether a value has a shape. */
export function fits(value: unknown, shape: Shape): boolean {
  switch (shape) {
    case 'any':
      return value !== undefined
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'text?':
      return value === null || typeof value === 'string'
    case 'number?':
      return value === null || typeof value === 'number'
    default:
      return isList(shape)
        ? Array.isArray(value) && value.every(part => fits(part, shape[0]))
        : isObject(value) && fitsObject(new Map(Object.entries(value)), shape)
  }
}

function isList(shape: readonly [Shape] | { readonly [name: string]: Shape }): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function fitsObject(value: ReadonlyMap<string, unknown>, shape: { readonly [name: string]: Shape }): boolean {
  return Object.entries(shape).every(([name, part]) => fits(value.get(name), part))
}

/** Whether a value of unknown origin is an object with keys. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text of unknown origin; null for what is none. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** A JSON text as what it says; null where it is none. Never throws. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
