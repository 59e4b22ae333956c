import { propertyKeys, propertySpec, type DatabaseKey, type OptionSpec, type PropertySpec } from './schema.ts'
import type { FoundOption, SchemaMatch } from './schema-match.ts'

/** The data source ids of databases that relations lead to, as far as they exist. */
export type RelationTargets = Readonly<Partial<Record<DatabaseKey, string>>>

/** The option of an existing property: named by its id, or it would count as a new one. */
type OptionJson = OptionSpec | { readonly id: string } | { readonly name: string }

/** The JSON that describes a property to Notion. */
export type PropertyJson =
  | { readonly title: Readonly<Record<string, never>> }
  | { readonly rich_text: Readonly<Record<string, never>> }
  | { readonly checkbox: Readonly<Record<string, never>> }
  | { readonly number: { readonly format?: 'number' } }
  | { readonly email: Readonly<Record<string, never>> }
  | { readonly url: Readonly<Record<string, never>> }
  | { readonly date: Readonly<Record<string, never>> }
  | { readonly select: { readonly options: readonly OptionJson[] } }
  | { readonly status: { readonly options: readonly OptionJson[] } }
  | {
      readonly relation: {
        readonly data_source_id: string
        readonly type: 'single_property'
        readonly single_property: Readonly<Record<string, never>>
      }
    }

/**
 * The properties of a new database, by name: what `initial_data_source.properties` takes. A relation whose target
 * is not given is left out; `repairProperties` adds it once the target exists.
 */
export function createProperties(
  database: DatabaseKey,
  targets: RelationTargets,
): Record<string, PropertyJson> {
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
): Record<string, PropertyJson> {
  // A database always has a title, so that it is never added.
  const missing = match.missing
    .map(key => propertySpec(database, key))
    .filter(spec => spec.types[0] !== 'title')
  const added = missing.flatMap(spec => entryOf(spec, targets))
  const extended = match.missingOptions.flatMap(({ key, names }): [string, PropertyJson][] => {
    const property = match.mapped[key]
    if (property === undefined) return []
    const fresh = (propertySpec(database, key).options ?? []).filter(option => names.includes(option.name))
    const options = [...(property.options ?? []).map(existing), ...fresh]
    return [[property.id, property.type === 'status' ? { status: { options } } : { select: { options } }]]
  })
  return Object.fromEntries([...added, ...extended])
}

function existing({ id, name }: FoundOption): OptionJson {
  return id === undefined ? { name } : { id }
}

function entryOf(spec: PropertySpec, targets: RelationTargets): [string, PropertyJson][] {
  const json = jsonOf(spec, targets)
  return json === null ? [] : [[spec.name, json]]
}

function jsonOf(spec: PropertySpec, targets: RelationTargets): PropertyJson | null {
  const type = spec.types[0]
  switch (type) {
    case 'title':
      return { title: {} }
    case 'rich_text':
      return { rich_text: {} }
    case 'checkbox':
      return { checkbox: {} }
    case 'number':
      return { number: {} }
    case 'email':
      return { email: {} }
    case 'url':
      return { url: {} }
    case 'date':
      return { date: {} }
    case 'select':
      return { select: { options: spec.options ?? [] } }
    case 'status':
      return { status: { options: spec.options ?? [] } }
    case 'relation':
      return relationJson(spec.target === undefined ? undefined : targets[spec.target])
  }
}

function relationJson(target: string | undefined): PropertyJson | null {
  if (target === undefined) return null
  return { relation: { data_source_id: target, type: 'single_property', single_property: {} } }
}
