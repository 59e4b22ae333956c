import { nearest } from '../domain/did-you-mean.ts'
import { AppError, messageOf } from '../kernel/errors.ts'
import { plainHttpFault } from '../kernel/http/plain-http.ts'
import { REPLACEMENT } from '../kernel/utf8.ts'
import { isKey } from '../kernel/redaction.ts'
import type { World } from '../kernel/world.ts'
import { configPath } from './paths.ts'
import { isTable, readSettings, type SettingFault, lineOf, parseToml, type ConfigFault } from './read.ts'
import { knownKeys, settingLeaves, type SettingLeaf, type Settings } from './schema.ts'

/** Settings with where each came from. */
export interface LoadedSettings {
  readonly settings: Settings
  readonly path: string
  readonly fileExists: boolean
  /** `default`, `file` or `environment NAME`, by key of a single setting. */
  readonly origins: Readonly<Record<string, string>>
}

/**
 * Reads the configuration: environment over file over default, validated whole.
 * @throws AppError `config` naming every fault at once, each with its line or variable.
 */
export function loadSettings(world: Pick<World, 'host' | 'files'>, flag: string | null): LoadedSettings {
  const { path, named, because } = configPath(world, flag)
  const text = readConfig(world, path)
  if (text === null && named) {
    throw new AppError(
      'config',
      `there is no configuration file ${path} (named by ${because})`,
      'write one with `echopilot config init`, or name another',
    )
  }
  const parsed = parseToml(text ?? '')
  const origins: Record<string, string> = {}
  const data = structuredClone(parsed.data)
  for (const leaf of settingLeaves()) {
    const value = world.host.env[leaf.env]
    const inFile = get(data, leaf.key) !== undefined
    origins[leaf.key] = inFile ? 'file' : 'default'
    if (value === undefined || value === '') continue
    origins[leaf.key] = `environment ${leaf.env}`
    put(data, leaf.key, fromText(leaf, value))
  }
  const read = readSettings(data)
  const source = { text: text ?? '', origins }
  const faults = [
    ...parsed.faults,
    ...keyFaults(data, [], source),
    ...(read.ok ? [] : read.faults.map(fault => faultOf(fault, source))),
    ...plainHttpFaults(data, source),
  ]
  if (!read.ok || faults.length > 0) throw faulty(path, faults)
  return { settings: read.settings, path, fileExists: text !== null, origins }
}

function readConfig(world: Pick<World, 'files'>, path: string): string | null {
  const text = readFile(world, path)
  if (text?.includes(REPLACEMENT) !== true) return text
  throw new AppError(
    'config',
    `the configuration ${path} cannot be read: it is not UTF-8`,
    `iconv -f ISO-8859-1 -t UTF-8 ${path} > NEW, if it is that`,
  )
}

function readFile(world: Pick<World, 'files'>, path: string): string | null {
  try {
    return world.files.readText(path)
  } catch (error) {
    throw new AppError(
      'config',
      `the configuration ${path} cannot be read: ${messageOf(error)}`,
      'let it be read, or name another file with --config',
      error,
    )
  }
}

function faulty(path: string, faults: readonly ConfigFault[]): AppError {
  const lines = faults
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(
      fault =>
        `  ${[fault.line === null ? null : `line ${fault.line}`, fault.key, fault.message].filter(part => part !== null).join(': ')}`,
    )
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
  return new AppError(
    'config',
    `the configuration ${path} has ${count}:\n${lines.join('\n')}`,
    'mend it, then try `echopilot config check`',
  )
}

/** The file, and where each value came from. */
interface Source {
  readonly text: string
  readonly origins: LoadedSettings['origins']
}

function faultOf({ path, message }: SettingFault, source: Source): ConfigFault {
  if (message !== null) return { ...place(path, source), message }
  const guess = nearest(path.at(-1) ?? '', knownKeys(path.slice(0, -1)))
  const meant = guess === null ? '' : `; did you mean "${guess}"?`
  return { line: lineOf(source.text, path), key: path.join('.'), message: `there is no such setting${meant}` }
}

/** Where a value came from: a line of the file, or the variable that set it. */
function place(path: readonly string[], { text, origins }: Source): { line: number | null; key: string } {
  const key = path.join('.')
  const origin = origins[path.slice(0, 2).join('.')] ?? origins[path[0] ?? '']
  return origin?.startsWith('environment') === true
    ? { line: null, key: `${key} (${origin})` }
    : { line: lineOf(text, path), key }
}

/** Plain http is for this machine and for named hosts only (SPEC §4). Looks also where other faults were found. */
function plainHttpFaults(data: Record<string, unknown>, source: Source): ConfigFault[] {
  const named = get(data, 'allow_http_hosts')
  const allowed: readonly unknown[] = Array.isArray(named) ? named : []
  const addresses = settingLeaves().filter(({ isAddress }) => isAddress)
  return addresses.flatMap(({ key }) => {
    const value = get(data, key)
    const url = typeof value === 'string' ? URL.parse(value) : null
    const message = url === null ? null : plainHttpFault(url, allowed)
    return message === null ? [] : [{ ...place(key.split('.'), source), message }]
  })
}

/** A key does not belong here (SPEC §4): it would be sent, stored and shown as an ordinary value. */
function keyFaults(value: unknown, path: readonly string[], source: Source): ConfigFault[] {
  if (typeof value === 'string') {
    const message =
      'this is a key, and keys are never settings: see `echopilot config check` for where they go'
    return isKey(value) ? [{ ...place(path, source), message }] : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => keyFaults(part, [...path, name], source))
}

function fromText(leaf: SettingLeaf, value: string): unknown {
  switch (leaf.kind) {
    case 'text':
      return value
    case 'flag':
      return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value
    case 'list':
      return value.split(',').map(part => part.trim())
    case 'number':
      return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value)
  }
}

function get(data: Record<string, unknown>, key: string): unknown {
  const [first = '', second] = key.split('.')
  const value = data[first]
  if (second === undefined) return value
  return isTable(value) ? value[second] : undefined
}

function put(data: Record<string, unknown>, key: string, value: unknown): void {
  const [first = '', second] = key.split('.')
  if (second === undefined) {
    Object.assign(data, { [first]: value })
    return
  }
  const table = data[first]
  if (isTable(table)) table[second] = value
  else if (table === undefined) Object.assign(data, { [first]: { [second]: value } })
}
