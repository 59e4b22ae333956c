/** Filling in objects where answers have ids: `expand[]=latest_charge.balance_transaction`. */
import { isObject, type JsonObject } from '../lib/json.ts'
import { refused } from './errors.ts'
import type { Kind } from './model.ts'
import { shown } from './show.ts'
import type { Store } from './store.ts'

const KIND_BY_PREFIX: Readonly<Record<string, Kind>> = {
  prod: 'product',
  price: 'price',
  plink: 'payment_link',
  cs: 'checkout.session',
  pi: 'payment_intent',
  ch: 'charge',
  py: 'charge',
  re: 'refund',
  dp: 'dispute',
  txn: 'balance_transaction',
  po: 'payout',
}

const DEEPEST = 4

/** An object as it is answered: without what is the stand-in's own, with what was asked to be expanded. */
export function expanded(store: Store, object: JsonObject, paths: readonly string[]): JsonObject {
  let answer: JsonObject = object
  for (const path of paths) {
    const steps = path.split('.')
    if (steps.length > DEEPEST) {
      const message = `You cannot expand more than ${String(DEEPEST)} levels of a property. Property: ${path}`
      throw refused({ message, param: 'expand' })
    }
    answer = expandAt(store, answer, steps)
  }
  return shownBelow(answer)
}

function expandAt(store: Store, object: JsonObject, [step = '', ...rest]: readonly string[]): JsonObject {
  if (step === 'data' && Array.isArray(object['data'])) {
    const each = object['data']
      .filter(isObject)
      .map(one => (rest.length === 0 ? one : expandAt(store, one, rest)))
    return { ...object, data: each }
  }
  const value = listOf(store, object, step) ?? objectOf(store, object[step])
  if (value === undefined && object[step] === null) return object
  if (value === undefined) {
    const message = `This property cannot be expanded (${step}).`
    throw refused({ message, param: 'expand' })
  }
  return { ...object, [step]: rest.length === 0 ? value : expandAt(store, value, rest) }
}

/** The lists that are left out unless they are asked for. */
function listOf(store: Store, object: JsonObject, step: string): JsonObject | undefined {
  const url = `/v1/${String(object['object']).replace('.', '/')}s/${String(object['id'])}/${step}`
  const { own } = object
  if (step === 'line_items' && isObject(own) && 'lines' in own) {
    return { object: 'list', data: own['lines'], has_more: false, url }
  }
  if (step !== 'refunds' || object['object'] !== 'charge') return undefined
  const charge = String(object['id'])
  const data = store.list('refund', { livemode: object['livemode'] === true, where: { charge } })
  return { object: 'list', data, has_more: false, url }
}

function objectOf(store: Store, value: unknown): JsonObject | undefined {
  if (isObject(value)) return value
  if (typeof value !== 'string') return undefined
  const kind = KIND_BY_PREFIX[value.split('_')[0] ?? '']
  return kind === undefined ? undefined : store.find(kind, value)
}

function shownBelow(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(shown(object)).map(([name, value]) => [name, shownValue(value)]))
}

function shownValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownValue)
  return isObject(value) ? shownBelow(value) : value
}
