/** Options of select, multi-select and status properties. */
import { newId } from '../ids.ts'
import { isObject, stringOf, type JsonObject } from '../../lib/json.ts'
import { invalid } from '../errors.ts'
import { OPTION_COLORS } from '../rich-text.ts'
import { choiceAt, listAt, objectAt, textAt } from '../shape.ts'

/** An option as answers carry it. */
export interface Option extends JsonObject {
  readonly id: string
  readonly name: string
  readonly color: string
  readonly description: string | null
}

const OPTION_KEYS = ['id', 'name', 'color', 'description']
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
  const given = objectAt(value, path, OPTION_KEYS)
  const id = stringOf(given, 'id')
  const old = existing.find(option => (id === undefined ? option.name === given['name'] : option.id === id))
  const color =
    given['color'] === undefined ? undefined : choiceAt(given['color'], `${path}.color`, OPTION_COLORS)
  if (old !== undefined) {
    if (color !== undefined && color !== old.color) throw recoloured(old, id)
    return old
  }
  return {
    id: newId(),
    name: nameAt(given['name'], `${path}.name`),
    color: color ?? 'default',
    description: descriptionAt(given['description'], `${path}.description`) ?? null,
  }
}

/** Text or null, or undefined when it is left out. */
export function descriptionAt(value: unknown, path: string): string | null | undefined {
  return value === undefined || value === null ? value : textAt(value, path)
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

/** The groups of a fresh status property; options made by the API all land in the first. */
export function freshStatus(options: readonly Option[] | undefined): JsonObject {
  if (options !== undefined) return statusConfig(options, [options.map(({ id }) => id), [], []])
  const named = (name: string, color: string): Option => ({ id: newId(), name, color, description: null })
  const [todo, doing, done] = [
    named('Not started', 'default'),
    named('In progress', 'blue'),
    named('Done', 'green'),
  ]
  return statusConfig([todo, doing, done], [[todo.id], [doing.id], [done.id]])
}

/** The configuration after its options were replaced: kept ones stay in their group, new ones go into the first. */
export function updatedStatus(config: JsonObject, options: readonly Option[]): JsonObject {
  const groups = groupsOf(config)
  const placed = new Set(groups.flat())
  const fresh = options.map(({ id }) => id).filter(id => !placed.has(id))
  const kept = groups.map(ids => ids.filter(id => options.some(option => option.id === id)))
  return statusConfig(options, [[...(kept[0] ?? []), ...fresh], kept[1] ?? [], kept[2] ?? []])
}

function groupsOf(config: JsonObject): readonly (readonly string[])[] {
  const groups = config['groups']
  if (!Array.isArray(groups)) return []
  return groups.map(group => {
    const ids: unknown = isObject(group) ? group['option_ids'] : []
    return Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : []
  })
}

const GROUPS = [
  ['To-do', 'gray'],
  ['In progress', 'blue'],
  ['Complete', 'green'],
] as const

function statusConfig(options: readonly Option[], members: readonly (readonly string[])[]): JsonObject {
  const groups = GROUPS.map(([name, color], index) => ({
    id: newId(),
    name,
    color,
    option_ids: members[index] ?? [],
  }))
  return { options, groups }
}

/** The option a new row gets: the first of the to-do group. */
export function defaultStatus(config: JsonObject): string | null {
  return groupsOf(config)[0]?.[0] ?? null
}
