/** Reading `response_format`. */
import { isObject, type JsonObject } from '../lib/json.ts'
import { badRequest } from './errors.ts'
import type { Message } from './messages.ts'
import { checkEnum, missing, wrongType } from './parameters.ts'
import { strictSchemaProblem } from './strict-schema.ts'

/** What shape the answer must have. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly name: string; readonly schema: JsonObject }

/** The format, or the API's 400 thrown for what it does not take. */
export function readResponseFormat(value: unknown, messages: readonly Message[]): ResponseFormat {
  if (value === undefined || value === null) return { type: 'text' }
  if (!isObject(value)) throw wrongType('response_format', 'an object', value)
  const type = value['type']
  if (type === undefined) throw missing('response_format.type')
  checkEnum('response_format.type', type, ['text', 'json_object', 'json_schema'])
  if (type === 'json_schema') return readSchemaFormat(value['json_schema'])
  if (type === 'text') return { type }
  if (!messages.some(({ text }) => /json/i.test(text))) {
    throw badRequest(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      'messages',
      null,
    )
  }
  return { type: 'json_object' }
}

function readSchemaFormat(value: unknown): ResponseFormat {
  const at = 'response_format.json_schema'
  if (value === undefined) throw missing(at)
  if (!isObject(value)) throw wrongType(at, 'an object', value)
  const { name, schema, strict } = value
  if (name === undefined) throw missing(`${at}.name`)
  if (typeof name !== 'string') throw wrongType(`${at}.name`, 'a string', name)
  if (!/^[\w-]{1,64}$/.test(name)) {
    throw badRequest(
      `Invalid '${at}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      `${at}.name`,
      'invalid_value',
    )
  }
  if (schema === undefined) throw missing(`${at}.schema`)
  if (!isObject(schema)) throw wrongType(`${at}.schema`, 'an object', schema)
  if (strict !== undefined && strict !== null && typeof strict !== 'boolean') {
    throw wrongType(`${at}.strict`, 'a boolean', strict)
  }
  if (strict === true) refuseLooseSchema(name, schema)
  return { type: 'json_schema', name, schema }
}

function refuseLooseSchema(name: string, schema: JsonObject): void {
  const problem = strictSchemaProblem(schema)
  if (problem === undefined) return
  throw badRequest(`Invalid schema for response_format '${name}': ${problem}`, 'response_format', null)
}
