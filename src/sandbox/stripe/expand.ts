/** Filling in objects where answers have ids: `expand[]=latest_charge.balance_transaction`. */
import { isObject, type JsonObject } from '../lib/json.ts'
import type { Account } from './account.ts'
import { wrong } from './errors.ts'
import { kindOf, shown } from './looks.ts'

const DEEPEST = 4

/** An object as it is answered: without what is not shown, with what was asked to be expanded. */
export function expanded(store: Account['store'], object: JsonObject, paths: readonly string[]): JsonObject {
  let answer: JsonObject = object
  for (const path of paths) {
    const steps = path.split('.')
    if (steps.length > DEEPEST) {
      const message = `You cannot expand more than ${String(DEEPEST)} levels of a property. Property: ${path}`
      throw wrong('expand', message)
    }
    answer = expandAt(store, answer, steps)
  }
  return shown(answer)
}

function expandAt(
  store: Account['store'],
  object: JsonObject,
  [step, ...rest]: readonly string[],
): JsonObject {
  if (step === undefined) return object
  if (step === 'data' && Array.isArray(object['data'])) {
    return { ...object, data: object['data'].filter(isObject).map(one => expandAt(store, one, rest)) }
  }
  if (object[step] === null) return object
  const value = step === 'line_items' ? linesOf(object) : objectAt(store, object[step])
  if (value !== undefined) return { ...object, [step]: expandAt(store, value, rest) }
  throw wrong('expand', `This property cannot be expanded (${step}).`)
}

/** The lines of a link or session, which are left out unless they are asked for. */
function linesOf({ lines: data, ...object }: JsonObject): JsonObject | undefined {
  const url = `/v1/${String(object['object']).replace('.', '/')}s/${String(object['id'])}/line_items`
  return data === undefined ? undefined : { object: 'list', data, has_more: false, url }
}

function objectAt(store: Account['store'], value: unknown): JsonObject | undefined {
  if (isObject(value)) return value
  const kind = typeof value === 'string' ? kindOf(value) : undefined
  return kind === undefined ? undefined : store.find(kind, String(value))
}
