import { isBlank, nameOf } from './unseen.ts'

/**
 * One named value that comes from outside: of an operation's input, or of the settings. Declared by the few
 * functions below rather than by a schema library, because every start of the program reads some, and a library
 * takes longer to load than most commands take.
 */
export interface Field<T> {
  readonly kind: 'text' | 'number' | 'flag' | 'list'
  readonly choices: readonly string[] | null
  /** A few words for help, in lower case, without a full stop. */
  readonly meaning: string
  /** What is taken where it is left out; null where that is nothing. */
  readonly fallback: string | number | boolean | readonly string[] | null
  readonly required: boolean
  /** Something is sent there, so that it must not go unencrypted over a network. */
  readonly isAddress?: true
  /** Reads what was given; `undefined` is left out. @throws FieldFault */
  readonly read: (given: unknown) => T
}

/** Fields by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>

/** The values of fields, by name. */
export type ValuesOf<Given extends Fields> = {
  readonly [Name in keyof Given]: Given[Name] extends Field<infer T> ? T : never
}

/** Why a value cannot be taken: a few words that follow the name of the value. */
class FieldFault extends Error {
  override readonly name = 'FieldFault'
}

/** What a value must be besides its kind. Returns what is wrong with it, or null. */
type Check<T> = (value: T) => string | null

/** A text. Without `check` an empty one is taken too. */
export function textField(meaning: string, check: Check<string> = () => null): Field<string> {
  return required('text', null, meaning, given => {
    if (typeof given !== 'string') throw new FieldFault(`a text is wanted, not ${shown(given)}`)
    const fault = check(given)
    if (fault !== null) throw new FieldFault(fault)
    return given
  })
}

/** A text that is not blank; spaces around it are dropped. */
export function nonEmptyTextField(meaning: string, ifEmpty = 'a text is wanted, not ""'): Field<string> {
  const field = textField(meaning)
  return required('text', null, meaning, given => {
    const trimmed = field.read(given).trim()
    if (isBlank(trimmed)) throw new FieldFault(ifEmpty)
    return trimmed
  })
}

/** A name, which is shown in lists and compared: invisible characters in it are made visible. */
export function nameField(meaning: string, ifEmpty: string): Field<string> {
  const field = nonEmptyTextField(meaning, ifEmpty)
  return { ...field, read: given => nameOf(field.read(given)) }
}

/** An address of http or https. A name and password in it would be shown with it, and no request takes them. */
export function urlField(meaning: string): Field<string> {
  const field = textField(meaning, given => {
    const url = URL.parse(given)
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
      return `an address such as https://api.example.com is wanted, not ${shown(given)}`
    }
    return url.username === '' && url.password === ''
      ? null
      : `an address without a user name and password is wanted, such as https://${url.host}`
  })
  return { ...field, isAddress: true }
}

/** An address of http or https with nothing behind host and port, for a client that is told only those. */
export function originField(meaning: string): Field<string> {
  const field = urlField(meaning)
  const read = (given: unknown): string => {
    const { origin, pathname, search, hash } = new URL(field.read(given))
    if (`${pathname}${search}${hash}` === '/') return origin
    throw new FieldFault(`an address without a path is wanted, such as ${origin}`)
  }
  return { ...field, read }
}

/** A day of the calendar, as 2026-12-31. */
export function dateField(meaning: string): Field<string> {
  return textField(meaning, given => {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(given) ? new Date(`${given}T00:00:00Z`) : null
    // The 31st of a month that has none would silently be another day.
    const exists = day !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(given)
    return exists ? null : 'a date such as 2026-12-31 is wanted'
  })
}

const SPAN_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A span of time: 90m, 36h or 14d; {@link spanMs} says how long that is. */
export function spanField(meaning: string): Field<string> {
  return textField(meaning, given =>
    spanMs(given) === null ? 'a span such as 90m, 36h or 14d is wanted' : null,
  )
}

