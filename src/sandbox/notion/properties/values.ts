/** Reading property values from requests. */
import { isObject, stringOf, type JsonObject } from '../../lib/json.ts'
import { invalid } from '../errors.ts'
import { newId } from '../ids.ts'
import { OPTION_COLORS, richTextAt, type TitleOf } from '../rich-text.ts'
import { flagAt, idAt, listAt, numberAt, objectAt, textAt, wrong, wrongChoice } from '../shape.ts'
import type { Property } from '../store/properties.ts'
import { dateAt } from './dates.ts'
import { nameAt, optionsOf, type Option } from './options.ts'
import { PROPERTY_TYPES, UNKNOWN_HERE, WRITABLE_TYPES } from './types.ts'

/** What a value may bring about besides itself. */
export interface ReadValue {
  /** In the stored shape; for a relation the list of page ids. */
  readonly value: unknown
  /** Options that a select or multi-select gets by being written. */
  readonly newOptions: readonly Option[]
}

/** What stands under the type's key in a request, and that key. */
export interface GivenValue {
  readonly type: string
  readonly part: unknown
}

const ALL_TYPES: readonly string[] = [...PROPERTY_TYPES, ...UNKNOWN_HERE]

/** `{"rich_text": [...]}` → its key and part; text may come as the mere list. */
export function givenValueAt(value: unknown, path: string, property: Property): GivenValue {
  if (Array.isArray(value) && (property.type === 'title' || property.type === 'rich_text')) {
    return { type: property.type, part: value }
  }
  if (!isObject(value)) throw wrong(path, value === undefined ? 'defined' : 'an object', value)
  const type = ALL_TYPES.find(one => value[one] !== undefined)
  if (type === undefined) throw wrongChoice(path, WRITABLE_TYPES, value)
  return { type, part: value[type] }
}

/** Reads a value for `property`, whose type the caller has compared already. */
export function readValue(part: unknown, path: string, property: Property, titleOf: TitleOf): ReadValue {
  switch (property.type) {
    case 'title':
    case 'rich_text':
      return plain(richTextAt(part, path, titleOf))
    case 'number':
      return plain(part === null ? null : numberAt(part, path))
    case 'checkbox':
      return plain(requiredFlag(part, path))
    case 'url':
      return plain(lineAt(part, path, 2000))
    case 'email':
    case 'phone_number':
      return plain(lineAt(part, path, 200))
    case 'date':
      return plain(dateAt(part, path))
    case 'select':
    case 'status':
      return choiceOf(part, path, property)
    case 'multi_select':
      return choicesOf(part, path, property)
    case 'relation':
    case 'people':
      return plain(listAt(part, path).map((item, index) => memberAt(item, `${path}[${String(index)}]`)))
    case 'files':
      return plain(listAt(part, path).map((item, index) => fileAt(item, `${path}[${String(index)}]`)))
    case 'created_time':
    case 'created_by':
    case 'last_edited_time':
    case 'last_edited_by':
    case 'unique_id':
      throw invalid(`${property.name} is a read only property and cannot be updated.`)
    default:
      return property.type satisfies never
  }
}

function plain(value: unknown): ReadValue {
  return { value, newOptions: [] }
}

function requiredFlag(part: unknown, path: string): boolean {
  if (part === undefined || part === null) throw wrong(path, 'a boolean', part)
  return flagAt(part, path, false)
}

function lineAt(part: unknown, path: string, most: number): string | null {
  if (part === null) return null
  const text = textAt(part, path, most)
  if (text === '') throw wrong(path, 'populated', part)
  return text
}

function memberAt(item: unknown, path: string): string {
  return idAt(objectAt(item, path)['id'], `${path}.id`)
}

function fileAt(item: unknown, path: string): JsonObject {
  const file = objectAt(item, path)
  if (!isObject(file['external'])) throw wrongChoice(path, ['external', 'file', 'file_upload'], {})
  const url = textAt(file['external']['url'], `${path}.external.url`)
  return { name: textAt(file['name'], `${path}.name`, 100), type: 'external', external: { url } }
}

function choiceOf(part: unknown, path: string, property: Property): ReadValue {
  if (part === null) return plain(null)
  const { option, isNew } = optionFor(part, path, property, [])
  return { value: option.id, newOptions: isNew ? [option] : [] }
}

function choicesOf(part: unknown, path: string, property: Property): ReadValue {
  const added: Option[] = []
  const ids = listAt(part, path).map((item, index) => {
    const { option, isNew } = optionFor(item, `${path}[${String(index)}]`, property, added)
    if (isNew) added.push(option)
    return option.id
  })
  return { value: [...new Set(ids)], newOptions: added }
}

function optionFor(
  given: unknown,
  path: string,
  property: Property,
  added: readonly Option[],
): { readonly option: Option; readonly isNew: boolean } {
  const object = objectAt(given, path, ['id', 'name', 'color', 'description'])
  const id = stringOf(object, 'id')
  const options = [...optionsOf(property.config), ...added]
  if (id === undefined && object['name'] === undefined) throw wrongChoice(path, ['id', 'name'], object)
  const found = options.find(option => (id === undefined ? option.name === object['name'] : option.id === id))
  if (found !== undefined) return { option: found, isNew: false }
  const name = id === undefined ? nameAt(object['name'], `${path}.name`) : id
  // The stray quotation mark is Notion's own.
  if (property.type === 'status')
    throw invalid(`Invalid status option. Status option "${name}" does not exist".`)
  if (id !== undefined) throw invalid(`Select option with id "${id}" does not exist.`)
  return { option: { id: newId(), name, color: colorFor(options.length), description: null }, isNew: true }
}

function colorFor(index: number): string {
  return OPTION_COLORS[index % OPTION_COLORS.length] ?? 'default'
}
