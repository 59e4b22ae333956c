/** The sources as text, for rules that a reader could check and a machine does. */
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { ROOT } from '../../support/root.ts'

/** Characters before a slash that tell what it is. */
const LOOK_BACK = 40

/** A source file. */
export interface Source {
  /** Below src, with slashes. */
  readonly path: string
  readonly text: string
  /** Text of the same length without comments, and with the contents of strings blanked out. */
  readonly code: string
}

/** Every TypeScript file of src. */
export function sources(): readonly Source[] {
  return SOURCES
}

const SOURCES = readSources()

function readSources(): readonly Source[] {
  const folder = join(ROOT, 'src')
  return globSync('**/*.ts', { cwd: folder })
    .toSorted()
    .map(path => {
      const text = readFileSync(join(folder, path), 'utf8')
      return { path, text, code: bare(text) }
    })
}

/** An import of a file. */
export interface Import {
  /** A package, or a path below src. */
  readonly target: string
  readonly isPackage: boolean
  readonly typeOnly: boolean
}

const FROM =
  /^(?:import|export)\s+(type\s)?[^'"`;]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

/** What a file imports, also lazily and by `export … from`. */
export function importsOf({ path, text }: Source): readonly Import[] {
  return [...text.matchAll(FROM)].map(([, type, from, bareImport, lazy]) => {
    const name = from ?? bareImport ?? lazy ?? ''
    const isPackage = !name.startsWith('.')
    const target = isPackage ? name : posix.normalize(posix.join(posix.dirname(path), name))
    return { target, isPackage, typeOnly: type !== undefined }
  })
}

/** Places in the code of the sources that a pattern finds, as `path:line: what`. */
export function found(pattern: RegExp, isAllowed: (path: string) => boolean = () => false): string[] {
  return sources()
    .filter(({ path }) => !isAllowed(path))
    .flatMap(({ path, code, text }) =>
      [...code.matchAll(new RegExp(pattern, 'gm'))].map(match => {
        const line = code.slice(0, match.index).split('\n').length
        return `${path}:${String(line)}: ${(text.split('\n')[line - 1] ?? '').trim()}`
      }),
    )
}

/**
 * Blanks out comments and the contents of strings, keeping the length and the code inside `${…}`. Regular
 * expressions are told from divisions by what stands before them.
 */
export function bare(text: string): string {
  const reader = { text, at: 0, out: '' }
  readCode(reader, false)
  return reader.out
}

interface Reader {
  readonly text: string
  at: number
  out: string
}

function readCode(reader: Reader, inTemplate: boolean): void {
  let depth = 0
  while (reader.at < reader.text.length) {
    const rest = reader.text.slice(reader.at, reader.at + 2)
    const char = rest[0] ?? ''
    if (inTemplate && char === '}' && depth === 0) return
    if (char === '{') depth += 1
    if (char === '}') depth -= 1
    if (rest === '//') skip(reader, /\/\/.*/y)
    else if (rest === '/*') skip(reader, /\/\*[^]*?\*\//y)
    else if (char === "'" || char === '"') skip(reader, /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y)
    else if (char === '`') readTemplate(reader)
    else if (char === '/' && /(?:^|[(,=:[!&|?{};\n]|=>|return)\s*$/.test(reader.out.slice(-LOOK_BACK))) {
      skip(reader, /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y)
    } else take(reader, 1)
  }
}

function readTemplate(reader: Reader): void {
  take(reader, 1)
  while (reader.at < reader.text.length) {
    const rest = reader.text.slice(reader.at, reader.at + 2)
    if (rest[0] === '`') {
      take(reader, 1)
      return
    }
    if (rest === '${') {
      take(reader, 2)
      readCode(reader, true)
      take(reader, 1)
    } else blank(reader, rest[0] === '\\' ? 2 : 1)
  }
}

function skip(reader: Reader, pattern: RegExp): void {
  pattern.lastIndex = reader.at
  const length = pattern.exec(reader.text)?.[0].length ?? 1
  if (length === 1) take(reader, 1)
  else blank(reader, length)
}

function take(reader: Reader, length: number): void {
  reader.out += reader.text.slice(reader.at, reader.at + length)
  reader.at += length
}

function blank(reader: Reader, length: number): void {
  reader.out += reader.text.slice(reader.at, reader.at + length).replaceAll(/[^\n]/g, ' ')
  reader.at += length
}
