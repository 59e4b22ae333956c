/** The configurations of properties: read from requests, changed and shown. */
import { randomBytes } from 'node:crypto'
import { isObject, stringOf, type JsonObject } from '../../lib/json.ts'
import { invalid, notFound, notInSandbox } from '../errors.ts'
import {
  findProperty,
  OTHER_PROPERTY_TYPES,
  PROPERTY_TYPES,
  type Property,
  type PropertyType,
} from '../model.ts'
import { choiceAt, idAt, objectAt, textAt, wrong, wrongChoice } from '../shape.ts'
import type { Workspace } from '../workspace.ts'
import { optionListAt, optionsOf, statusConfig } from './options.ts'

/** A configuration as it was asked for. */
interface AskedConfig {
  readonly type: PropertyType
  /** What stands under the type. */
  readonly part: JsonObject
}

const NOT_TYPES = new Set(['type', 'name', 'id'])

/** The type and part of a configuration, or undefined when it names no type (a mere rename). */
function askedConfigAt(value: unknown, path: string): AskedConfig | undefined {
  const given = objectAt(value, path)
  const key = Object.keys(given).find(name => !NOT_TYPES.has(name))
  if (key === undefined && given['name'] !== undefined && given['type'] === undefined) return undefined
  const type = PROPERTY_TYPES.find(one => one === key)
  if (key === 'description') throw notInSandbox('keep descriptions of properties')
  if (key !== undefined && OTHER_PROPERTY_TYPES.includes(key)) throw notInSandbox(`keep ${key} properties`)
  if (type === undefined) throw wrongChoice(path, PROPERTY_TYPES, value)
  if (given['type'] !== undefined) choiceAt(given['type'], `${path}.type`, [type])
  return { type, part: objectAt(given[type], `${path}.${type}`) }
}

const NO_TITLE = 'Title is not provided'
const TWO_TITLES = 'A data source must have exactly one title property.'

/** The columns of a new data source from `{name: configuration}`; there must be exactly one title among them. */
export function newProperties(workspace: Workspace, given: JsonObject, path: string): readonly Property[] {
  const properties = Object.entries(given).map(([name, value]) => {
    const at = `${path}.${name}`
    const asked = askedConfigAt(value, at)
    if (asked === undefined) throw invalid(`body failed validation: ${at} names no property type.`)
    return newProperty(workspace, name, asked, at)
  })
  const titles = properties.filter(({ type }) => type === 'title')
  if (titles.length !== 1) throw invalid(titles.length === 0 ? NO_TITLE : TWO_TITLES)
  return properties
}

/** The columns after `{nameOrId: configuration | {name} | null}`: added, given other options, renamed, removed. */
export function changedProperties(
  workspace: Workspace,
  properties: readonly Property[],
  given: JsonObject,
  path: string,
): readonly Property[] {
  let now = properties
  for (const [key, value] of Object.entries(given)) {
    const property = findProperty(now, key)
    if (value === null) now = without(now, property, key)
    else if (property === undefined) now = [...now, addedProperty(workspace, now, key, value, path)]
    else {
      const changed = changedProperty(workspace, now, property, value, `${path}.${key}`)
      now = now.map(one => (one.id === changed.id ? changed : one))
    }
  }
  return now
}

function without(
  properties: readonly Property[],
  property: Property | undefined,
  key: string,
): readonly Property[] {
  if (property === undefined) throw unknownProperty(key)
  if (property.type === 'title') throw invalid('Cannot delete title property.')
  return properties.filter(({ id }) => id !== property.id)
}

/** 400 for a column that is not there. */
export function unknownProperty(key: string): Error {
  return invalid(`Could not find property with name or id: ${key}`)
}

function addedProperty(
  workspace: Workspace,
  properties: readonly Property[],
  key: string,
  value: unknown,
  path: string,
): Property {
  const asked = askedConfigAt(value, `${path}.${key}`)
  if (asked === undefined) throw unknownProperty(key)
  if (asked.type === 'title') throw invalid('Cannot create a second title property.')
  const name = freeName(properties, nameIn(value, `${path}.${key}`) ?? key, undefined)
  return newProperty(workspace, name, asked, `${path}.${key}`)
}

