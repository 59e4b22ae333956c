import { singleQuoted } from '../kernel/typed-as.ts'

/** Shell lines that set the variables; values are quoted, so that they can be pasted or sourced as they are. */
export function exportLines(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `export ${name}=${singleQuoted(value)}\n`)
    .join('')
}
