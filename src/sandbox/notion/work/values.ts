/** Writing property values to a page: read as a whole, then applied. */
import type { JsonObject } from '../../lib/json.ts'
import { invalid, notFound } from '../errors.ts'
import { propertiesOfPage } from '../objects.ts'
import { relationEnd, relationTarget } from '../properties/config.ts'
import { findProperty } from '../properties/find.ts'
import { defaultStatus, optionsOf } from '../properties/options.ts'
import { idList, titleOfPage, valueInWords } from '../properties/show.ts'
import { givenValueAt, readValue, type GivenValue } from '../properties/values.ts'
import { isWritable } from '../properties/types.ts'
import type { Page } from '../store/pages.ts'
import type { Property } from '../store/properties.ts'
import type { Workspace } from '../workspace.ts'

interface Wanted {
  readonly property: Property
  readonly given: GivenValue
  readonly path: string
}

/** The page with the values of `given` (keys are names or ids) and in words what each became. Options and relations are written at once. */
export function withValues(
  workspace: Workspace,
  page: Page,
  given: JsonObject,
  path: string,
): { readonly page: Page; readonly changed: Readonly<Record<string, string>> } {
  const wanted = wantedValues(propertiesOfPage(workspace, page), given, path)
  const values: Record<string, unknown> = { ...page.values }
  for (const { property, given: value, path: at } of wanted) {
    const read = readValue(value.part, at, property, id => titleOfPage(workspace, id))
    if (read.newOptions.length > 0) {
      const options = [...optionsOf(property.config), ...read.newOptions]
      workspace.properties.update({ ...property, config: { ...property.config, options } })
    }
    if (property.type === 'relation') relate(workspace, page, property, idList(read.value))
    else values[property.id] = read.value
  }
  const written = { ...page, values }
  // Read again: an option that was just made has a name only now.
  const now = propertiesOfPage(workspace, page)
  const changed = wanted.map(({ property }): readonly [string, string] => {
    const fresh = now.find(({ id }) => id === property.id) ?? property
    return [property.name, valueInWords(workspace, written, fresh)]
  })
  return { page: written, changed: Object.fromEntries(changed) }
}

function wantedValues(properties: readonly Property[], given: JsonObject, path: string): readonly Wanted[] {
  const complaints: string[] = []
  const wanted = Object.entries(given).flatMap(([key, value]): readonly Wanted[] => {
    const property = findProperty(properties, key)
    if (property === undefined) {
      complaints.push(`${key} is not a property that exists.`)
      return []
    }
    const read = givenValueAt(value, `${path}.${key}`, property)
    if (read.type === property.type) {
      if (!isWritable(property.type))
        throw invalid(`${property.name} is a read only property and cannot be updated.`)
      return [{ property, given: read, path: `${path}.${key}.${read.type}` }]
    }
    complaints.push(`${property.name} is expected to be ${property.type}.`)
    return []
  })
  if (complaints.length > 0) throw invalid(complaints.join(' '))
  return wanted
}

function relate(workspace: Workspace, page: Page, property: Property, ids: readonly string[]): void {
  for (const id of ids) {
    const other = workspace.pages.find(id)
    if (other === undefined || other.inTrash) throw notFound('page', id)
    if (other.parentId !== relationTarget(property)) {
      throw invalid(`Page with ID ${id} does not belong to the data source that ${property.name} relates to.`)
    }
  }
  workspace.relations.set(relationEnd(property), page.id, ids)
}

/** What a fresh row of these columns holds before anything is written: a status has a default. */
export function defaultValues(properties: readonly Property[]): JsonObject {
  const statuses = properties.filter(({ type }) => type === 'status')
  return Object.fromEntries(statuses.map(property => [property.id, defaultStatus(property.config)]))
}
