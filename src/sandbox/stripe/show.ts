/** What callers see of stored objects. */
import { isObject, type JsonObject } from '../lib/json.ts'

/** What every stored object has, and some kinds do not show. */
const UNSHOWN: ReadonlyMap<unknown, string> = new Map([
  ['payment_link', 'created'],
  ['balance_transaction', 'livemode'],
  ['refund', 'livemode'],
])

/** The object without what is the stand-in's own; where that has a `created`, it is shown in place of the seconds. */
export function shown({ own, ...object }: JsonObject): JsonObject {
  const unshown = UNSHOWN.get(object['object'])
  const created = isObject(own) ? own['created'] : undefined
  const all = created === undefined ? object : { ...object, created }
  if (unshown === undefined) return all
  return Object.fromEntries(Object.entries(all).filter(([name]) => name !== unshown))
}