/** The milliseconds of a {@link spanField}; null where it is none. */
export function spanMs(span: string): number | null {
  const [, count, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(span) ?? []
  const unitMs = unit === 'm' || unit === 'h' || unit === 'd' ? SPAN_MS[unit] : null
  return unitMs === null ? null : Number(count) * unitMs
}

/** One of a few texts. */
export function choiceField<const Choice extends string>(
  choices: readonly Choice[],
  meaning: string,
): Field<Choice> {
  return required('text', choices, meaning, given => {
    const chosen = choices.find(candidate => candidate === given)
    if (chosen === undefined)
      throw new FieldFault(`one of ${choices.join(', ')} is wanted, not ${shown(given)}`)
    return chosen
  })
}

/** A list of texts, none of them empty. */
export function listField(meaning: string, check: Check<string> = () => null): Field<readonly string[]> {
  return required('list', null, meaning, given => {
    if (!Array.isArray(given)) throw new FieldFault(`a list is wanted, not ${shown(given)}`)
    const items: readonly unknown[] = given
    const texts = items.filter(item => typeof item === 'string' && item !== '')
    if (texts.length < items.length) {
      const wrong = items.find(item => typeof item !== 'string' || item === '')
      throw new FieldFault(`a list of texts is wanted, without ${shown(wrong)}`)
    }
    const [fault] = texts.map(String).flatMap(text => check(text) ?? [])
    if (fault !== undefined) throw new FieldFault(fault)
    return items.map(String)
  })
}

/** A number within limits, both included. */
export function numberField(meaning: string, least: number, most = Number.MAX_SAFE_INTEGER): Field<number> {
  return limited('number', meaning, least, most, () => true)
}

/** A whole number within limits, both included. */
export function wholeNumberField(
  meaning: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): Field<number> {
  return limited('whole number', meaning, least, most, Number.isInteger)
}

/** On or off; off where it is left out. */
export function flagField(meaning: string): Field<boolean> {
  return withDefault(
    required('flag', null, meaning, given => {
      if (typeof given !== 'boolean') throw new FieldFault(`true or false is wanted, not ${shown(given)}`)
      return given
    }),
    false,
  )
}

/** The same value, which may be left out. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    ...field,
    required: false,
    fallback: null,
    read: given => (given === undefined ? undefined : field.read(given)),
  }
}

/** The same value, with what is taken where it is left out. */
export function withDefault<T extends NonNullable<Field<unknown>['fallback']>>(
  field: Field<T>,
  fallback: T,
): Field<T> {
  return {
    ...field,
    required: false,
    fallback,
    read: given => (given === undefined ? fallback : field.read(given)),
  }
}

/** What {@link readFields} found wrong with a value. */
export interface FaultOf {
  readonly name: string
  readonly message: string
}

/** Reads all fields of what was given, or tells every fault at once. Names it does not know are not looked at. */
export function readFields<Given extends Fields>(
  fields: Given,
  given: Readonly<Record<string, unknown>>,
):
  | { readonly ok: true; readonly values: ValuesOf<Given> }
  | { readonly ok: false; readonly faults: FaultOf[] } {
  const faults: FaultOf[] = []
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    try {
      values[name] = field.read(Object.hasOwn(given, name) ? given[name] : undefined)
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error
      faults.push({ name, message: error.message })
    }
  }
  if (faults.length > 0) return { ok: false, faults }
  // Every name was read by the field that gives it its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ok: true, values: values as ValuesOf<Given> }
}

function limited(
  what: string,
  meaning: string,
  least: number,
  most: number,
  fits: (value: number) => boolean,
): Field<number> {
  const limits = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return required('number', null, meaning, given => {
    if (typeof given === 'number' && fits(given) && given >= least && given <= most) return given
    throw new FieldFault(`a ${what} ${limits} is wanted, not ${shown(given)}`)
  })
}

function required<T>(
  kind: Field<T>['kind'],
  choices: readonly string[] | null,
  meaning: string,
  read: (given: unknown) => T,
): Field<T> {
  return { kind, choices, meaning, fallback: null, required: true, read }
}

function shown(given: unknown): string {
  if (given === undefined) return 'nothing'
  return typeof given === 'number' ? String(given) : JSON.stringify(given)
}
