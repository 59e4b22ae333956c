/** What a workspace holds. */
import type { JsonObject } from '../lib/json.ts'
import type { Stored } from './objects.ts'
import type { JsonList } from './rich-text.ts'

/** Who made and changed an object, and when. */
export interface Authored {
  readonly createdMs: number
  readonly editedMs: number
  readonly createdBy: string
  readonly editedBy: string
}

/** A database, the container of data sources; it lies in a page. */
export interface DatabaseObject extends Stored, Authored {
  readonly title: JsonList
}

/** A data source, a table; it lies in a database. */
export interface Source extends Stored, Authored {
  readonly title: JsonList
  readonly properties: readonly Property[]
}

/** The types of properties that the stand-in keeps. */
export const PROPERTY_TYPES = [
  'title',
  'rich_text',
  'number',
  'select',
  'status',
  'date',
  'checkbox',
  'url',
  'email',
  'relation',
] as const

/** One of {@link PROPERTY_TYPES}. */
export type PropertyType = (typeof PROPERTY_TYPES)[number]

/** Types Notion has and the stand-in refuses openly. */
export const OTHER_PROPERTY_TYPES: readonly string[] = [
  'multi_select',
  'people',
  'files',
  'phone_number',
  'created_time',
  'created_by',
  'last_edited_time',
  'last_edited_by',
  'unique_id',
  'formula',
  'rollup',
  'button',
  'location',
  'verification',
  'last_visited_time',
  'place',
]

/** A column of a data source. */
export interface Property {
  /** Decoded; answers carry it percent-encoded. */
  readonly id: string
  readonly name: string
  readonly type: PropertyType
  /** As answers carry it; of a relation the id of the data source it leads to. */
  readonly config: JsonObject
}

/** Where a page lies; `workspace` is the top level. */
export type PageParentType = 'workspace' | 'page_id' | 'data_source_id'

/** A page: a row of a data source, or one that stands alone. */
export interface Page extends Stored, Authored {
  readonly parentType: PageParentType
  /** By property id: text as answers carry it, options and relations by their ids. */
  readonly values: JsonObject
}

/** A block. Child pages and databases are blocks too, with the id of what they stand for. */
export interface Block extends Stored, Authored {
  readonly parentType: 'page_id' | 'block_id'
  readonly type: string
  /** What answers carry under the block's type. */
  readonly content: JsonObject
}

/** By name, by id or by percent-encoded id; Notion takes all three. */
export function findProperty(properties: readonly Property[], key: string): Property | undefined {
  return (
    properties.find(({ id }) => id === key || encodeURIComponent(id) === key) ??
    properties.find(({ name }) => name === key)
  )
}
