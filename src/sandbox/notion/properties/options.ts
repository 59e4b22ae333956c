/** Options of select and status properties. */
import { randomUUID } from 'node:crypto'
import { isObject, stringOf, type JsonObject } from '../../lib/json.ts'
import { invalid } from '../errors.ts'
import { OPTION_COLORS } from '../rich-text.ts'
import { choiceAt, listAt, objectAt, textAt } from '../shape.ts'

/** An option as answers carry it. */
export interface Option extends JsonObject {
  readonly id: string
  readonly name: string
  readonly color: string
  readonly description: null
}

const OPTION_KEYS = ['id', 'name', 'color']
const OPTION_NAME_MAX = 100

/** The options in a stored configuration. */
export function optionsOf(config: JsonObject): readonly Option[] {
  const options = config['options']
  return Array.isArray(options) ? options.filter(isOption) : []
}

function isOption(value: unknown): value is Option {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['name'] === 'string'
}

/**
 * Reads a whole list of options. What was probed on the real API: the list replaces the old one (an option left out is
 * deleted), a new colour for an old option is refused, a new name for it is silently ignored.
 */
export function optionListAt(value: unknown, path: string, existing: readonly Option[]): readonly Option[] {
  const options = listAt(value, path).map((item, index) =>
    optionAt(item, `${path}[${String(index)}]`, existing),
  )
  const names = options.map(({ name }) => name.toLowerCase())
  const twice = options.find(({ name }, index) => names.indexOf(name.toLowerCase()) !== index)
  if (twice !== undefined) throw invalid(`Select options must have unique names: ${twice.name}`)
  return options
}

function optionAt(value: unknown, path: string, existing: readonly Option[]): Option {
  const given = objectAt(value, path, OPTION_KEYS, ['description'])
  const id = stringOf(given, 'id')
  const old = existing.find(option => (id === undefined ? option.name === given['name'] : option.id === id))
  const color =
    given['color'] === undefined ? undefined : choiceAt(given['color'], `${path}.color`, OPTION_COLORS)
  if (old !== undefined) {
    if (color !== undefined && color !== old.color) throw recoloured(old, id)
    return old
  }
  return newOption(nameAt(given['name'], `${path}.name`), color ?? 'default')
}

/** A new option; its name was checked. */
export function newOption(name: string, color: string): Option {
  return { id: randomUUID(), name, color, description: null }
}

function recoloured(old: Option, id: string | undefined): Error {
  const which = id === undefined ? `name: ${old.name}` : `id: ${id}`
  return invalid(`Cannot update color of select with ${which}.`)
}

/** An option's name: up to 100 characters, no commas. */
export function nameAt(value: unknown, path: string): string {
  const name = textAt(value, path, OPTION_NAME_MAX)
  if (name === '') throw invalid(`body failed validation: ${path} should be populated, instead was \`""\`.`)
  if (name.includes(',')) throw invalid(`Invalid select option, commas not allowed: ${name}`)
  return name
}

const GROUPS = [
  ['5eed0000-ec40-4a11-8000-0000000000d1', 'To-do', 'gray'],
  ['5eed0000-ec40-4a11-8000-0000000000d2', 'In progress', 'blue'],
  ['5eed0000-ec40-4a11-8000-0000000000d3', 'Complete', 'green'],
] as const

/** The configuration of a status with these options: those made by the API all land in the first group. */
export function statusConfig(options: readonly Option[]): JsonObject {
  const ids = options.map(({ id }) => id)
  const groups = GROUPS.map(([id, name, color], index) => ({
    id,
    name,
    color,
    option_ids: index === 0 ? ids : [],
  }))
  return { options, groups }
}
