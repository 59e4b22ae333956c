/** Property configurations: reading them from requests and showing them in answers. */
import { randomUUID } from 'node:crypto'
import { objectOf, stringOf, type JsonObject } from '../../lib/json.ts'
import { invalid, notFound, notInSandbox } from '../errors.ts'
import { newPropertyId } from '../ids.ts'
import { choiceAt, idAt, objectAt, wrongChoice } from '../shape.ts'
import type { Property } from '../store/properties.ts'
import type { RelationEnd } from '../store/relations.ts'
import type { Workspace } from '../workspace.ts'
import { descriptionAt, freshStatus, optionListAt, optionsOf, updatedStatus } from './options.ts'
import { isPropertyType, PROPERTY_TYPES, UNKNOWN_HERE, type PropertyType } from './types.ts'

/** A configuration as it was asked for. */
export interface AskedConfig {
  readonly type: PropertyType
  /** What stands under the type. */
  readonly part: JsonObject
  readonly description: string | null | undefined
}

const COMMON = new Set(['type', 'name', 'description', 'id'])

/** The type and part of a configuration, or undefined when it names no type (a mere rename). */
export function askedConfigAt(value: unknown, path: string): AskedConfig | undefined {
  const given = objectAt(value, path)
  const description = descriptionAt(given['description'], `${path}.description`)
  const key = Object.keys(given).find(name => !COMMON.has(name))
  if (key === undefined && given['name'] !== undefined && given['type'] === undefined) return undefined
  if (key === undefined) throw wrongChoice(path, PROPERTY_TYPES, value)
  if (UNKNOWN_HERE.includes(key)) throw notInSandbox(`keep ${key} properties`)
  if (!isPropertyType(key)) throw wrongChoice(path, PROPERTY_TYPES, value)
  if (given['type'] !== undefined) choiceAt(given['type'], `${path}.type`, [key])
  const part = objectAt(given[key], `${path}.${key}`)
  return { type: key, part, description }
}

/** Adds a property to a data source; a dual relation adds its other side too. */
export function addProperty(
  workspace: Workspace,
  sourceId: string,
  name: string,
  asked: AskedConfig,
  path: string,
): void {
  const id = asked.type === 'title' ? 'title' : newPropertyId()
  const property: Property = {
    sourceId,
    id,
    name,
    type: asked.type,
    description: asked.description ?? null,
    config: {},
  }
  const config =
    asked.type === 'relation'
      ? relationConfig(workspace, property, asked.part, `${path}.relation`)
      : configOf(asked, `${path}.${asked.type}`, undefined)
  workspace.properties.add({ ...property, config })
}

/** The stored configuration for everything but relations. */
export function configOf(asked: AskedConfig, path: string, old: Property | undefined): JsonObject {
  const { type, part } = asked
  const before = old?.type === type ? old.config : {}
  if (type === 'number') {
    return { format: stringOf(objectAt(part, path, ['format']), 'format') ?? before['format'] ?? 'number' }
  }
  if (type === 'select' || type === 'multi_select') return { options: optionsAt(part, path, before) }
  if (type === 'status') return statusAt(part, path, old?.type === type ? before : undefined)
  if (type === 'unique_id') return { prefix: stringOf(objectAt(part, path, ['prefix']), 'prefix') ?? null }
  objectAt(part, path, [])
  return {}
}

function optionsAt(part: JsonObject, path: string, before: JsonObject): JsonObject[string] {
  const given = objectAt(part, path, ['options'])['options']
  return given === undefined ? optionsOf(before) : optionListAt(given, `${path}.options`, optionsOf(before))
}

function statusAt(part: JsonObject, path: string, before: JsonObject | undefined): JsonObject {
  // Groups are taken and ignored, as the real API does.
  const given = objectAt(part, path, ['options', 'groups'])['options']
  if (before === undefined) {
    return freshStatus(given === undefined ? undefined : optionListAt(given, `${path}.options`, []))
  }
  if (given === undefined) return before
  return updatedStatus(before, optionListAt(given, `${path}.options`, optionsOf(before)))
}

function relationConfig(
  workspace: Workspace,
  property: Property,
  part: JsonObject,
  path: string,
): JsonObject {
  const given = objectAt(part, path, [
    'data_source_id',
    'database_id',
    'type',
    'single_property',
    'dual_property',
  ])
  const targetId = idAt(given['data_source_id'], `${path}.data_source_id`)
  const target = workspace.sources.find(targetId)
  if (target === undefined || target.inTrash) throw notFound('data source', targetId)
  const relationId = randomUUID()
  const dual = objectOf(given, 'dual_property')
  if (dual === undefined) {
    if (given['single_property'] === undefined) {
      throw wrongChoice(path, ['single_property', 'dual_property'], given)
    }
    return { relationId, side: 'source', targetId, dual: false }
  }
  const other = otherSide(workspace, property, targetId, stringOf(dual, 'synced_property_name'))
  workspace.properties.add({
    ...other,
    config: { relationId, side: 'target', targetId: property.sourceId, dual: true, syncedId: property.id },
  })
  return { relationId, side: 'source', targetId, dual: true, syncedId: other.id }
}

function otherSide(
  workspace: Workspace,
  property: Property,
  targetId: string,
  name: string | undefined,
): Property {
  const taken = new Set(workspace.properties.of(targetId).map(one => one.name))
  if (targetId === property.sourceId) taken.add(property.name)
  const wanted = name ?? `Related to ${property.name}`
  let free = wanted
  for (let number = 1; taken.has(free); number += 1) free = `${wanted} ${String(number)}`
  return {
    sourceId: targetId,
    id: newPropertyId(),
    name: free,
    type: 'relation',
    description: null,
    config: {},
  }
}

/** The end of a relation that a property holds. */
export function relationEnd(property: Property): RelationEnd {
  return {
    relationId: stringOf(property.config, 'relationId') ?? '',
    side: property.config['side'] === 'target' ? 'target' : 'source',
  }
}

/** The data source a relation points at. */
export function relationTarget(property: Property): string {
  return stringOf(property.config, 'targetId') ?? ''
}

/** Takes a property away; a relation's links go with it, and the other side of a dual one. */
export function removeProperty(workspace: Workspace, property: Property): void {
  if (property.type === 'title') throw invalid('Cannot delete title property.')
  workspace.properties.remove(property)
  if (property.type !== 'relation') return
  const { relationId } = relationEnd(property)
  for (const other of workspace.properties.relations()) {
    if (relationEnd(other).relationId === relationId) workspace.properties.remove(other)
  }
  workspace.relations.drop(relationId)
}

/** A property as data sources show it. */
export function showProperty(workspace: Workspace, property: Property): JsonObject {
  return {
    id: encodeURIComponent(property.id),
    name: property.name,
    description: property.description,
    type: property.type,
    [property.type]: shownConfig(workspace, property),
  }
}

function shownConfig(workspace: Workspace, property: Property): JsonObject {
  if (property.type !== 'relation') return property.config
  const targetId = relationTarget(property)
  const common = {
    database_id: workspace.sources.find(targetId)?.databaseId ?? targetId,
    data_source_id: targetId,
  }
  if (property.config['dual'] !== true) return { ...common, type: 'single_property', single_property: {} }
  const syncedId = stringOf(property.config, 'syncedId') ?? ''
  const synced = workspace.properties.of(targetId).find(({ id }) => id === syncedId)
  return {
    ...common,
    type: 'dual_property',
    dual_property: {
      synced_property_id: encodeURIComponent(syncedId),
      synced_property_name: synced?.name ?? '',
    },
  }
}
