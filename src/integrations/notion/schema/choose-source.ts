import { matchSchema, unusableIn, type FoundProperty } from './schema-match.ts'
import { propertyKeys, propertySpec, type DatabaseKey } from './schema.ts'

/** How well a data source of a database would do as one of ours. */
export interface SourceFit {
  readonly id: string
  readonly name: string
  /** Columns of ours that it has; the title, which every one has, does not count. */
  readonly has: number
  readonly of: number
  /** Whether it could be used as it is: all that is required, or half of the columns where nothing is. */
  readonly usable: boolean
}

/** Compares the columns of a data source with those that we want. */
export function sourceFit(
  key: DatabaseKey,
  source: { readonly id: string; readonly name: string; readonly properties: readonly FoundProperty[] },
): SourceFit {
  const match = matchSchema(key, source.properties)
  const wanted = propertyKeys(key).map(name => propertySpec(key, name))
  const columns = wanted.filter(spec => spec.types[0] !== 'title')
  const mapped: Readonly<Record<string, FoundProperty | undefined>> = match.mapped
  const has = Object.values(mapped).filter(property => property?.type !== 'title').length
  const needed = columns.some(spec => spec.required === true)
  const complete = unusableIn(key, match).every(spec => spec.required !== true)
  return {
    id: source.id,
    name: source.name,
    has,
    of: columns.length,
    usable: complete && (needed || has * 2 >= columns.length),
  }
}

/** The one that is meant; null where that is not clear, for what is written to the wrong one spoils it. */
export function chooseSource(fits: readonly SourceFit[]): SourceFit | null {
  const [best, next] = fits.filter(({ usable }) => usable).toSorted((a, b) => b.has - a.has)
  return best === undefined || best.has === next?.has ? null : best
}
