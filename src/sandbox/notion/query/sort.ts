/** Sorts of queries. */
import { invalid } from '../errors.ts'
import { findProperty } from '../properties/find.ts'
import { choiceAt, listAt, objectAt, textAt, wrongChoice } from '../shape.ts'
import type { Page } from '../store/pages.ts'
import type { Property } from '../store/properties.ts'
import { minuteOf } from '../time.ts'
import { isTicked, momentIn, numberIn, optionPlace, textIn } from './row.ts'

/** Compares two rows. */
export type RowOrder = (left: Page, right: Page) => number

type SortKey = number | string | null

/** Reads the sorts; equal rows keep the order they come in (newest first). Empty values come last either way. */
export function sortsAt(value: unknown, path: string, properties: readonly Property[]): RowOrder {
  const orders = listAt(value, path).map((sort, index) =>
    sortAt(sort, `${path}[${String(index)}]`, properties),
  )
  return (left, right) => {
    for (const order of orders) {
      const difference = order(left, right)
      if (difference !== 0) return difference
    }
    return 0
  }
}

function sortAt(value: unknown, path: string, properties: readonly Property[]): RowOrder {
  const sort = objectAt(value, path, ['property', 'timestamp', 'direction'])
  const direction = choiceAt(sort['direction'], `${path}.direction`, ['ascending', 'descending'])
  const sign = direction === 'ascending' ? 1 : -1
  if (sort['timestamp'] !== undefined) {
    const which = choiceAt(sort['timestamp'], `${path}.timestamp`, ['created_time', 'last_edited_time'])
    const timeOf = (page: Page): number => minuteOf(which === 'created_time' ? page.createdMs : page.editedMs)
    return (left, right) => sign * (timeOf(left) - timeOf(right))
  }
  if (sort['property'] === undefined) throw wrongChoice(path, ['property', 'timestamp'], sort)
  const key = textAt(sort['property'], `${path}.property`)
  const property = findProperty(properties, key)
  if (property === undefined) throw invalid(`Could not find sort property with name or id: ${key}`)
  return (left, right) => compare(keyOf(left, property), keyOf(right, property), sign)
}

function compare(left: SortKey, right: SortKey, sign: number): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  if (typeof left === 'string' || typeof right === 'string') {
    return sign * String(left).localeCompare(String(right), 'en')
  }
  return sign * (left - right)
}

function keyOf(page: Page, property: Property): SortKey {
  const { type } = property
  if (type === 'number' || type === 'unique_id') return numberIn(page, property)
  if (type === 'checkbox') return Number(isTicked(page, property))
  if (type === 'date' || type === 'created_time' || type === 'last_edited_time') {
    return momentIn(page, property)?.ms ?? null
  }
  if (type === 'select' || type === 'status' || type === 'multi_select') {
    const place = optionPlace(page, property)
    return place === -1 ? null : place
  }
  const text = textIn(page, property)
  return text === '' ? null : text
}
