/** JSON and truth in SQLite columns. */
import { isObject, parseJson, type JsonObject } from '../../lib/json.ts'

/** Rich text, icons, options and the like, as answers carry them. */
export type JsonList = readonly JsonObject[]

/** The list in a column; anything else counts as empty. */
export function listIn(text: string): JsonList {
  const value = parseJson(text)
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The object in a column; anything else counts as empty. */
export function objectIn(text: string): JsonObject {
  const value = parseJson(text)
  return isObject(value) ? value : {}
}

/** The object or null in a column (icons and covers). */
export function objectOrNull(text: string): JsonObject | null {
  const value = parseJson(text)
  return isObject(value) ? value : null
}

/** Who did something and when; every object has it. */
export interface Authored {
  readonly createdMs: number
  readonly editedMs: number
  readonly createdBy: string
  readonly editedBy: string
}

/** The columns of {@link Authored}. */
export interface AuthoredRow {
  readonly created_ms: number
  readonly edited_ms: number
  readonly created_by: string
  readonly edited_by: string
}

/** Reads the columns of {@link Authored}. */
export function authoredIn(row: AuthoredRow): Authored {
  return {
    createdMs: row.created_ms,
    editedMs: row.edited_ms,
    createdBy: row.created_by,
    editedBy: row.edited_by,
  }
}

/** Writes the columns of {@link Authored}. */
export function authoredRow(object: Authored): AuthoredRow {
  return {
    created_ms: object.createdMs,
    edited_ms: object.editedMs,
    created_by: object.createdBy,
    edited_by: object.editedBy,
  }
}
