import { keysOf } from '../../domain/keys-of.ts'
import { flagField } from '../../kernel/field.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { dim, document, line, table, type Column } from '../../kernel/document.ts'
import { settingLeaves, type Settings } from '../../settings/schema.ts'
import { SECRETS } from '../../settings/secrets.ts'
import { defineOperation } from '../define.ts'

export const configShow = defineOperation({
  path: ['config', 'show'],
  summary: 'Print every setting; with --origin, where each came from',
  input: { origin: flagField('also print where each value came from') },
  needs: { settings: 'required' },
  access: 'read',
  scope: 'read',
  run: async (context, input) => {
    const { settings, origins, path, fileExists } = context.settings
    const names = keysOf(SECRETS)
    // Looked up before the settings are shown: one of them may hold a secret that was put in the wrong place.
    const found = names.map(name => ({ name, origin: context.secretOrigin(name) }))
    return {
      path,
      fileExists,
      settings: settingLeaves().map(leaf => ({
        key: leaf.key,
        value: withoutKeys(valueOf(settings, leaf.key), context.redact),
        origin: origins[leaf.key] ?? 'default',
        env: leaf.env,
        meaning: leaf.meaning,
      })),
      types: tablesOf(settings.types, context.redact),
      models: tablesOf(settings.models, context.redact),
      secrets: found.map(({ name, origin }) => ({
        name,
        value: origin === null ? null : '********',
        origin: origin ?? 'not set',
      })),
      showOrigin: input.origin,
    }
  },
  render: result => {
    const columns: Column[] = [{ title: 'setting' }, { title: 'value', cut: 'middle' }]
    const origin: Column[] = result.showOrigin ? [{ title: 'from', cut: 'middle' }] : []
    const rows = [
      ...result.settings.map(row => [row.key, toText(row.value), row.origin]),
      ...Object.entries(result.types).map(([type, row]) => [`types.${type}`, toText(row), 'file']),
      ...Object.entries(result.models).map(([model, row]) => [`models."${model}"`, toText(row), 'file']),
      ...result.secrets.map(row => [row.name, row.value ?? '–', row.origin]),
    ]
    const note = result.fileExists ? '' : ' (not there: defaults and environment)'
    return document(line`${dim(`${result.path}${note}`)}`, table([...columns, ...origin], rows))
  },
})

function valueOf(settings: Settings, key: string): unknown {
  let at: unknown = settings
  for (const part of key.split('.')) {
    at =
      typeof at === 'object' && at !== null ? Object.entries(at).find(([name]) => name === part)?.[1] : null
  }
  return at ?? null
}

function tablesOf(tables: Readonly<Record<string, unknown>>, redact: Redact): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tables).map(([name, part]) => [name, withoutKeys(part, redact)]))
}

/** The same values, the texts among them without what opens something. */
function withoutKeys(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map(part => withoutKeys(part, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutKeys(part, redact)]))
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '–'
  return typeof value === 'string' ? value || '""' : JSON.stringify(value)
}
