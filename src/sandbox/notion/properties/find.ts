/** Finding properties by what callers call them. */
import type { Property } from '../store/properties.ts'

/** By name, by id or by percent-encoded id; Notion takes all three. */
export function findProperty(properties: readonly Property[], key: string): Property | undefined {
  return (
    properties.find(({ id }) => id === key || encodeURIComponent(id) === key) ??
    properties.find(({ name }) => name === key)
  )
}

/** The title property; every data source has exactly one, under any name. */
export function titleProperty(properties: readonly Property[]): Property | undefined {
  return properties.find(({ type }) => type === 'title')
}
