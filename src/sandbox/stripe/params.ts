/** Reading parameters by what each may be; refused in the words of the API. */
import type { JsonObject } from '../lib/json.ts'
import { notInSandbox, refused } from './errors.ts'
import type { FormMap, FormValue } from './form.ts'

/** What a parameter may be. An optional one that may be unset takes the empty text, read as null. */
export type Rule = (
  | { readonly type: 'string'; readonly max?: number }
  | { readonly type: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  /** Texts under free names; an empty text stands for a name to be removed. */
  | { readonly type: 'metadata' }
  | { readonly type: 'list'; readonly of: Rule }
  | { readonly type: 'object'; readonly shape: Shape }
  /** A time in seconds, or bounds of it. */
  | { readonly type: 'range' }
) & { readonly required?: true; readonly unset?: true }

/** The parameters of a call or of one object in it. */
export interface Shape {
  readonly rules: Readonly<Record<string, Rule>>
  /** Names that the API knows and the sandbox does not, parted by spaces. */
  readonly others?: string
}

/** Any text that is not empty. */
export const TEXT: Rule = { type: 'string' }
/** `true` or `false`. */
export const FLAG: Rule = { type: 'boolean' }
/** Texts of the caller. */
export const METADATA: Rule = { type: 'metadata', unset: true }
/** An amount in the smallest unit. */
export const AMOUNT: Rule = { type: 'integer', min: 0 }

/** One of these. */
export function oneOf(...values: readonly string[]): Rule {
  return { type: 'enum', values }
}

/** An object of these. */
export function object(rules: Shape['rules'], others = ''): Rule {
  return { type: 'object', shape: { rules, others } }
}

/** The same, but not to be left out. */
export function required(rule: Rule): Rule {
  return { ...rule, required: true }
}

/** The parameters that were given, checked; throws the API's 400 for the first that is wrong. */
export function readParams(shape: Shape, form: FormMap, at = ''): JsonObject {
  refuseUnknown(shape, form, at)
  const read: Record<string, unknown> = {}
  for (const [name, rule] of Object.entries(shape.rules)) {
    const param = at === '' ? name : `${at}[${name}]`
    const given = form.get(name)
    if (given !== undefined) read[name] = readValue(rule, given, param)
    else if (rule.required === true) throw missing(param)
  }
  return read
}

/** The API's error for what has to be given. */
export function missing(param: string): Error {
  return refused({ message: `Missing required param: ${param}.`, param, code: 'parameter_missing' })
}

function refuseUnknown({ rules, others = '' }: Shape, form: FormMap, at: string): void {
  const names = [...form.keys()].filter(name => !Object.hasOwn(rules, name))
  const [first] = names
  if (first === undefined) return
  const full = names.map(name => (at === '' ? name : `${at}[${name}]`))
  if (others.split(' ').includes(first)) throw notInSandbox(`know ${full[0] ?? first}`, full[0] ?? first)
  throw unknown(full)
}

/** The API's error for parameters it does not have. */
export function unknown(params: readonly string[]): Error {
  return refused({
    message: `Received unknown parameter${params.length > 1 ? 's' : ''}: ${params.join(', ')}`,
    param: params[0] ?? '',
    code: 'parameter_unknown',
  })
}

function readValue(rule: Rule, given: FormValue, param: string): unknown {
  if (given === '' && rule.type !== 'metadata') {
    if (rule.unset === true) return null
    throw empty(param)
  }
  switch (rule.type) {
    case 'string':
      return readText(rule.max ?? 5000, textIn(given, param), param)
    case 'integer':
      return readInteger(rule, textIn(given, param), param)
    case 'boolean':
      return readFlag(textIn(given, param), param)
    case 'enum':
      return readChoice(rule.values, textIn(given, param), param)
    case 'metadata':
      return readMetadata(given, param)
    case 'list':
      return membersOf(given, param).map(([index, value]) => readValue(rule.of, value, `${param}[${index}]`))
    case 'object':
      return readParams(rule.shape, mapIn(given, param), param)
    case 'range':
      return typeof given === 'string' ? { equals: readInteger({}, given, param) } : readRange(given, param)
    default:
      return rule satisfies never
  }
}

function empty(param: string): Error {
  return refused({
    message: `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
    param,
    code: 'parameter_invalid_empty',
  })
}

function textIn(given: FormValue, param: string): string {
  if (typeof given === 'string') return given
  throw refused({ message: `Invalid string: ${JSON.stringify(plain(given))}`, param })
}

function plain(given: FormValue): unknown {
  if (typeof given === 'string') return given
  return Object.fromEntries([...given].map(([name, value]) => [name, plain(value)]))
}

function mapIn(given: FormValue, param: string): FormMap {
  if (typeof given !== 'string') return given
  throw refused({ message: 'Invalid object', param })
}

function membersOf(given: FormValue, param: string): readonly (readonly [string, FormValue])[] {
  if (typeof given !== 'string' && [...given.keys()].every(name => /^\d+$/.test(name))) return [...given]
  throw refused({ message: 'Invalid array', param })
}

function readText(max: number, text: string, param: string): string {
  if (text.length <= max) return text
  throw refused({
    message: `Invalid string: ${text.slice(0, 20)}...${text.slice(-10)}; must be at most ${String(max)} characters`,
    param,
    code: 'parameter_invalid_string_too_long',
  })
}

function readInteger(
  { min, max }: { readonly min?: number; readonly max?: number },
  text: string,
  param: string,
): number {
  const number = Number(text)
  const code = 'parameter_invalid_integer'
  if (!/^-?\d{1,15}$/.test(text)) throw refused({ message: `Invalid integer: ${text}`, param, code })
  if (min !== undefined && number < min) {
    throw refused({
      message: `This value must be greater than or equal to ${String(min)}.`,
      param,
      code,
    })
  }
  if (max === undefined || number <= max) return number
  throw refused({
    message: `This value must be less than or equal to ${String(max)} (it currently is '${text}').`,
    param,
    code,
  })
}

function readFlag(text: string, param: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw refused({ message: `Invalid boolean: ${text}`, param })
}

function readChoice(values: readonly string[], text: string, param: string): string {
  if (values.includes(text)) return text
  const list =
    values.length > 1 ? `${values.slice(0, -1).join(', ')}, or ${values.at(-1) ?? ''}` : values.join('')
  throw refused({ message: `Invalid ${param}: must be one of ${list}`, param })
}

const MOST_KEYS = 50
const LONGEST_KEY = 40
const LONGEST_VALUE = 500

/** Null for an empty text, which removes all. */
function readMetadata(given: FormValue, param: string): Record<string, string> | null {
  if (given === '') return null
  const read: Record<string, string> = {}
  for (const [name, value] of mapIn(given, param)) {
    const text = textIn(value, `${param}[${name}]`)
    if (name.length > LONGEST_KEY) throw tooLong('keys', name, LONGEST_KEY, param)
    if (text.length > LONGEST_VALUE) throw tooLong('values', text, LONGEST_VALUE, param)
    read[name] = text
  }
  if (Object.keys(read).length <= MOST_KEYS) return read
  throw refused({ message: `You can only have up to ${String(MOST_KEYS)} metadata keys.`, param })
}

function tooLong(what: string, text: string, most: number, param: string): Error {
  return refused({
    message: `Metadata ${what} can have up to ${String(most)} characters, but you passed in a value that is ${String(text.length)} characters. Invalid value: ${text.slice(0, 50)}`,
    param,
  })
}

const RANGE: Shape = {
  rules: {
    gt: { type: 'integer' },
    gte: { type: 'integer' },
    lt: { type: 'integer' },
    lte: { type: 'integer' },
  },
}

function readRange(given: FormMap, param: string): JsonObject {
  return readParams(RANGE, given, param)
}
