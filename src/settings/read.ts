import { TASK_TYPES } from '../domain/task-type.ts'
import { readFields, type Fields } from '../kernel/field.ts'
import { MODEL_FIELDS, TOP, TYPE_FIELDS } from './core.ts'
import { SECTIONS, type Settings } from './schema.ts'
import { parse, TomlError } from 'smol-toml'

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

/** A fault at a place in the configuration. `line` is 1-based; null where it did not come from the file. */
export interface ConfigFault {
  readonly line: number | null
  readonly key: string | null
  readonly message: string
}

/** A file with as many is no configuration, and each of them takes another reading of the whole. */
const MOST_FAULTS = 50

/**
 * The file as plain data, with its syntax errors. The parser stops at the first one: its line is left out then, and
 * the rest is read, so that all faults are reported at once.
 */
export function parseToml(text: string): {
  readonly data: Record<string, unknown>
  readonly faults: readonly ConfigFault[]
} {
  const lines = text.split('\n')
  const faults: ConfigFault[] = []
  for (;;) {
    try {
      return { data: parse(lines.join('\n')), faults }
    } catch (error) {
      if (!(error instanceof TomlError)) throw error
      // An error further up only follows from a line that was left out.
      if (error.line <= (faults.at(-1)?.line ?? 0)) return { data: {}, faults }
      const [reason = 'not valid TOML'] = error.message.split('\n')
      const message = reason.replace(/^Invalid TOML document: /, '')
      faults.push({ line: error.line, key: null, message })
      // Without the head of its table a key would be taken for one of the table before.
      const isHead = /^\s*\[/.test(lines[error.line - 1] ?? '')
      if (isHead || faults.length === MOST_FAULTS) return { data: {}, faults }
      lines[error.line - 1] = ''
    }
  }
}

/**
 * The line a key stands on, for messages; the line of the nearest table above it where the key itself is
 * written in a way this reader does not follow (inside an inline table); null where there is none.
 */
export function lineOf(text: string, path: readonly string[]): number | null {
  let table: string[] = []
  let best: { line: number; depth: number } | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line)?.[1]
    const key = /^\s*([A-Za-z0-9_."'-]+(?:\s*\.\s*[A-Za-z0-9_"'-]+)*)\s*=/.exec(line)?.[1]
    if (header !== undefined) table = dotted(header)
    const here = header === undefined ? (key === undefined ? null : [...table, ...dotted(key)]) : table
    const depth = here === null ? 0 : commonDepth(here, path)
    if (here !== null && depth === here.length && depth > (best?.depth ?? 0))
      best = { line: index + 1, depth }
  }
  return best?.line ?? null
}

function dotted(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|[^.\s]+/g)].map(match => match[1] ?? match[2] ?? match[0])
}

function commonDepth(here: readonly string[], path: readonly string[]): number {
  const differs = here.findIndex((part, index) => part !== path[index])
  return differs === -1 ? here.length : differs
}
