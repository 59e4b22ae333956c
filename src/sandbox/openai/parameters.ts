/** The parameters of a chat completion: which there are, of which type and range. Source: OpenAI's openapi.json. */
import { isObject, type JsonObject } from '../lib/json.ts'
import { badRequest, notInSandbox } from './errors.ts'

type Rule =
  | { readonly type: 'decimal'; readonly min: number; readonly max: number }
  | { readonly type: 'integer'; readonly min: number; readonly max?: number }
  | { readonly type: 'string'; readonly maxLength?: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'array' }
  | { readonly type: 'object' }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  /** Exists in the real API; the sandbox says that it cannot do it. */
  | { readonly type: 'not-here'; readonly does: string }

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
const TOOLS: Rule = { type: 'not-here', does: 'call tools' }

const RULES: Readonly<Record<string, Rule>> = {
  model: { type: 'string' },
  messages: { type: 'array' },
  temperature: { type: 'decimal', min: 0, max: 2 },
  top_p: { type: 'decimal', min: 0, max: 1 },
  frequency_penalty: { type: 'decimal', min: -2, max: 2 },
  presence_penalty: { type: 'decimal', min: -2, max: 2 },
  max_tokens: { type: 'integer', min: 1 },
  max_completion_tokens: { type: 'integer', min: 1 },
  n: { type: 'integer', min: 1, max: 128 },
  seed: { type: 'integer', min: Number.MIN_SAFE_INTEGER },
  response_format: { type: 'object' },
  reasoning_effort: { type: 'enum', values: EFFORTS },
  verbosity: { type: 'enum', values: ['low', 'medium', 'high'] },
  service_tier: { type: 'enum', values: ['auto', 'default', 'flex', 'scale', 'priority', 'fast'] },
  metadata: { type: 'object' },
  store: { type: 'boolean' },
  stream: { type: 'boolean' },
  user: { type: 'string' },
  safety_identifier: { type: 'string', maxLength: 64 },
  prompt_cache_key: { type: 'string' },
  prompt_cache_retention: { type: 'enum', values: ['in_memory', '24h'] },
  prompt_cache_options: { type: 'object' },
  stop: { type: 'not-here', does: 'know stop sequences' },
  stream_options: { type: 'not-here', does: 'stream' },
  logprobs: { type: 'not-here', does: 'give log probabilities' },
  top_logprobs: { type: 'not-here', does: 'give log probabilities' },
  logit_bias: { type: 'not-here', does: 'know logit_bias' },
  tools: TOOLS,
  tool_choice: TOOLS,
  parallel_tool_calls: TOOLS,
  functions: TOOLS,
  function_call: TOOLS,
  modalities: { type: 'not-here', does: 'speak or draw' },
  audio: { type: 'not-here', does: 'speak' },
  prediction: { type: 'not-here', does: 'take predictions' },
  web_search_options: { type: 'not-here', does: 'search the web' },
  moderation: { type: 'not-here', does: 'moderate' },
}

/** Throws the API's 400 for the first parameter that is unknown, of the wrong type or out of range; null means left out. */
export function checkParameters(body: JsonObject): void {
  for (const [name, value] of Object.entries(body)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined
    if (rule === undefined) throw badRequest(`Unknown parameter: '${name}'.`, name, 'unknown_parameter')
    if (value !== null) checkValue(name, value, rule)
  }
}

function checkValue(name: string, value: unknown, rule: Rule): void {
  switch (rule.type) {
    case 'decimal':
    case 'integer':
      checkNumber(name, value, rule)
      return
    case 'string':
      if (typeof value !== 'string') throw wrongType(name, 'a string', value)
      checkLength(name, value, rule.maxLength)
      return
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(name, 'a boolean', value)
      return
    case 'array':
      if (!Array.isArray(value)) throw wrongType(name, 'an array of objects', value)
      return
    case 'object':
      if (!isObject(value)) throw wrongType(name, 'an object', value)
      return
    case 'enum':
      checkEnum(name, value, rule.values)
      return
    case 'not-here':
      throw notInSandbox(rule.does, name)
  }
}

type NumberRule = Extract<Rule, { type: 'decimal' | 'integer' }>

function checkNumber(name: string, value: unknown, rule: NumberRule): void {
  const whole = rule.type === 'integer'
  const fits = typeof value === 'number' && (!whole || Number.isInteger(value))
  if (!fits) throw wrongType(name, whole ? 'an integer' : 'a decimal', value)
  if (value < rule.min) throw outOfRange(name, rule, value, 'below_min', `>= ${String(rule.min)}`)
  if (rule.max !== undefined && value > rule.max) {
    throw outOfRange(name, rule, value, 'above_max', `<= ${String(rule.max)}`)
  }
}

function outOfRange(name: string, rule: NumberRule, value: number, side: string, expected: string): Error {
  const words = side === 'below_min' ? 'below minimum value' : 'above maximum value'
  return badRequest(
    `Invalid '${name}': ${rule.type} ${words}. Expected a value ${expected}, but got ${String(value)} instead.`,
    name,
    `${rule.type}_${side}_value`,
  )
}

function checkLength(name: string, value: string, maxLength: number | undefined): void {
  if (maxLength === undefined || value.length <= maxLength) return
  throw tooLong(name, value.length, maxLength)
}

/** The API's error for a string over its maximum length. */
export function tooLong(param: string, length: number, maxLength: number): Error {
  return badRequest(
    `Invalid '${param}': string too long. Expected a string with maximum length ${String(maxLength)}, but got a string with length ${String(length)} instead.`,
    param,
    'string_above_max_length',
  )
}

/** Throws the API's error unless `value` is one of `values`. */
export function checkEnum(name: string, value: unknown, values: readonly string[]): void {
  if (typeof value === 'string' && values.includes(value)) return
  const quoted = values.map(item => `'${item}'`)
  const list =
    quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1) ?? ''}` : quoted.join('')
  const given = typeof value === 'string' ? value : JSON.stringify(value)
  throw badRequest(`Invalid value: '${given}'. Supported values are: ${list}.`, name, 'invalid_value')
}

/** The API's error for a value of the wrong type. */
export function wrongType(param: string, expected: string, value: unknown): Error {
  return badRequest(
    `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead.`,
    param,
    'invalid_type',
  )
}

/** The API's error for something required that is not there. */
export function missing(param: string): Error {
  return badRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter')
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
