/** Rows as filters and sorts see them. */
import { isObject, stringOf } from '../../lib/json.ts'
import { msOf } from '../properties/dates.ts'
import { optionsOf } from '../properties/options.ts'
import { idList } from '../properties/show.ts'
import { relationEnd } from '../properties/config.ts'
import { plainOf } from '../rich-text.ts'
import type { Page } from '../store/pages.ts'
import type { Property } from '../store/properties.ts'
import { minuteOf } from '../time.ts'
import type { Workspace } from '../workspace.ts'

/** A start (or end) of a date value. */
export interface Moment {
  readonly text: string
  readonly ms: number
}

/** Text of a value; empty when there is none. */
export function textIn(page: Page, property: Property): string {
  const stored = page.values[property.id]
  return typeof stored === 'string' ? stored : plainOf(stored)
}

/** Number of a value. */
export function numberIn(page: Page, property: Property): number | null {
  if (property.type === 'unique_id') return page.number
  const stored = page.values[property.id]
  return typeof stored === 'number' ? stored : null
}

/** The moment a date value starts. */
export function momentIn(page: Page, property: Property): Moment | null {
  if (property.type === 'created_time') return timeOf(page.createdMs)
  if (property.type === 'last_edited_time') return timeOf(page.editedMs)
  const stored = page.values[property.id]
  const start = isObject(stored) ? stringOf(stored, 'start') : undefined
  return start === undefined ? null : { text: start, ms: msOf(start) }
}

/** A timestamp as a moment, on the minute as Notion's are. */
export function timeOf(ms: number): Moment {
  const minute = minuteOf(ms)
  return { text: new Date(minute).toISOString(), ms: minute }
}

/** The names of the chosen options. */
export function optionNamesIn(page: Page, property: Property): readonly string[] {
  const stored = page.values[property.id]
  const ids = typeof stored === 'string' ? [stored] : idList(stored)
  const options = optionsOf(property.config)
  return ids.flatMap(id => options.find(option => option.id === id)?.name ?? [])
}

/** The place of the chosen option among all; options sort in their own order. */
export function optionPlace(page: Page, property: Property): number {
  const stored = page.values[property.id]
  const [first] = typeof stored === 'string' ? [stored] : idList(stored)
  return optionsOf(property.config).findIndex(option => option.id === first)
}

/** The ids a people, relation or author value holds. */
export function idsReader(workspace: Workspace, property: Property): (page: Page) => ReadonlySet<string> {
  if (property.type === 'relation') {
    const linked = workspace.relations.all(relationEnd(property))
    return page => linked.get(page.id) ?? NONE
  }
  if (property.type === 'created_by') return page => new Set([page.createdBy])
  if (property.type === 'last_edited_by') return page => new Set([page.editedBy])
  return page => new Set(idList(page.values[property.id]))
}

const NONE: ReadonlySet<string> = new Set()

/** How many files a value holds. */
export function fileCount(page: Page, property: Property): number {
  const stored: unknown = page.values[property.id]
  return Array.isArray(stored) ? stored.length : 0
}

/** True when a checkbox is ticked. */
export function isTicked(page: Page, property: Property): boolean {
  return page.values[property.id] === true
}

/** Decides about a row. */
export type RowTest = (page: Page) => boolean
