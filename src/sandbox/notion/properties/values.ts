/** Reading property values from requests. */
import { isObject, stringOf } from '../../lib/json.ts'
import { invalid } from '../errors.ts'
import { OTHER_PROPERTY_TYPES, PROPERTY_TYPES, type Property } from '../model.ts'
import { OPTION_COLORS, richTextAt, type TitleOf } from '../rich-text.ts'
import { flagAt, idAt, listAt, numberAt, objectAt, textAt, wrong, wrongChoice } from '../shape.ts'
import { dateAt } from '../time.ts'
import { nameAt, newOption, optionsOf, type Option } from './options.ts'

/** A value that was read. */
export interface ReadValue {
  /** In the stored shape: options and relations by their ids. */
  readonly value: unknown
  /** An option that a select gets by being written. */
  readonly newOption?: Option
}

/** What stands under the type's key in a request, and that key. */
export interface GivenValue {
  readonly type: string
  readonly part: unknown
}

const ALL_TYPES: readonly string[] = [...PROPERTY_TYPES, ...OTHER_PROPERTY_TYPES]

/** `{"rich_text": [...]}` → its key and part; text may come as the mere list. */
export function givenValueAt(value: unknown, path: string, property: Property): GivenValue {
  if (Array.isArray(value) && (property.type === 'title' || property.type === 'rich_text')) {
    return { type: property.type, part: value }
  }
  if (!isObject(value)) throw wrong(path, value === undefined ? 'defined' : 'an object', value)
  const type = ALL_TYPES.find(one => value[one] !== undefined)
  if (type === undefined) throw wrongChoice(path, PROPERTY_TYPES, value)
  return { type, part: value[type] }
}

/** Reads a value for `property`, whose type the caller has compared already. */
export function readValue(part: unknown, path: string, property: Property, titleOf: TitleOf): ReadValue {
  switch (property.type) {
    case 'title':
    case 'rich_text':
      return { value: richTextAt(part, path, titleOf) }
    case 'number':
      return { value: part === null ? null : numberAt(part, path) }
    case 'checkbox':
      return { value: requiredFlag(part, path) }
    case 'url':
      return { value: lineAt(part, path, 2000) }
    case 'email':
      return { value: lineAt(part, path, 200) }
    case 'date':
      return { value: dateAt(part, path) }
    case 'select':
    case 'status':
      return part === null ? { value: null } : choiceOf(part, path, property)
    case 'relation':
      return {
        value: listAt(part, path).map((item, index) => memberAt(item, `${path}[${String(index)}]`)),
      }
    default:
      return property.type satisfies never
  }
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

function choiceOf(given: unknown, path: string, property: Property): ReadValue {
  const object = objectAt(given, path, ['id', 'name', 'color', 'description'])
  const id = stringOf(object, 'id')
  const options = optionsOf(property.config)
  if (id === undefined && object['name'] === undefined) throw wrongChoice(path, ['id', 'name'], object)
  const found = options.find(option => (id === undefined ? option.name === object['name'] : option.id === id))
  if (found !== undefined) return { value: found.id }
  const name = id === undefined ? nameAt(object['name'], `${path}.name`) : id
  // The stray quotation mark is Notion's own.
  if (property.type === 'status')
    throw invalid(`Invalid status option. Status option "${name}" does not exist".`)
  if (id !== undefined) throw invalid(`Select option with id "${id}" does not exist.`)
  const added = newOption(name, OPTION_COLORS[options.length % OPTION_COLORS.length] ?? 'default')
  return { value: added.id, newOption: added }
}
