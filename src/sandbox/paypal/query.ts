/** Reading parameters of queries; refused in the words of the API. */
import { invalid } from './errors.ts'

/** Throws the API's 400 for a parameter of the query that is not known. */
export function refuseStrange(query: URLSearchParams, known: readonly string[]): void {
  const strange = [...query.keys()].find(name => !known.includes(name))
  if (strange !== undefined) throw invalid({ issue: 'NOT_SUPPORTED', field: strange, location: 'query' })
}

/** A whole number of the query from 1 on; throws the API's 400 for anything else. */
export function numberIn(query: URLSearchParams, name: string, usual: number, most: number): number {
  const given = Number(query.get(name) ?? usual)
  return Number.isInteger(given) && given >= 1 && given <= most
    ? given
    : refuseParameter(name, 'Invalid value')
}

/** A time of the query in milliseconds, or what stands for one that is left out; throws the API's 400. */
export function timeIn(query: URLSearchParams, name: string, otherwise?: number): number {
  const given = query.get(name)
  if (given === null && otherwise !== undefined) return otherwise
  if (given === null) throw invalid({ issue: 'MISSING_REQUIRED_PARAMETER', field: name, location: 'query' })
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/i.test(given)
  return isTime && !Number.isNaN(Date.parse(given))
    ? Date.parse(given)
    : refuseParameter(name, 'Invalid date passed')
}

/** Throws the API's 400 for a parameter of the query. */
export function refuseParameter(field: string, description: string): never {
  throw invalid({ issue: 'INVALID_PARAMETER_VALUE', description, field, location: 'query' })
}