function changedProperty(
  workspace: Workspace,
  properties: readonly Property[],
  property: Property,
  value: unknown,
  path: string,
): Property {
  const asked = askedConfigAt(value, path)
  const name = nameIn(value, path)
  const renamed = name === undefined ? property.name : freeName(properties, name, property)
  if (asked === undefined) return { ...property, name: renamed }
  if (asked.type !== property.type) {
    if (property.type === 'title') throw invalid('Cannot change the type of the title property.')
    throw notInSandbox('change the type of a property: remove it and add one')
  }
  // The target of a relation cannot be changed.
  if (asked.type === 'relation') return { ...property, name: renamed }
  return { ...property, name: renamed, config: configOf(workspace, asked, path, property.config) }
}

function nameIn(value: unknown, path: string): string | undefined {
  const name = isObject(value) ? value['name'] : undefined
  return name === undefined ? undefined : textAt(name, `${path}.name`)
}

function freeName(properties: readonly Property[], name: string, self: Property | undefined): string {
  if (name === '') throw wrong('body.properties', 'populated', name)
  const taken = properties.some(one => one.name === name && one.id !== self?.id)
  if (taken) throw invalid(`Property with name "${name}" already exists.`)
  return name
}

/** Includes characters that addresses must encode, as the real ids do: a client that forgets it fails here too. */
const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:;<>?@[]^_`{|}~='

function newProperty(workspace: Workspace, name: string, asked: AskedConfig, path: string): Property {
  const { type } = asked
  const characters = [...randomBytes(4)].map(byte => ID_ALPHABET[byte % ID_ALPHABET.length])
  const id = type === 'title' ? 'title' : characters.join('')
  return { id, name, type, config: configOf(workspace, asked, path, {}) }
}

function configOf(
  workspace: Workspace,
  { type, part }: AskedConfig,
  path: string,
  before: JsonObject,
): JsonObject {
  const at = `${path}.${type}`
  switch (type) {
    case 'number':
      return { format: stringOf(objectAt(part, at, ['format']), 'format') ?? before['format'] ?? 'number' }
    case 'select': {
      const given = objectAt(part, at, ['options'])['options']
      const old = optionsOf(before)
      return { options: given === undefined ? old : optionListAt(given, `${at}.options`, old) }
    }
    case 'status': {
      // Groups are taken and ignored, as the real API does.
      const given = objectAt(part, at, ['options', 'groups'])['options']
      if (given === undefined) throw notInSandbox('make up the options of a status')
      return statusConfig(optionListAt(given, `${at}.options`, optionsOf(before)))
    }
    case 'relation':
      return relationAt(workspace, part, at)
    case 'title':
    case 'rich_text':
    case 'date':
    case 'checkbox':
    case 'url':
    case 'email':
      objectAt(part, at, [])
      return {}
    default:
      return type satisfies never
  }
}

function relationAt(workspace: Workspace, part: JsonObject, path: string): JsonObject {
  const given = objectAt(
    part,
    path,
    ['data_source_id', 'database_id', 'type', 'single_property'],
    ['dual_property'],
  )
  const targetId = idAt(given['data_source_id'], `${path}.data_source_id`)
  const target = workspace.sources.find(targetId)
  if (target === undefined || target.inTrash) throw notFound('data source', targetId)
  if (given['single_property'] === undefined) {
    throw wrongChoice(path, ['single_property', 'dual_property'], given)
  }
  return { targetId }
}

/** The data source a relation points at. */
export function relationTarget(property: Property): string {
  return stringOf(property.config, 'targetId') ?? ''
}

/** A property as data sources show it. */
export function showProperty(workspace: Workspace, property: Property): JsonObject {
  const { id, name, type, config } = property
  return {
    id: encodeURIComponent(id),
    name,
    description: null,
    type,
    [type]: type === 'relation' ? shownRelation(workspace, property) : config,
  }
}

function shownRelation(workspace: Workspace, property: Property): JsonObject {
  const targetId = relationTarget(property)
  return {
    database_id: workspace.sources.find(targetId)?.parentId ?? targetId,
    data_source_id: targetId,
    type: 'single_property',
    single_property: {},
  }
}
