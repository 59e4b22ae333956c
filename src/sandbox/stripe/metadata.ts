/** Texts that callers keep on objects. */
import { isObject, stringsOf, type JsonObject } from '../lib/json.ts'
import type { Metadata } from './model.ts'

/** The metadata among the parameters of what is made. */
export function metadataIn(params: JsonObject): Metadata {
  return changedMetadata({}, params)
}

/** The metadata after a change: names are added or replaced, those with an empty text removed, all by an empty text. */
export function changedMetadata(before: Metadata, params: JsonObject): Metadata {
  const given = params['metadata']
  if (given === null) return {}
  if (!isObject(given)) return before
  const merged = { ...before, ...stringsOf(given) }
  return Object.fromEntries(Object.entries(merged).filter(([, text]) => text !== ''))
}
