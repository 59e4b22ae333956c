import type { NotionDatabase } from '../../../store/notion.ts'
import type { NotionProperty } from '../api/client.ts'
import {
  propertyKeys,
  propertySpec,
  type DatabaseKey,
  type PropertyKeyOf,
  type PropertySpec,
} from './schema.ts'

/** How a database that was found fits what is needed. */
export interface SchemaMatch<D extends DatabaseKey> {
  /** Usable properties; reading and writing goes by their id. */
  readonly mapped: Readonly<Partial<Record<PropertyKeyOf<D>, NotionProperty>>>
  readonly missing: readonly PropertyKeyOf<D>[]
  /** Properties of the right name that cannot hold what is needed. They are never changed by us. */
  readonly wrongType: readonly { readonly key: PropertyKeyOf<D>; readonly found: NotionProperty }[]
  readonly missingOptions: readonly { readonly key: PropertyKeyOf<D>; readonly names: readonly string[] }[]
}

/**
 * Finds the properties of a database: by the id stored earlier, so that a renamed column is still the same; the
 * title by its type; then by exact name; then without regard to case, spaces and hyphens. A property is never
 * used twice.
 */
export function matchSchema<D extends DatabaseKey>(
  database: D,
  found: readonly NotionProperty[],
  stored: NotionDatabase['properties'] = {},
): SchemaMatch<D> {
  const used = new Set<NotionProperty>()
  const chosen = new Map<PropertyKeyOf<D>, NotionProperty>()
  for (const find of [byId(stored), byTitle, byName(exactly), byName(loosely)]) {
    for (const key of propertyKeys(database)) {
      if (chosen.has(key)) continue
      const property = find(found, propertySpec(database, key), key).find(candidate => !used.has(candidate))
      if (property === undefined) continue
      chosen.set(key, property)
      used.add(property)
    }
  }
  return resultOf(
    database,
    chosen,
    found.filter(property => !used.has(property)),
  )
}

/** What must be of the properties that cannot be used: those that are not there, and those of a wrong type. */
export function unusableIn<D extends DatabaseKey>(database: D, match: SchemaMatch<D>): PropertySpec[] {
  const keys = [...match.missing, ...match.wrongType.map(wrong => wrong.key)]
  return keys.map(key => propertySpec(database, key))
}

type Finder = (found: readonly NotionProperty[], spec: PropertySpec, key: string) => NotionProperty[]

function byId(stored: NotionDatabase['properties']): Finder {
  return (found, spec, key) =>
    found.filter(property => property.id === stored[key]?.id && fits(property, spec))
}

function byTitle(found: readonly NotionProperty[], spec: PropertySpec): NotionProperty[] {
  return spec.types[0] === 'title' ? found.filter(property => property.type === 'title') : []
}

function byName(plain: (name: string) => string): Finder {
  return (found, spec) =>
    found.filter(property => plain(property.name) === plain(spec.name) && fits(property, spec))
}

function exactly(name: string): string {
  return name
}

function loosely(name: string): string {
  return name.toLowerCase().replace(/[\s_\p{Pd}]+/gu, '')
}

function fits(property: NotionProperty, spec: PropertySpec): boolean {
  return spec.types.some(type => type === property.type)
}

function resultOf<D extends DatabaseKey>(
  database: D,
  chosen: ReadonlyMap<PropertyKeyOf<D>, NotionProperty>,
  left: readonly NotionProperty[],
): SchemaMatch<D> {
  const keys = propertyKeys(database)
  const mapped: Partial<Record<PropertyKeyOf<D>, NotionProperty>> = {}
  for (const [key, property] of chosen) mapped[key] = property
  const unmapped = keys.filter(key => !chosen.has(key))
  const wrongType = unmapped.flatMap(key => {
    const { name } = propertySpec(database, key)
    const property = left.find(candidate => loosely(candidate.name) === loosely(name))
    return property === undefined ? [] : [{ key, found: property }]
  })
  return {
    mapped,
    missing: unmapped.filter(key => !wrongType.some(wrong => wrong.key === key)),
    wrongType,
    missingOptions: keys.flatMap(key => {
      const names = missingNames(propertySpec(database, key), chosen.get(key))
      return names.length === 0 ? [] : [{ key, names }]
    }),
  }
}

function missingNames(spec: PropertySpec, property: NotionProperty | undefined): string[] {
  if (property === undefined) return []
  const names = (spec.options ?? []).map(option => option.name)
  return names.filter(name => !property.options.some(option => option.name === name))
}
