import { TASK_TYPES } from '../domain/task-type.ts'
import { SERVICES } from '../integrations/index.ts'
import type { Field, Fields, ValuesOf } from '../kernel/field.ts'
import { CORE_SECTIONS, MODEL_FIELDS, TOP, TYPE_FIELDS, type CoreSettings } from './core.ts'

type AnyService = (typeof SERVICES)[number]

/**
 * Every section of the file: one for each service, and those of the core. The file, environment variables,
 * `config show`, `config init` and the README read this one table. Secrets are not settings.
 */
export const SECTIONS: Readonly<Record<string, Fields>> = {
  ...Object.fromEntries(SERVICES.map(({ name, settings }) => [name, settings])),
  ...CORE_SECTIONS,
}

/** The settings of a call of EchoPilot, validated, with every default filled in. */
export type Settings = CoreSettings & {
  readonly [Service in AnyService as Service['name']]: ValuesOf<Service['settings']>
}

/** A single setting, as lists show it. */
export interface SettingLeaf {
  /** `openai.base_url`. */
  readonly key: string
  readonly env: string
  readonly meaning: string
  readonly kind: Field<unknown>['kind']
  /** Null where there is no value until one is set. */
  readonly fallback: Field<unknown>['fallback']
  /** Something is sent there. */
  readonly isAddress: boolean
}

/** All single settings in the order of the file. Tables by name (`types`, `models`) are not among them. */
export function settingLeaves(): SettingLeaf[] {
  return [
    ...Object.entries(TOP).map(([key, field]) => leaf(key, field)),
    ...Object.entries(SECTIONS).flatMap(([section, fields]) =>
      Object.entries(fields).map(([name, field]) => leaf(`${section}.${name}`, field)),
    ),
  ]
}

/** Keys that may stand in a table of the file, for "did you mean". */
export function knownKeys(path: readonly string[]): string[] {
  const [section] = path
  if (section === undefined) return [...Object.keys(TOP), ...Object.keys(SECTIONS), 'types', 'models']
  if (section === 'types') return path.length === 1 ? [...TASK_TYPES] : Object.keys(TYPE_FIELDS)
  if (section === 'models') return path.length === 1 ? [] : Object.keys(MODEL_FIELDS)
  const fields = Object.entries(SECTIONS).find(([name]) => name === section)?.[1]
  return fields === undefined ? [] : Object.keys(fields)
}

/** Variables that have a name outside EchoPilot, used by other programs too. */
const WELL_KNOWN_VARIABLES: ReadonlyMap<string, string> = new Map(
  SERVICES.flatMap(({ name, variables }) =>
    Object.entries(variables).map(([setting, variable]) => [`${name}.${setting}`, variable] as const),
  ),
)

function leaf(key: string, { meaning, kind, fallback, isAddress }: Field<unknown>): SettingLeaf {
  const env = WELL_KNOWN_VARIABLES.get(key) ?? `ECHOPILOT_${key.toUpperCase().replaceAll('.', '_')}`
  return { key, env, meaning, kind, fallback, isAddress: isAddress ?? false }
}
