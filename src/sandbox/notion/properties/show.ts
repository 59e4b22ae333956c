/** Property values as pages show them. */
import { isObject, stringOf, type JsonObject } from '../../lib/json.ts'
import type { Page, Property } from '../model.ts'
import { isReference, plainOf } from '../rich-text.ts'
import { titleOfPage, type Workspace } from '../workspace.ts'
import { optionsOf, type Option } from './options.ts'

/** How many references a page object carries; the rest is had from the property item endpoint. */
const REFERENCES_SHOWN = 25

/** A value as page objects carry it, cut to 25 references. */
export function showValue(workspace: Workspace, page: Page, property: Property): JsonObject {
  const { type } = property
  const whole = wholeValue(workspace, page, property)
  const common = { id: encodeURIComponent(property.id), type }
  if (!Array.isArray(whole)) return { ...common, [type]: whole }
  if (type !== 'relation') return { ...common, [type]: cutReferences(whole) }
  const hasMore = whole.length > REFERENCES_SHOWN
  return { ...common, relation: whole.slice(0, REFERENCES_SHOWN), has_more: hasMore }
}

function cutReferences(pieces: readonly unknown[]): readonly unknown[] {
  let references = 0
  const cut = pieces.findIndex(piece => {
    references += isObject(piece) && isReference(piece) ? 1 : 0
    return references > REFERENCES_SHOWN
  })
  return cut === -1 ? pieces : pieces.slice(0, cut)
}

/** A value as it is, uncut. */
export function wholeValue(workspace: Workspace, page: Page, property: Property): unknown {
  const stored = page.values[property.id]
  switch (property.type) {
    case 'title':
    case 'rich_text':
      return stored ?? []
    case 'checkbox':
      return stored === true
    case 'select':
    case 'status': {
      const option = optionOf(property, page)
      return option === undefined ? null : { id: option.id, name: option.name, color: option.color }
    }
    case 'relation':
      return idList(stored)
        .filter(id => workspace.pages.find(id)?.inTrash === false)
        .map(id => ({ id }))
    case 'number':
    case 'date':
    case 'url':
    case 'email':
      return stored ?? null
    default:
      return property.type satisfies never
  }
}

/** The option a page has in a select or status property. */
export function optionOf(property: Property | undefined, page: Page): Option | undefined {
  if (property === undefined) return undefined
  return optionsOf(property.config).find(({ id }) => id === page.values[property.id])
}

/** The ids in a stored list. */
export function idList(stored: unknown): readonly string[] {
  return Array.isArray(stored) ? stored.filter(id => typeof id === 'string') : []
}

/** A value in a few words, for the ledger and the board. */
export function valueInWords(workspace: Workspace, page: Page, property: Property): string {
  const value = wholeValue(workspace, page, property)
  if (value === null) return ''
  if (property.type === 'relation') {
    return idList(page.values[property.id])
      .map(id => titleOfPage(workspace, id))
      .join(', ')
  }
  if (Array.isArray(value)) return plainOf(value)
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (!isObject(value)) return typeof value === 'string' ? value : JSON.stringify(value)
  const [start, end] = [stringOf(value, 'start'), stringOf(value, 'end')]
  if (start === undefined) return stringOf(value, 'name') ?? ''
  return end === undefined ? start : `${start} → ${end}`
}
