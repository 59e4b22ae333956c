import { parse, TomlError } from 'smol-toml'

/** A fault at a place in the configuration. `line` is 1-based; null where it did not come from the file. */
export interface ConfigFault {
  readonly line: number | null
  readonly key: string | null
  readonly message: string
}

/** The file as plain data, or the one syntax error that stopped the parser. */
export function parseToml(text: string): { data: Record<string, unknown> } | { fault: ConfigFault } {
  try {
    return { data: parse(text) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason = 'not valid TOML'] = error.message.split('\n')
    return { fault: { line: error.line, key: null, message: reason.replace(/^Invalid TOML document: /, '') } }
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
