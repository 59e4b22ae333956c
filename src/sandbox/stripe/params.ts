/** Reading parameters by what each may be; refused in the words of the API. */
import { objectOf, stringsOf, type JsonObject } from '../lib/json.ts'
import { wrong } from './errors.ts'
import type { FormMap, FormValue } from './form.ts'
import type { Metadata } from './model.ts'

/** What a parameter may be: the value of what was given; throws the API's 400 where it is wrong. */
export type Rule = (given: FormValue, param: string) => unknown

/** The parameters of a call, or of one object in it; those that end in `!` must be there, all others are unknown. */
export type Shape = Readonly<Record<string, Rule>>

/** The parameters that were given, checked; throws the API's 400 for the first that is wrong. */
export function readParams(shape: Shape, form: FormMap, at = ''): JsonObject {
  const full = (name: string): string => (at === '' ? name : `${at}[${name}]`)
  const others = [...form.keys()].filter(name => shape[name] === undefined && shape[`${name}!`] === undefined)
  if (others.length > 0) throw unknown(others.map(full))
  const read: Record<string, unknown> = {}
  for (const [marked, rule] of Object.entries(shape)) {
    const name = marked.replace('!', '')
    const given = form.get(name)
    if (given !== undefined) read[name] = readValue(rule, given, full(name))
    else if (marked !== name) throw missing(full(name))
  }
  return read
}

/** The API's error for what has to be given. */
export function missing(param: string): Error {
  return wrong(param, `Missing required param: ${param}.`, 'parameter_missing')
}

/** The API's error for parameters it does not have. */
export function unknown(params: readonly string[]): Error {
  const message = `Received unknown parameter${params.length > 1 ? 's' : ''}: ${params.join(', ')}`
  return wrong(params[0] ?? '', message, 'parameter_unknown')
}

function readValue(rule: Rule, given: FormValue, param: string): unknown {
  if (given !== '') return rule(given, param)
  const message = `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`
  throw wrong(param, message, 'parameter_invalid_empty')
}

function textIn(given: FormValue, param: string): string {
  if (typeof given === 'string') return given
  throw wrong(param, `Invalid string: ${param} is an object`)
}

function mapIn(given: FormValue, param: string): FormMap {
  if (typeof given !== 'string') return given
  throw wrong(param, 'Invalid object')
}

const LONGEST_TEXT = 5000

/** Any text that is not empty. */
export const TEXT: Rule = (given, param) => {
  const value = textIn(given, param)
  if (value.length <= LONGEST_TEXT) return value
  const message = `Invalid string: ${value.slice(0, 20)}...${value.slice(-10)}; must be at most ${String(LONGEST_TEXT)} characters`
  throw wrong(param, message, 'parameter_invalid_string_too_long')
}

/** `true` or `false`. */
export const FLAG: Rule = (given, param) => {
  const value = textIn(given, param)
  if (value === 'true' || value === 'false') return value === 'true'
  throw wrong(param, `Invalid boolean: ${value}`)
}

/** A whole number from `min` to `max`. */
export function integer(min = -Infinity, max = Infinity): Rule {
  return (given, param) => {
    const value = textIn(given, param)
    const bad = (message: string): Error => wrong(param, message, 'parameter_invalid_integer')
    if (!/^-?\d{1,15}$/.test(value)) throw bad(`Invalid integer: ${value}`)
    if (Number(value) < min) throw bad(`This value must be greater than or equal to ${String(min)}.`)
    if (Number(value) <= max) return Number(value)
    throw bad(`This value must be less than or equal to ${String(max)} (it currently is '${value}').`)
  }
}

/** One of these. */
export function oneOf(...values: readonly string[]): Rule {
  return (given, param) => {
    const value = textIn(given, param)
    if (values.includes(value)) return value
    const list = `${values.slice(0, -1).join(', ')}, or ${values.at(-1) ?? ''}`
    throw wrong(param, `Invalid ${param}: must be one of ${list}`)
  }
}

/** Any number of these. */
export function listOf(rule: Rule): Rule {
  return (given, param) => {
    if (typeof given === 'string' || [...given.keys()].some(name => !/^\d+$/.test(name)))
      throw wrong(param, 'Invalid array')
    return [...given].map(([index, value]) => readValue(rule, value, `${param}[${index}]`))
  }
}

/** An object of these. */
export function object(shape: Shape): Rule {
  return (given, param) => readParams(shape, mapIn(given, param), param)
}

const TIME = integer()

/** A time in seconds, or bounds of it: read as an object of bounds. */
export const RANGE: Rule = (given, param) => {
  if (typeof given !== 'string') return readParams({ gt: TIME, gte: TIME, lt: TIME, lte: TIME }, given, param)
  const exactly = TIME(given, param)
  return { gte: exactly, lte: exactly }
}

const MOST_KEYS = 50
const LONGEST_KEY = 40
const LONGEST_VALUE = 500

/** Texts of the caller under names of the caller. */
export const METADATA: Rule = (given, param) => {
  const names = [...mapIn(given, param)]
  if (names.length > MOST_KEYS)
    throw wrong(param, `You can only have up to ${String(MOST_KEYS)} metadata keys.`)
  const read = names.map(([name, value]) => {
    const within = (what: string, text: string, most: number): string => {
      if (text.length <= most) return text
      const message = `Metadata ${what} can have up to ${String(most)} characters, but you passed in a value that is ${String(text.length)} characters. Invalid value: ${text.slice(0, 50)}`
      throw wrong(param, message)
    }
    return [within('keys', name, LONGEST_KEY), within('values', textIn(value, param), LONGEST_VALUE)] as const
  })
  return Object.fromEntries(read)
}

/** The metadata that were given. */
export function metadataIn(params: JsonObject): Metadata {
  return stringsOf(objectOf(params, 'metadata') ?? {})
}

/** The texts of a list. */
export function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
}
