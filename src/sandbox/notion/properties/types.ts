/** The property types the stand-in keeps. */

/** Types whose values callers write. */
export const WRITABLE_TYPES = [
  'title',
  'rich_text',
  'number',
  'select',
  'multi_select',
  'status',
  'date',
  'people',
  'files',
  'checkbox',
  'url',
  'email',
  'phone_number',
  'relation',
] as const

/** Types whose values Notion itself fills in. */
const COMPUTED_TYPES = [
  'created_time',
  'created_by',
  'last_edited_time',
  'last_edited_by',
  'unique_id',
] as const

/** All of them. */
export const PROPERTY_TYPES = [...WRITABLE_TYPES, ...COMPUTED_TYPES] as const

/** One of {@link PROPERTY_TYPES}. */
export type PropertyType = (typeof PROPERTY_TYPES)[number]

/** Types Notion has and the stand-in refuses openly. */
export const UNKNOWN_HERE = [
  'formula',
  'rollup',
  'button',
  'location',
  'verification',
  'last_visited_time',
  'place',
]

/** True for a type the stand-in keeps. */
export function isPropertyType(text: string): text is PropertyType {
  return PROPERTY_TYPES.some(type => type === text)
}

/** True for a type whose values callers write. */
export function isWritable(type: PropertyType): boolean {
  return WRITABLE_TYPES.some(one => one === type)
}

/** Types whose page values are paged by the property item endpoint. */
export function isPaged(type: PropertyType): boolean {
  return type === 'title' || type === 'rich_text' || type === 'relation' || type === 'people'
}
