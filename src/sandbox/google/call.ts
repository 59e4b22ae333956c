/** What calls of both APIs have in common: parameters that are known, scopes, JSON bodies and partial answers. */
import { bodyObject, isObject, type JsonObject } from '../lib/json.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { invalid } from './errors.ts'
import { checkScopes } from './oauth.ts'

/** One method of an API. */
interface Method {
  readonly method: string
  readonly path: string
  /** Of which the sign-in must have one. */
  readonly scopes: readonly string[]
  /** Names of the query, besides those that every call may have. */
  readonly query: readonly string[]
  readonly handle: (request: SandboxRequest) => Reply
}

const ANYWHERE = ['alt', 'fields', 'key', 'prettyPrint', 'quotaUser', 'uploadType', 'upload_id']

/** The route of a method, which refuses what it does not know. */
export function methodRoute(account: Account, { method, path, scopes, query, handle }: Method): Route {
  return {
    method,
    path,
    handle: request => {
      checkScopes(account, request, scopes)
      const unknown = [...request.query.keys()].find(name => ![...ANYWHERE, ...query].includes(name))
      if (unknown !== undefined) {
        throw invalid(
          `Invalid JSON payload received. Unknown name "${unknown}": Cannot bind query parameter. Field '${unknown}' could not be found in request message.`,
        )
      }
      return handle(request)
    },
  }
}

/** The body as an object of fields that are known. @throws VendorError 400 */
export function objectIn(rawBody: Buffer, known: readonly string[]): JsonObject {
  const body = rawBody.length === 0 ? {} : bodyObject(rawBody)
  if (body === undefined) throw invalid('Parse Error', 'parseError')
  const unknown = Object.keys(body).find(name => !known.includes(name))
  if (unknown === undefined) return body
  throw invalid(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`)
}

/** A whole number of the query, within limits. @throws VendorError 400 */
export function numberIn({ query }: SandboxRequest, name: string, usual: number, most: number): number {
  const given = query.get(name)
  if (given === null) return usual
  const number = Number(given)
  if (given !== '' && Number.isInteger(number) && number >= 1 && number <= most) return number
  throw invalid(
    `Invalid value '${given}'. Values must be within the range: [1, ${String(most)}]`,
    'invalidParameter',
    name,
  )
}

/** A page of a list: what is on it, and the token of the next. @throws VendorError 400 */
export function pageOf<T>(
  all: readonly T[],
  size: number,
  { query }: SandboxRequest,
): { readonly page: readonly T[]; readonly nextPageToken?: string } {
  const token = query.get('pageToken')
  const start = token === null ? 0 : Number(/^~(\d+)$/.exec(token)?.[1] ?? Number.NaN)
  if (Number.isNaN(start)) throw invalid('Invalid pageToken', 'invalid', 'pageToken')
  const end = start + size
  const more = end < all.length ? { nextPageToken: `~${String(end)}` } : {}
  return { page: all.slice(start, end), ...more }
}

/** A mask of fields: `*` is everything; a name without members is all of it. */
interface Mask {
  readonly [name: string]: Mask | null
}

/** What of an answer was asked for by `fields`, such as `nextPageToken,files(id,name)`. @throws VendorError 400 */
export function partialOf(answer: JsonObject, { query }: SandboxRequest, usual: string): JsonObject {
  return masked(answer, readMask(query.get('fields') ?? usual))
}

function readMask(text: string): Mask {
  const tokens = text.match(/[\w*]+|[(),/]/g) ?? []
  if (tokens.join('') !== text.replaceAll(' ', '')) throw badMask(text)
  let at = 0
  const list = (): Mask => {
    const mask: Record<string, Mask | null> = {}
    for (;;) {
      const name = tokens[at] ?? ''
      if (!/^[\w*]+$/.test(name)) throw badMask(text)
      at += 1
      mask[name] = members()
      if (tokens[at] !== ',') return mask
      at += 1
    }
  }
  const members = (): Mask | null => {
    const sign = tokens[at]
    if (sign !== '(' && sign !== '/') return null
    at += 1
    if (sign === '/') return { [tokens[at] ?? '']: (at++, members()) }
    const inner = list()
    if (tokens[at] !== ')') throw badMask(text)
    at += 1
    return inner
  }
  const mask = list()
  if (at < tokens.length) throw badMask(text)
  return mask
}

function badMask(text: string): Error {
  return invalid(`Invalid field selection ${text}`, 'invalidParameter', 'fields')
}

function masked(value: JsonObject, mask: Mask): JsonObject {
  if ('*' in mask) return value
  const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const inner = mask[name]
    if (inner === undefined) return []
    if (inner === null) return [[name, member]]
    if (Array.isArray(member)) return [[name, member.filter(isObject).map(one => masked(one, inner))]]
    return [[name, isObject(member) ? masked(member, inner) : member]]
  })
  return Object.fromEntries(kept)
}
