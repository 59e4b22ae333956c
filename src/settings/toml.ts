import { parse, TomlError } from 'smol-toml'

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
