/** GET /v1/pages/{page_id}/properties/{property_id}: the whole value, paged where it can be long. */
import type { JsonObject } from '../../lib/json.ts'
import type { Call } from '../call.ts'
import { findProperty, type Page, type Property } from '../model.ts'
import { badCursor, pageRequestOf } from '../paging.ts'
import { unknownProperty } from '../properties/config.ts'
import { wholeValue } from '../properties/show.ts'
import { propertiesOfPage } from '../show.ts'

/** Answers the call. */
export function propertyItem(call: Call, page: Page): JsonObject {
  const key = call.request.params['property_id'] ?? ''
  const property = findProperty(propertiesOfPage(call.workspace, page), key)
  if (property === undefined) throw unknownProperty(key)
  const value = wholeValue(call.workspace, page, property)
  const id = encodeURIComponent(property.id)
  if (!Array.isArray(value)) {
    return { object: 'property_item', type: property.type, id, [property.type]: value }
  }
  return pagedItem(call, page, property, id, value)
}

function pagedItem(
  call: Call,
  page: Page,
  property: Property,
  id: string,
  value: readonly unknown[],
): JsonObject {
  const { cursor, size } = pageRequestOf(call.request.query)
  const start = cursor === undefined ? 0 : placeIn(cursor)
  if (start > value.length) throw badCursor(cursor ?? '')
  const end = start + size
  const nextCursor = end < value.length ? cursorFor(end) : null
  const address = `http://${call.request.headers.host ?? 'api.notion.com'}/v1/pages/${page.id}/properties/${id}`
  return {
    object: 'list',
    results: value.slice(start, end).map(item => ({
      object: 'property_item',
      type: property.type,
      id,
      [property.type]: item,
    })),
    next_cursor: nextCursor,
    has_more: nextCursor !== null,
    type: 'property_item',
    property_item: {
      id,
      next_url: nextCursor === null ? null : `${address}?start_cursor=${nextCursor}`,
      type: property.type,
      [property.type]: {},
    },
  }
}

/** Pieces of text have no ids of their own: the cursor is the place, in the shape of an id. */
const CURSOR_HEAD = '5eedc0de-0000-4000-8000-'

function cursorFor(place: number): string {
  return CURSOR_HEAD + place.toString(16).padStart(12, '0')
}

function placeIn(cursor: string): number {
  if (!cursor.startsWith(CURSOR_HEAD)) throw badCursor(cursor)
  return Number.parseInt(cursor.slice(CURSOR_HEAD.length), 16)
}
