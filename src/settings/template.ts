import { stringify } from 'smol-toml'
import { settingLeaves, type SettingLeaf } from './schema.ts'

/** A configuration file with every setting at its default, commented out, each with its meaning. */
export function configTemplate(): string {
  const leaves = settingLeaves()
  const top = leaves.filter(leaf => !leaf.key.includes('.'))
  const sections = Map.groupBy(
    leaves.filter(leaf => leaf.key.includes('.')),
    leaf => leaf.key.split('.')[0] ?? '',
  )
  const parts = [
    '# EchoPilot. Flags win over the environment, the environment over this file, this file over defaults.\n# Keys and tokens are never written here: see the README.',
    top.map(line).join('\n'),
    ...[...sections].map(([name, rows]) => `[${name}]\n${rows.map(line).join('\n')}`),
    TABLES,
  ]
  return `${parts.join('\n\n')}\n`
}

const TABLES = `# What one type of task does differently. Types: Research, Drafting, Data-transform, Transcription, Other.
# [types.Research]
# model = "gpt-4o"
# qa_target = 85
# price = "49.00 EUR"
# instructions = "Prefer primary sources."

# A model that the price table does not know. USD per million tokens.
# [models."llama3.2"]
# free = true`

function line(leaf: SettingLeaf): string {
  const name = leaf.key.split('.').at(-1) ?? leaf.key
  const value = leaf.fallback === null ? `${name} = "…"` : stringify({ [name]: leaf.fallback }).trim()
  return `# ${leaf.meaning}\n# ${value}`
}
