import { AppError } from './errors.ts'

/**
 * What an operation may be told: a flat set of texts, numbers, flags and choices, so that the same shape is
 * flags, a JSON body, and words in a chat. Declared by the few functions below rather than by a schema library,
 * because every start of the program reads one, and a library takes longer to load than most commands take.
 */
export type FlatInput = Readonly<Record<string, Field<unknown>>>

/** One named value: how it is described, and how it is read. */
export interface Field<T> {
  readonly kind: 'text' | 'number' | 'flag'
  readonly choices: readonly string[] | null
  /** A few words for help, in lower case, without a full stop. */
  readonly meaning: string
  /** What is taken where it is left out; null where that is nothing. */
  readonly fallback: string | number | boolean | null
  readonly required: boolean
  /** Reads what was given; `undefined` is left out. @throws InputFault */
  readonly read: (given: unknown) => T
}

/** The values of an input, by name. */
export type InputOf<Input extends FlatInput> = {
  readonly [Name in keyof Input]: Input[Name] extends Field<infer T> ? T : never
}

/** Why a value cannot be taken; {@link readInput} adds whose it is. */
class InputFault extends Error {
  override readonly name = 'InputFault'
}

/** What a text must be besides a text. Returns what is wrong with it, or null. */
type Check<T> = (value: T) => string | null

/** A text. Without `check` an empty one is taken too. */
export function textField(meaning: string, check: Check<string> = () => null): Field<string> {
  return required('text', null, meaning, given => {
    if (typeof given !== 'string') throw new InputFault(`a text is wanted, not ${shown(given)}`)
    const fault = check(given)
    if (fault !== null) throw new InputFault(fault)
    return given
  })
}

/** A text that says something; spaces around it are dropped. */
export function nonEmptyTextField(meaning: string, ifEmpty: string): Field<string> {
  const field = textField(meaning)
  return required('text', null, meaning, given => {
    const trimmed = field.read(given).trim()
    if (trimmed === '') throw new InputFault(ifEmpty)
    return trimmed
  })
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

/** One of a few texts. */
export function choiceField<const Choice extends string>(
  choices: readonly Choice[],
  meaning: string,
): Field<Choice> {
  return required('text', choices, meaning, given => {
    const chosen = choices.find(candidate => candidate === given)
    if (chosen === undefined)
      throw new InputFault(`one of ${choices.join(', ')} is wanted, not ${shown(given)}`)
    return chosen
  })
}

/** A number, or the digits of one. */
export function numberField(meaning: string, check: Check<number>): Field<number> {
  return required('number', null, meaning, given => {
    const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new InputFault(`a number is wanted, not ${shown(given)}`)
    }
    const fault = check(value)
    if (fault !== null) throw new InputFault(fault)
    return value
  })
}

/** A whole number within limits, both included. */
export function wholeNumberField(
  meaning: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): Field<number> {
  const limits = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return numberField(meaning, value =>
    Number.isInteger(value) && value >= least && value <= most ? null : `a whole number ${limits} is wanted`,
  )
}

/** On or off; off where it is left out. */
export function flagField(meaning: string): Field<boolean> {
  return withDefault(
    required('flag', null, meaning, given => {
      if (typeof given !== 'boolean') throw new InputFault(`true or false is wanted, not ${shown(given)}`)
      return given
    }),
    false,
  )
}

/** The same value, which may be left out. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, required: false, read: given => (given === undefined ? undefined : field.read(given)) }
}

/** The same value, with what is taken where it is left out. */
export function withDefault<T extends string | number | boolean>(field: Field<T>, fallback: T): Field<T> {
  return {
    ...field,
    required: false,
    fallback,
    read: given => (given === undefined ? fallback : field.read(given)),
  }
}

/**
 * Reads a whole input. Names that it does not know are left out.
 * @throws AppError `usage` with every fault at once, each after its flag; `next` is its hint
 */
export function readInput<Input extends FlatInput>(
  input: Input,
  given: Readonly<Record<string, unknown>>,
  next: string,
): InputOf<Input> {
  const faults: string[] = []
  const values = Object.entries(input).map(([name, field]): [string, unknown] => {
    try {
      return [name, field.read(Object.hasOwn(given, name) ? given[name] : undefined)]
    } catch (error) {
      if (!(error instanceof InputFault)) throw error
      faults.push(`${flagOf(name)}: ${error.message}`)
      return [name, undefined]
    }
  })
  if (faults.length > 0) throw new AppError('usage', faults.join('; '), next)
  // Every name of the input was read by the field that gives it its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(values) as InputOf<Input>
}

/** `failOnFailed` is typed as `--fail-on-failed`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
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
  return given === undefined ? 'nothing' : JSON.stringify(given)
}
