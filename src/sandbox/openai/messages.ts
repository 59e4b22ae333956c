/** Reading the messages of a request. */
import { isObject } from '../lib/json.ts'
import { badRequest, notInSandbox } from './errors.ts'
import { checkEnum, missing, tooLong, wrongType } from './parameters.ts'

/** A message as text. */
export interface Message {
  readonly role: string
  readonly text: string
}

const ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer']
const FIELDS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'name',
  'refusal',
  'audio',
  'tool_calls',
  'function_call',
  'tool_call_id',
])
const MAX_CHARACTERS = 10_485_760

/** The messages, or the API's 400 thrown for the first that is not as it must be. */
export function readMessages(value: unknown): readonly Message[] {
  if (value === undefined || value === null) throw missing('messages')
  if (!Array.isArray(value)) throw wrongType('messages', 'an array of objects', value)
  if (value.length === 0) {
    throw badRequest(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'messages',
      'empty_array',
    )
  }
  return value.map((message: unknown, index) => readMessage(message, `messages[${String(index)}]`))
}

function readMessage(value: unknown, at: string): Message {
  if (!isObject(value)) throw wrongType(at, 'an object', value)
  const unknown = Object.keys(value).find(key => !FIELDS.has(key))
  if (unknown !== undefined) {
    throw badRequest(`Unknown parameter: '${at}.${unknown}'.`, `${at}.${unknown}`, 'unknown_parameter')
  }
  const role = value['role']
  if (role === undefined) throw missing(`${at}.role`)
  if (typeof role !== 'string') throw wrongType(`${at}.role`, 'a string', role)
  checkEnum(`${at}.role`, role, ROLES)
  if (role === 'tool' || role === 'function') throw notInSandbox('call tools', `${at}.role`)
  return { role, text: readContent(value['content'], role === 'assistant', `${at}.content`) }
}

function readContent(content: unknown, mayBeNull: boolean, at: string): string {
  if (content === undefined || content === null) {
    if (mayBeNull) return ''
    throw badRequest(`Invalid value for 'content': expected a string, got null.`, at, null)
  }
  if (typeof content === 'string') {
    if (content.length > MAX_CHARACTERS) throw tooLong(at, content.length, MAX_CHARACTERS)
    return content
  }
  if (!Array.isArray(content)) throw wrongType(at, 'one of a string or array of objects', content)
  return content.map((part: unknown, index) => readPart(part, `${at}[${String(index)}]`)).join('\n')
}

function readPart(part: unknown, at: string): string {
  if (!isObject(part)) throw wrongType(at, 'an object', part)
  if (part['type'] !== 'text') throw notInSandbox('read anything but text parts', `${at}.type`)
  const text = part['text']
  if (text === undefined) throw missing(`${at}.text`)
  if (typeof text !== 'string') throw wrongType(`${at}.text`, 'a string', text)
  return text
}

/** The messages as far as they can be made out, for telling what a call is about before it is checked. Never throws. */
export function looseMessages(value: unknown): readonly Message[] {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).map(message => {
    const content: unknown = message['content']
    const parts: readonly unknown[] = Array.isArray(content) ? content : [{ text: content }]
    const texts = parts.filter(isObject).map(part => (typeof part['text'] === 'string' ? part['text'] : ''))
    return { role: String(message['role']), text: texts.join('\n') }
  })
}
