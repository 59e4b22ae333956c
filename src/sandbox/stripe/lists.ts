/** What is the same for all kinds of objects: one by its id, and the list of them, narrowed by their fields. */
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Bound, FieldValue, Filter } from '../lib/kinds.ts'
import type { Route } from '../lib/service.ts'
import { atPath, found, type Call, type MakeRoute } from './call.ts'
import { wrong } from './errors.ts'
import type { Kind } from './model.ts'
import { integer, RANGE, TEXT, type Shape } from './params.ts'

/** The two routes of a kind. Its filters have the names of the fields that they are compared with. */
export function readRoutes(
  route: MakeRoute,
  path: string,
  kind: Kind,
  filters: Shape = {},
): readonly Route[] {
  return [
    route('GET', path, { ...PAGE, ...filters }, call => {
      const where = Object.keys(filters).map(field => [field, valueIn(call.params[field])] as const)
      return listed(call, kind, path, { where: Object.fromEntries(where) })
    }),
    route('GET', `${path}/{id}`, {}, call => atPath(call, kind)),
  ]
}

function valueIn(value: unknown): FieldValue | undefined {
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined
}

/** What every list takes. */
export const PAGE: Shape = {
  limit: integer(1, 100),
  starting_after: TEXT,
  ending_before: TEXT,
  created: RANGE,
}

const USUAL_LIMIT = 10

/** One page of a list, newest first. */
export function listed(call: Call, kind: Kind, url: string, filter: Filter): JsonObject {
  const { act, params } = call
  const limit = typeof params['limit'] === 'number' ? params['limit'] : USUAL_LIMIT
  const backwards = params['ending_before'] !== undefined
  const rows = act.store.list(kind, {
    ...filter,
    where: { livemode: act.livemode, ...filter.where },
    bounds: [...(filter.bounds ?? []), ...boundsIn(params['created'])],
    ...cursorIn(call, kind),
    sortedBy: 'created',
    oldestFirst: backwards,
    limit: limit + 1,
  })
  const page = rows.slice(0, limit)
  const data = backwards ? page.toReversed() : page
  return { object: 'list', data, has_more: rows.length > limit, url }
}

function cursorIn(call: Call, kind: Kind): Pick<Filter, 'beyond'> {
  const given = (['starting_after', 'ending_before'] as const).flatMap(param => {
    const id = stringOf(call.params, param)
    return id === undefined ? [] : [{ param, id }]
  })
  if (given.length > 1) {
    const message = 'You can only set one of these parameters: starting_after, ending_before.'
    throw wrong('ending_before', message)
  }
  const [cursor] = given
  return cursor === undefined ? {} : { beyond: found(call, kind, cursor.id, cursor.param).id }
}

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

function boundsIn(created: unknown): readonly Bound[] {
  if (!isObject(created)) return []
  return (['gt', 'gte', 'lt', 'lte'] as const).flatMap((name): readonly Bound[] => {
    const value = created[name]
    return typeof value === 'number' ? [['created', SIGNS[name], value]] : []
  })
}
