/** Filters of queries: checked as a whole, then a test for each row. */
import { isObject, type JsonObject } from '../../lib/json.ts'
import { invalid, notInSandbox } from '../errors.ts'
import { findProperty, PROPERTY_TYPES, type Page, type Property } from '../model.ts'
import { unknownProperty } from '../properties/config.ts'
import { optionsOf } from '../properties/options.ts'
import { optionOf } from '../properties/show.ts'
import { plainOf } from '../rich-text.ts'
import { choiceAt, listAt, objectAt, textAt, wrong, wrongChoice } from '../shape.ts'
import { minuteOf, momentAt } from '../time.ts'

/** Decides about a row. */
export type RowTest = (page: Page) => boolean

/** How deep `and` and `or` may lie in each other. */
const DEEPEST = 2

/** Reads a filter; throws for what the API refuses, unknown properties and options of other types included. */
export function filterAt(value: unknown, path: string, properties: readonly Property[], depth = 0): RowTest {
  const filter = objectAt(value, path)
  for (const word of ['and', 'or']) {
    if (filter[word] !== undefined) return compoundAt(filter, word, path, properties, depth)
  }
  if (filter['timestamp'] !== undefined) return timestampAt(filter, path)
  if (filter['property'] === undefined)
    throw wrongChoice(path, ['or', 'and', 'property', 'timestamp'], filter)
  return propertyAt(filter, path, properties)
}

function compoundAt(
  filter: JsonObject,
  word: string,
  path: string,
  properties: readonly Property[],
  depth: number,
): RowTest {
  if (depth === DEEPEST) throw wrong(`${path}.${word}`, 'not present', filter[word])
  objectAt(filter, path, [word])
  const parts = listAt(filter[word], `${path}.${word}`).map((part, index) =>
    filterAt(part, `${path}.${word}[${String(index)}]`, properties, depth + 1),
  )
  return word === 'and' ? page => parts.every(test => test(page)) : page => parts.some(test => test(page))
}

/** Times of rows are on the minute, as Notion's are. */
function timestampAt(filter: JsonObject, path: string): RowTest {
  const which = choiceAt(filter['timestamp'], `${path}.timestamp`, ['created_time', 'last_edited_time'])
  if (which !== 'created_time') throw notInSandbox(`filter by ${which}`)
  objectAt(filter, path, ['timestamp', 'type', which])
  const { operand, path: at } = operationAt(filter[which], `${path}.${which}`, ['on_or_after'])
  const fromMs = Date.parse(momentAt(operand, at))
  return page => minuteOf(page.createdMs) >= fromMs
}

function propertyAt(filter: JsonObject, path: string, properties: readonly Property[]): RowTest {
  const key = textAt(filter['property'], `${path}.property`)
  const type = PROPERTY_TYPES.find(one => filter[one] !== undefined)
  if (type === undefined) throw wrongChoice(path, PROPERTY_TYPES, filter)
  objectAt(filter, path, ['property', 'type', type])
  const property = findProperty(properties, key)
  if (property === undefined) throw unknownProperty(key)
  if (property.type !== type) {
    throw invalid(
      `The property type in the database does not match the property type of the filter provided: database property ${property.type} does not match filter ${type}`,
    )
  }
  return conditionFor(property, filter[type], `${path}.${type}`)
}

function conditionFor(property: Property, condition: unknown, path: string): RowTest {
  const { id, type } = property
  if (type === 'title' || type === 'rich_text') {
    const { operand, path: at } = operationAt(condition, path, ['equals'])
    const wanted = textAt(operand, at)
    return page => plainOf(page.values[id]) === wanted
  }
  if (type === 'email') {
    const { operand, path: at } = operationAt(condition, path, ['equals'])
    const wanted = textAt(operand, at)
    return page => page.values[id] === wanted
  }
  if (type === 'checkbox') {
    const { operand, path: at } = operationAt(condition, path, ['equals'])
    if (typeof operand !== 'boolean') throw wrong(at, 'a boolean', operand)
    return page => (page.values[id] === true) === operand
  }
  if (type === 'select' || type === 'status') return optionTest(property, condition, path)
  throw notInSandbox(`filter by ${type} properties`)
}

function optionTest(property: Property, condition: unknown, path: string): RowTest {
  const { name, operand, path: at } = operationAt(condition, path, ['equals', 'is_not_empty'])
  if (name === 'is_not_empty') {
    if (operand !== true) throw wrong(at, '`true`', operand)
    return page => optionOf(property, page) !== undefined
  }
  const wanted = textAt(operand, at)
  const options = optionsOf(property.config)
  if (!options.some(option => option.name === wanted)) {
    const available = options.map(option => `"${option.name}"`).join(', ')
    throw invalid(
      `${property.type} option "${wanted}" not found for property "${property.name}". Available options: ${available}.`,
    )
  }
  return page => optionOf(property, page)?.name === wanted
}

/** The one operator of a condition with its operand. */
interface Operation {
  readonly name: string
  readonly operand: unknown
  /** The path of the operand in the request. */
  readonly path: string
}

/** The operation of a condition; `known` are the operators that the stand-in has. */
function operationAt(condition: unknown, path: string, known: readonly string[]): Operation {
  if (!isObject(condition)) throw wrong(path, 'an object', condition)
  const [name, ...others] = Object.keys(condition).filter(key => condition[key] !== undefined)
  if (name === undefined) throw wrongChoice(path, known, condition)
  if (!known.includes(name)) throw notInSandbox(`filter by ${path}.${name}`)
  const [other] = others
  if (other !== undefined) throw wrong(`${path}.${other}`, 'not present', condition[other])
  return { name, operand: condition[name], path: `${path}.${name}` }
}
