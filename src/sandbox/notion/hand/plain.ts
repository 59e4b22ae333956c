/** Plain values (text, numbers, yes and no, titles of pages) in the API's shape, as a person would type them. */
import { isObject, type JsonObject } from '../../lib/json.ts'
import { invalid } from '../errors.ts'
import { findProperty, type Property } from '../model.ts'
import { relationTarget } from '../properties/config.ts'
import { readId } from '../shape.ts'
import { titleOfPage, type Workspace } from '../workspace.ts'

const PIECE = 2000

/** `{name: plain}` as `{name: {type: …}}`; a value that is an object already passes as it is. */
export function fromPlain(
  workspace: Workspace,
  properties: readonly Property[],
  values: JsonObject,
): JsonObject {
  const entries = Object.entries(values).map(([key, value]): readonly [string, unknown] => {
    const property = findProperty(properties, key)
    if (property === undefined) throw invalid(`${key} is not a property that exists.`)
    return [key, isObject(value) ? value : { [property.type]: partOf(workspace, property, value) }]
  })
  return Object.fromEntries(entries)
}

function partOf(workspace: Workspace, property: Property, value: unknown): unknown {
  const isNothing = value === null || value === ''
  switch (property.type) {
    case 'title':
    case 'rich_text':
      return piecesOf(asText(value))
    case 'number':
      return isNothing ? null : Number(value)
    case 'checkbox':
      return value === true || value === 'true' || value === 'on' || value === 'Yes'
    case 'select':
    case 'status':
      return isNothing ? null : { name: asText(value) }
    case 'date':
      return isNothing ? null : { start: asText(value) }
    case 'relation':
      return membersOf(value).map(member => ({ id: pageFor(workspace, property, member) }))
    case 'url':
    case 'email':
      return isNothing ? null : value
    default:
      return property.type satisfies never
  }
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null ? '' : JSON.stringify(value)
}

/** Text in pieces of the size the API takes. */
export function piecesOf(text: string): readonly JsonObject[] {
  const count = Math.ceil(text.length / PIECE)
  return Array.from({ length: count }, (_, index) => ({
    text: { content: text.slice(index * PIECE, (index + 1) * PIECE) },
  }))
}

function membersOf(value: unknown): readonly string[] {
  if (value === null || value === '') return []
  return Array.isArray(value) ? value.map(asText) : [asText(value)]
}

function pageFor(workspace: Workspace, property: Property, idOrTitle: string): string {
  const id = readId(idOrTitle)
  if (id !== undefined) return id
  const found = workspace.pages
    .in(relationTarget(property))
    .find(page => titleOfPage(workspace, page.id) === idOrTitle)
  if (found === undefined) throw invalid(`There is no page "${idOrTitle}" for ${property.name}.`)
  return found.id
}
