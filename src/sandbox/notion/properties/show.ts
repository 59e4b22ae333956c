/** Property values as pages show them. */
import { isObject, stringOf, type JsonObject } from '../../lib/json.ts'
import { isReference, plainOf } from '../rich-text.ts'
import type { Page } from '../store/pages.ts'
import type { Property } from '../store/properties.ts'
import { stamp } from '../time.ts'
import type { Workspace } from '../workspace.ts'
import { relationEnd } from './config.ts'
import { optionsOf } from './options.ts'

/** How many references a page object carries; the rest is had from the property item endpoint. */
const REFERENCES_SHOWN = 25

/** A value as page objects carry it, cut to 25 references. */
export function showValue(workspace: Workspace, page: Page, property: Property): JsonObject {
  const whole = wholeValue(workspace, page, property)
  const common = { id: encodeURIComponent(property.id), type: property.type }
  if (property.type === 'relation' && Array.isArray(whole)) {
    return {
      ...common,
      relation: whole.slice(0, REFERENCES_SHOWN),
      has_more: whole.length > REFERENCES_SHOWN,
    }
  }
  if (!Array.isArray(whole)) return { ...common, [property.type]: whole }
  return { ...common, [property.type]: cutReferences(whole, property) }
}

function cutReferences(list: readonly unknown[], property: Property): readonly unknown[] {
  if (property.type === 'people') return list.slice(0, REFERENCES_SHOWN)
  if (property.type !== 'title' && property.type !== 'rich_text') return list
  let references = 0
  const cut = list.findIndex(piece => {
    references += isObject(piece) && isReference(piece) ? 1 : 0
    return references > REFERENCES_SHOWN
  })
  return cut === -1 ? list : list.slice(0, cut)
}

/** A value as it is, uncut. */
export function wholeValue(workspace: Workspace, page: Page, property: Property): unknown {
  const stored = page.values[property.id]
  switch (property.type) {
    case 'title':
    case 'rich_text':
    case 'files':
      return stored ?? []
    case 'checkbox':
      return stored === true
    case 'select':
    case 'status':
      return typeof stored === 'string' ? shownOption(property, stored) : null
    case 'multi_select':
      return idList(stored).flatMap(id => shownOption(property, id) ?? [])
    case 'people':
      return idList(stored).map(id => ({ object: 'user', id }))
    case 'relation':
      return workspace.relations.of(relationEnd(property), page.id).map(id => ({ id }))
    case 'unique_id':
      return { prefix: stringOf(property.config, 'prefix') ?? null, number: page.number }
    case 'created_time':
      return stamp(page.createdMs)
    case 'last_edited_time':
      return stamp(page.editedMs)
    case 'created_by':
      return { object: 'user', id: page.createdBy }
    case 'last_edited_by':
      return { object: 'user', id: page.editedBy }
    case 'number':
    case 'date':
    case 'url':
    case 'email':
    case 'phone_number':
      return stored ?? null
    default:
      return property.type satisfies never
  }
}

function shownOption(property: Property, id: string): JsonObject | null {
  const option = optionsOf(property.config).find(one => one.id === id)
  return option === undefined ? null : { id: option.id, name: option.name, color: option.color }
}

/** The ids in a stored list. */
export function idList(stored: unknown): readonly string[] {
  return Array.isArray(stored) ? stored.filter(id => typeof id === 'string') : []
}

/** A value in a few words, for the ledger and the board. */
export function valueInWords(workspace: Workspace, page: Page, property: Property): string {
  const value = wholeValue(workspace, page, property)
  if (value === null) return ''
  if (Array.isArray(value)) return listInWords(workspace, value, property)
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (!isObject(value)) return typeof value === 'string' ? value : JSON.stringify(value)
  if (property.type === 'date') {
    const [start, end] = [stringOf(value, 'start') ?? '', stringOf(value, 'end')]
    return end === undefined ? start : `${start} → ${end}`
  }
  if (property.type === 'unique_id') {
    const prefix = stringOf(value, 'prefix')
    return `${prefix === undefined ? '' : `${prefix}-`}${String(page.number)}`
  }
  return stringOf(value, 'name') ?? stringOf(value, 'id') ?? ''
}

function listInWords(workspace: Workspace, list: readonly unknown[], property: Property): string {
  if (property.type === 'title' || property.type === 'rich_text') return plainOf(list)
  const named = list.filter(isObject).map(item => {
    const id = stringOf(item, 'id') ?? ''
    return property.type === 'relation' ? titleOfPage(workspace, id) : (stringOf(item, 'name') ?? id)
  })
  return named.join(', ')
}

/** A page's title in plain text, whatever its title property is called. */
export function titleOfPage(workspace: Workspace, pageId: string): string {
  return plainOf(workspace.pages.find(pageId)?.values['title'])
}
