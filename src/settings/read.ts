import { TASK_TYPES } from '../domain/task-type.ts'
import { readFields, type Fields } from '../kernel/field.ts'
import { MODEL_FIELDS, TOP, TYPE_FIELDS } from './core.ts'
import { SECTIONS, type Settings } from './schema.ts'

/** What is wrong at a place of the configuration. */
export interface SettingFault {
  readonly path: readonly string[]
  /** Null where there is no such setting. */
  readonly message: string | null
}

type Table = Readonly<Record<string, unknown>>

/** Reads the configuration as plain data: all settings, or every fault at once. */
export function readSettings(
  data: Table,
):
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly faults: SettingFault[] } {
  const faults: SettingFault[] = []
  const settings = {
    ...valuesIn([], onlyOf(TOP, data), TOP, faults),
    ...mapped(SECTIONS, (name, fields) => valuesIn([name], data[name], fields, faults)),
    types: tablesIn(['types'], data['types'], TYPE_FIELDS, faults, TASK_TYPES),
    models: tablesIn(['models'], data['models'], MODEL_FIELDS, faults, null),
  }
  faults.push(...unknownIn([], data, [...Object.keys(TOP), ...Object.keys(SECTIONS), 'types', 'models']))
  if (faults.length > 0) return { ok: false, faults }
  // Nothing was at fault, so every part was read by the fields that give it its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ok: true, settings: settings as unknown as Settings }
}

/** Any number of tables with the same fields, by name; `names` are all that there are, where that is known. */
function tablesIn(
  path: readonly string[],
  given: unknown,
  fields: Fields,
  faults: SettingFault[],
  names: readonly string[] | null,
): Table {
  const tables = tableAt(path, given, faults)
  if (names !== null) faults.push(...unknownIn(path, tables, names))
  const known = Object.entries(tables).filter(([name]) => names?.includes(name) ?? true)
  return Object.fromEntries(
    known.map(([name, table]) => [name, valuesIn([...path, name], table, fields, faults)]),
  )
}

function valuesIn(path: readonly string[], given: unknown, fields: Fields, faults: SettingFault[]): Table {
  const table = tableAt(path, given, faults)
  const read = readFields(fields, table)
  if (!read.ok) faults.push(...read.faults.map(({ name, message }) => ({ path: [...path, name], message })))
  faults.push(...unknownIn(path, table, Object.keys(fields)))
  return read.ok ? read.values : {}
}

function tableAt(path: readonly string[], given: unknown, faults: SettingFault[]): Table {
  if (given === undefined) return {}
  if (isTable(given)) return given
  faults.push({ path, message: `a table is wanted, not ${JSON.stringify(given)}` })
  return {}
}

function unknownIn(path: readonly string[], table: Table, known: readonly string[]): SettingFault[] {
  return Object.keys(table)
    .filter(key => !known.includes(key))
    .map(key => ({ path: [...path, key], message: null }))
}

function onlyOf(fields: Fields, table: Table): Table {
  return Object.fromEntries(Object.entries(table).filter(([name]) => Object.hasOwn(fields, name)))
}

function mapped(
  sections: Readonly<Record<string, Fields>>,
  read: (name: string, fields: Fields) => Table,
): Record<string, Table> {
  return Object.fromEntries(Object.entries(sections).map(([name, fields]) => [name, read(name, fields)]))
}

/** A table of the file. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
