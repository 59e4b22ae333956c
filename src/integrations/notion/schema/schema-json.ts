import type { NotionJson } from '../api/client.ts'
import { propertyKeys, propertySpec, type DatabaseKey, type PropertySpec } from './schema.ts'
import type { SchemaMatch } from './schema-match.ts'

/** The data source ids of databases that relations lead to, as far as they exist. */
export type RelationTargets = Readonly<Partial<Record<DatabaseKey, string>>>

/**
 * The properties of a new database, by name: what `initial_data_source.properties` takes. A relation whose target
 * is not given is left out; `repairProperties` adds it once the target exists.
 */
export function createProperties(
  database: DatabaseKey,
  targets: RelationTargets,
): Record<string, NotionJson> {
  const specs = propertyKeys(database).map(key => propertySpec(database, key))
  return Object.fromEntries(specs.flatMap(spec => entryOf(spec, targets)))
}

/**
 * What an update of the data source must say to add missing properties (by name) and missing options (by the
 * property's id, with the existing options, which Notion would drop otherwise). Properties of the wrong type are
 * left alone: changing them would lose what people wrote. Empty when there is nothing to do.
 */
export function repairProperties<D extends DatabaseKey>(
  database: D,
  match: SchemaMatch<D>,
  targets: RelationTargets,
): Record<string, NotionJson> {
  // A database always has a title, so that it is never added.
  const missing = match.missing
    .map(key => propertySpec(database, key))
    .filter(spec => spec.types[0] !== 'title')
  const added = missing.flatMap(spec => entryOf(spec, targets))
  const extended = match.missingOptions.flatMap(({ key, names }): [string, NotionJson][] => {
    const property = match.mapped[key]
    if (property === undefined) return []
    const fresh = (propertySpec(database, key).options ?? []).filter(option => names.includes(option.name))
    // An existing option is named by its id, or it would count as a new one.
    const options = [...property.options.map(({ id }) => ({ id })), ...fresh]
    return [[property.id, { [property.type]: { options } }]]
  })
  return Object.fromEntries([...added, ...extended])
}

function entryOf(spec: PropertySpec, targets: RelationTargets): [string, NotionJson][] {
  const { name, types, options = [], target } = spec
  const [type] = types
  if (type !== 'relation')
    return [[name, { [type]: type === 'select' || type === 'status' ? { options } : {} }]]
  const sourceId = target === undefined ? undefined : targets[target]
  if (sourceId === undefined) return []
  return [[name, { relation: { data_source_id: sourceId, type: 'single_property', single_property: {} } }]]
}
