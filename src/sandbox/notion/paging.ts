/** Lists by pages: sizes, cursors and the envelope. */
import { invalid } from './errors.ts'
import type { JsonObject } from '../lib/json.ts'
import { readId, wrong } from './shape.ts'

/** What a caller asked for; the cursor is the id of the item to begin with. */
export interface PageRequest {
  readonly size: number
  readonly cursor: string | undefined
}

/** One page of a list. */
export interface Paged<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

const MOST = 100

/** Reads `page_size` and `start_cursor` of a body. */
export function pageRequestIn(body: JsonObject): PageRequest {
  return {
    size: sizeAt(body['page_size'], 'body.page_size'),
    cursor: cursorAt(body['start_cursor'], 'body.start_cursor'),
  }
}

/** Reads `page_size` and `start_cursor` of an address. */
export function pageRequestOf(query: URLSearchParams): PageRequest {
  const size = query.get('page_size')
  const number = size === null ? undefined : size === '' || Number.isNaN(Number(size)) ? size : Number(size)
  return {
    size: sizeAt(number, 'query.page_size'),
    cursor: cursorAt(query.get('start_cursor') ?? undefined, 'query.start_cursor'),
  }
}

function sizeAt(value: unknown, path: string): number {
  if (value === undefined) return MOST
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw wrong(path, 'a number or `undefined`', value)
  if (value > MOST) throw wrong(path, '≤ `100`', value)
  if (value < 1) throw wrong(path, '≥ `1`', value)
  return value
}

function cursorAt(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null) return undefined
  const id = typeof value === 'string' ? readId(value) : undefined
  if (id === undefined) throw wrong(path, 'a valid uuid or `undefined`', value)
  return id
}

/** 400 for a cursor that was never given out for this list. */
export function badCursor(cursor: string): Error {
  return invalid(`The start_cursor provided is invalid: ${cursor}`)
}

/** The part of `items` that was asked for. */
export function paged<T>(items: readonly T[], request: PageRequest, idOf: (item: T) => string): Paged<T> {
  const { cursor, size } = request
  const start = cursor === undefined ? 0 : items.findIndex(item => idOf(item) === cursor)
  if (start === -1) throw badCursor(cursor ?? '')
  const next = items[start + size]
  return { items: items.slice(start, start + size), nextCursor: next === undefined ? null : idOf(next) }
}

/** `{"object":"list","results":[…],"next_cursor","has_more","type",…}`. */
export function listAnswer(type: string, results: readonly unknown[], nextCursor: string | null): JsonObject {
  return {
    object: 'list',
    results,
    next_cursor: nextCursor,
    has_more: nextCursor !== null,
    type,
    [type]: {},
  }
}
