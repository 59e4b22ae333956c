/** Bodies as the API demands them: what is missing, too long or unknown is named, field by field. */
import { isObject, type JsonObject } from '../lib/json.ts'
import { invalid, type Detail } from './errors.ts'

/** What a field may hold. */
export type Rule =
  | { readonly type: 'text'; readonly max?: number; readonly pattern?: RegExp }
  | { readonly type: 'one-of'; readonly values: readonly string[] }
  | { readonly type: 'object'; readonly fields: Fields }
  | { readonly type: 'list'; readonly of: Rule; readonly max: number }

/** The fields of an object; those that end in `!` must be there. All others that are given are refused. */
export type Fields = Readonly<Record<string, Rule>>

/** Any text up to a length. */
export function text(max?: number): Rule {
  return max === undefined ? { type: 'text' } : { type: 'text', max }
}

/** An object with these fields. */
export function object(fields: Fields): Rule {
  return { type: 'object', fields }
}

/** One of these texts. */
export function oneOf(...values: readonly string[]): Rule {
  return { type: 'one-of', values }
}

/** An amount; whether its currency can have it is looked at later. */
export const MONEY: Rule = object({
  'currency_code!': { type: 'text', pattern: /^.{3}$/ },
  'value!': { type: 'text', max: 32, pattern: /^-?(?:\d+(?:\.\d+)?|\.\d+)$/ },
})

/** Throws the API's 400, which names all that is wrong. */
export function checkBody(body: JsonObject, fields: Fields): void {
  const details = inObject(body, fields, '')
  if (details.length > 0) throw invalid(...details)
}

function inObject(given: JsonObject, fields: Fields, at: string): readonly Detail[] {
  const required = Object.keys(fields).filter(name => name.endsWith('!'))
  const missing = required
    .map(name => name.slice(0, -1))
    .filter(name => given[name] === undefined)
    .map(name => detail('MISSING_REQUIRED_PARAMETER', `${at}/${name}`))
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const rule = fields[name] ?? fields[`${name}!`]
    return rule === undefined
      ? [detail('NOT_SUPPORTED', `${at}/${name}`)]
      : inField(value, rule, `${at}/${name}`)
  })
  return [...missing, ...wrong]
}

function inField(value: unknown, rule: Rule, at: string): readonly Detail[] {
  switch (rule.type) {
    case 'text':
      return inText(value, rule, at)
    case 'one-of':
      return typeof value === 'string' && rule.values.includes(value)
        ? []
        : [detail('INVALID_PARAMETER_VALUE', at, value)]
    case 'object':
      return isObject(value) ? inObject(value, rule.fields, at) : [detail('INVALID_PARAMETER_SYNTAX', at)]
    case 'list':
      return inList(value, rule, at)
    default:
      return rule satisfies never
  }
}

function inText(value: unknown, { max, pattern }: Rule & { type: 'text' }, at: string): readonly Detail[] {
  if (typeof value !== 'string') return [detail('INVALID_PARAMETER_SYNTAX', at, value)]
  if (value === '' || value.length > (max ?? Infinity)) return [detail('INVALID_STRING_LENGTH', at, value)]
  return pattern?.test(value) === false ? [detail('INVALID_PARAMETER_SYNTAX', at, value)] : []
}

function inList(value: unknown, { of, max }: Rule & { type: 'list' }, at: string): readonly Detail[] {
  if (!Array.isArray(value)) return [detail('INVALID_PARAMETER_SYNTAX', at)]
  if (value.length === 0) return [detail('INVALID_ARRAY_MIN_ITEMS', at)]
  if (value.length > max) return [detail('INVALID_ARRAY_MAX_ITEMS', at)]
  return value.flatMap((one, index) => inField(one, of, `${at}/${String(index)}`))
}

function detail(issue: string, field: string, value?: unknown): Detail {
  const shown = typeof value === 'string' ? { value } : {}
  return { issue, field, ...shown, location: 'body' }
}
