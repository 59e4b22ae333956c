/** Filters of queries: checked as a whole, then a test for each row. */
import { isObject, type JsonObject } from '../../lib/json.ts'
import { invalid } from '../errors.ts'
import { BOT_USER_ID } from '../identity.ts'
import { findProperty } from '../properties/find.ts'
import { optionsOf } from '../properties/options.ts'
import { PROPERTY_TYPES } from '../properties/types.ts'
import { choiceAt, listAt, objectAt, textAt, wrong, wrongChoice } from '../shape.ts'
import type { Property } from '../store/properties.ts'
import type { Workspace } from '../workspace.ts'
import {
  checkboxTest,
  CHOICE_OPERATORS,
  dateTest,
  existenceTest,
  idTest,
  namesAt,
  numberTest,
  operationAt,
  textTest,
} from './condition.ts'
import {
  fileCount,
  idsReader,
  isTicked,
  momentIn,
  numberIn,
  optionNamesIn,
  textIn,
  timeOf,
  type RowTest,
} from './row.ts'

/** What filters are read with. */
export interface FilterContext {
  readonly workspace: Workspace
  readonly properties: readonly Property[]
  readonly nowMs: number
}

/** How deep `and` and `or` may lie in each other. */
const DEEPEST = 2

/** Reads a filter; throws for what the API refuses, unknown properties and options of other types included. */
export function filterAt(value: unknown, path: string, context: FilterContext, depth = 0): RowTest {
  const filter = objectAt(value, path)
  for (const word of ['and', 'or']) {
    if (filter[word] !== undefined) return compoundAt(filter, word, path, context, depth)
  }
  if (filter['timestamp'] !== undefined) return timestampAt(filter, path, context)
  if (filter['property'] === undefined)
    throw wrongChoice(path, ['or', 'and', 'property', 'timestamp'], filter)
  return propertyAt(filter, path, context)
}

function compoundAt(
  filter: JsonObject,
  word: string,
  path: string,
  context: FilterContext,
  depth: number,
): RowTest {
  if (depth === DEEPEST) throw wrong(`${path}.${word}`, 'not present', filter[word])
  objectAt(filter, path, [word])
  const parts = listAt(filter[word], `${path}.${word}`).map((part, index) =>
    filterAt(part, `${path}.${word}[${String(index)}]`, context, depth + 1),
  )
  return word === 'and' ? page => parts.every(test => test(page)) : page => parts.some(test => test(page))
}

function timestampAt(filter: JsonObject, path: string, context: FilterContext): RowTest {
  const which = choiceAt(filter['timestamp'], `${path}.timestamp`, ['created_time', 'last_edited_time'])
  objectAt(filter, path, ['timestamp', 'type', which])
  const test = dateTest(objectAt(filter[which], `${path}.${which}`), `${path}.${which}`, context.nowMs)
  return page => test(timeOf(which === 'created_time' ? page.createdMs : page.editedMs))
}

function propertyAt(filter: JsonObject, path: string, context: FilterContext): RowTest {
  const key = textAt(filter['property'], `${path}.property`)
  const type = PROPERTY_TYPES.find(one => filter[one] !== undefined)
  if (type === undefined) throw wrongChoice(path, PROPERTY_TYPES, filter)
  objectAt(filter, path, ['property', 'type', type])
  const property = findProperty(context.properties, key)
  if (property === undefined) throw invalid(`Could not find property with name or id: ${key}`)
  if (property.type !== type) {
    throw invalid(
      `The property type in the database does not match the property type of the filter provided: database property ${property.type} does not match filter ${type}`,
    )
  }
  return conditionFor(property, filter[type], `${path}.${type}`, context)
}

function conditionFor(property: Property, condition: unknown, path: string, context: FilterContext): RowTest {
  switch (property.type) {
    case 'title':
    case 'rich_text':
    case 'url':
    case 'email':
    case 'phone_number':
      return of(textTest(condition, path), page => textIn(page, property))
    case 'number':
    case 'unique_id':
      return of(numberTest(condition, path), page => numberIn(page, property))
    case 'checkbox':
      return of(checkboxTest(condition, path), page => isTicked(page, property))
    case 'date':
    case 'created_time':
    case 'last_edited_time':
      return of(dateTest(condition, path, context.nowMs), page => momentIn(page, property))
    case 'select':
    case 'status':
    case 'multi_select':
      return optionTest(property, condition, path)
    case 'people':
    case 'relation':
    case 'created_by':
    case 'last_edited_by':
      return of(idTest(condition, path, BOT_USER_ID), idsReader(context.workspace, property))
    case 'files':
      return of(existenceTest(condition, path), page => fileCount(page, property))
    default:
      return property.type satisfies never
  }
}

function of<T>(test: (value: T) => boolean, read: (page: Parameters<RowTest>[0]) => T): RowTest {
  return page => test(read(page))
}

function optionTest(property: Property, condition: unknown, path: string): RowTest {
  const operators = CHOICE_OPERATORS[property.type] ?? []
  const { name, operand, path: at } = operationAt(condition, path, operators)
  if (name === 'is_empty') return page => optionNamesIn(page, property).length === 0
  if (name === 'is_not_empty') return page => optionNamesIn(page, property).length > 0
  const wanted = namesAt(operand, at)
  for (const option of wanted) refuseUnknown(property, option)
  const wants = !name.startsWith('does_not')
  return page => optionNamesIn(page, property).some(option => wanted.includes(option)) === wants
}

function refuseUnknown(property: Property, name: string): void {
  const options = optionsOf(property.config)
  if (options.some(option => option.name === name)) return
  const available = options.map(option => `"${option.name}"`).join(', ')
  throw invalid(
    `${property.type} option "${name}" not found for property "${property.name}". Available options: ${available}.`,
  )
}

/** True when the filter's outcome changes with the clock. */
export function isRelative(filter: unknown): boolean {
  return (
    isObject(filter) && /"(?:this_|past_|next_|today|tomorrow|yesterday|one_)/.test(JSON.stringify(filter))
  )
}
