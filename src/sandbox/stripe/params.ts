/** Reading parameters by what each may be; refused in the words of the API. */
import { objectOf, stringsOf, type JsonObject } from '../lib/json.ts'
import { refused } from './errors.ts'
import type { FormMap, FormValue } from './form.ts'
import type { Metadata } from './model.ts'

/** What a parameter may be. */
export interface Rule {
  /** The value; throws the API's 400 where it is wrong. */
  readonly read: (given: FormValue, param: string) => unknown
  readonly required?: true
}

/** The parameters of a call, or of one object in it; all others are unknown. */
export type Shape = Readonly<Record<string, Rule>>

/** Any text that is not empty. */
export const TEXT: Rule = { read: readText }
/** `true` or `false`. */
export const FLAG: Rule = { read: readFlag }
/** Texts of the caller under names of the caller; an empty text removes a name. */
export const METADATA: Rule = { read: readMetadata }
/** A time in seconds, or bounds of it: read as an object of bounds. */
export const RANGE: Rule = { read: readRange }

/** A whole number from `min` to `max`. */
export function integer(min = -Infinity, max = Infinity): Rule {
  return { read: (given, param) => readInteger(min, max, given, param) }
}

/** One of these. */
export function oneOf(...values: readonly string[]): Rule {
  return { read: (given, param) => readChoice(values, given, param) }
}

/** Any number of these. */
export function listOf(rule: Rule): Rule {
  return {
    read: (given, param) =>
      membersOf(given, param).map(([index, value]) => readValue(rule, value, `${param}[${index}]`)),
  }
}

/** An object of these. */
export function object(shape: Shape): Rule {
  return { read: (given, param) => readParams(shape, mapIn(given, param), param) }
}

/** The same, but not to be left out. */
export function required(rule: Rule): Rule {
  return { ...rule, required: true }
}

/** The parameters that were given, checked; throws the API's 400 for the first that is wrong. */
export function readParams(shape: Shape, form: FormMap, at = ''): JsonObject {
  const full = (name: string): string => (at === '' ? name : `${at}[${name}]`)
  const others = [...form.keys()].filter(name => !Object.hasOwn(shape, name))
  if (others.length > 0) throw unknown(others.map(full))
  const read: Record<string, unknown> = {}
  for (const [name, rule] of Object.entries(shape)) {
    const given = form.get(name)
    if (given !== undefined) read[name] = readValue(rule, given, full(name))
    else if (rule.required === true) throw missing(full(name))
  }
  return read
}

/** The API's error for what has to be given. */
export function missing(param: string): Error {
  return refused({ message: `Missing required param: ${param}.`, param, code: 'parameter_missing' })
}

/** The API's error for parameters it does not have. */
export function unknown(params: readonly string[]): Error {
  return refused({
    message: `Received unknown parameter${params.length > 1 ? 's' : ''}: ${params.join(', ')}`,
    param: params[0] ?? '',
    code: 'parameter_unknown',
  })
}

/** The metadata after a change: names are added or replaced, those with an empty text removed. */
export function metadataIn(params: JsonObject, before: Metadata = {}): Metadata {
  const merged = { ...before, ...stringsOf(objectOf(params, 'metadata') ?? {}) }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
}

/** The texts of a list. */
export function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
}

function readValue(rule: Rule, given: FormValue, param: string): unknown {
  if (given !== '') return rule.read(given, param)
  throw refused({
    message: `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
    param,
    code: 'parameter_invalid_empty',
  })
}

function textIn(given: FormValue, param: string): string {
  if (typeof given === 'string') return given
  throw refused({ message: `Invalid string: ${param} is an object`, param })
}

function mapIn(given: FormValue, param: string): FormMap {
  if (typeof given !== 'string') return given
  throw refused({ message: 'Invalid object', param })
}

function membersOf(given: FormValue, param: string): readonly (readonly [string, FormValue])[] {
  if (typeof given !== 'string' && [...given.keys()].every(name => /^\d+$/.test(name))) return [...given]
  throw refused({ message: 'Invalid array', param })
}

const LONGEST_TEXT = 5000

function readText(given: FormValue, param: string): string {
  const value = textIn(given, param)
  if (value.length <= LONGEST_TEXT) return value
  throw refused({
    message: `Invalid string: ${value.slice(0, 20)}...${value.slice(-10)}; must be at most ${String(LONGEST_TEXT)} characters`,
    param,
    code: 'parameter_invalid_string_too_long',
  })
}

function readInteger(min: number, max: number, given: FormValue, param: string): number {
  const value = textIn(given, param)
  const wrong = (message: string): Error => refused({ message, param, code: 'parameter_invalid_integer' })
  if (!/^-?\d{1,15}$/.test(value)) throw wrong(`Invalid integer: ${value}`)
  if (Number(value) < min) throw wrong(`This value must be greater than or equal to ${String(min)}.`)
  if (Number(value) <= max) return Number(value)
  throw wrong(`This value must be less than or equal to ${String(max)} (it currently is '${value}').`)
}

function readFlag(given: FormValue, param: string): boolean {
  const value = textIn(given, param)
  if (value === 'true' || value === 'false') return value === 'true'
  throw refused({ message: `Invalid boolean: ${value}`, param })
}

function readChoice(values: readonly string[], given: FormValue, param: string): string {
  const value = textIn(given, param)
  if (values.includes(value)) return value
  const list = `${values.slice(0, -1).join(', ')}, or ${values.at(-1) ?? ''}`
  throw refused({ message: `Invalid ${param}: must be one of ${list}`, param })
}

const MOST_KEYS = 50
const LONGEST_KEY = 40
const LONGEST_VALUE = 500

function readMetadata(given: FormValue, param: string): JsonObject {
  const names = [...mapIn(given, param)]
  if (names.length > MOST_KEYS) {
    throw refused({ message: `You can only have up to ${String(MOST_KEYS)} metadata keys.`, param })
  }
  const read = names.map(([name, value]) => {
    checkLength('keys', name, LONGEST_KEY, param)
    return [name, checkLength('values', textIn(value, param), LONGEST_VALUE, param)] as const
  })
  return Object.fromEntries(read)
}

function checkLength(what: string, value: string, most: number, param: string): string {
  if (value.length <= most) return value
  throw refused({
    message: `Metadata ${what} can have up to ${String(most)} characters, but you passed in a value that is ${String(value.length)} characters. Invalid value: ${value.slice(0, 50)}`,
    param,
  })
}

function readRange(given: FormValue, param: string): JsonObject {
  const time = integer()
  if (typeof given !== 'string') return readParams({ gt: time, gte: time, lt: time, lte: time }, given, param)
  const exactly = time.read(given, param)
  return { gte: exactly, lte: exactly }
}
