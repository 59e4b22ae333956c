/** The part of Drive's search language that finds files by what they are called and where they are. */
import { invalid } from './errors.ts'
import { ROOT_ID, type DriveFile } from './files.ts'

type Matcher = (file: DriveFile) => boolean

const STRING = String.raw`'((?:[^'\\]|\\.)*)'`

/** Each form of a term, and what it asks. */
const TERMS: readonly (readonly [RegExp, (...given: readonly string[]) => Matcher])[] = [
  [term(`name = ${STRING}`), name => file => file.name === name],
  [term(`mimeType = ${STRING}`), type => file => file.mimeType === type],
  [term(`mimeType != ${STRING}`), type => file => file.mimeType !== type],
  [term('trashed = (true|false)'), trashed => file => String(file.trashed) === trashed],
  [
    term(`${STRING} in parents`),
    parent => file => file.parents.includes(parent === 'root' ? ROOT_ID : (parent ?? '')),
  ],
  [
    term(`appProperties has \\{ ?key = ?${STRING} and value = ?${STRING} ?\\}`),
    (key = '', value) =>
      file =>
        file.appProperties?.[key] === value,
  ],
]

function term(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(' = ', ' ?= ?')}(?: and |$)`)
}

/** Whether a file fits a query, which is terms joined by `and`. @throws VendorError 400 */
export function matcherOf(query: string): Matcher {
  const matchers: Matcher[] = []
  let rest = query.trim()
  while (rest !== '') {
    const next = termAt(rest)
    matchers.push(next.matcher)
    rest = rest.slice(next.length)
  }
  return file => matchers.every(matches => matches(file))
}

function termAt(text: string): { readonly matcher: Matcher; readonly length: number } {
  for (const [pattern, make] of TERMS) {
    const [whole, ...given] = pattern.exec(text) ?? []
    if (whole !== undefined) {
      return { matcher: make(...given.map(each => each.replaceAll(/\\(.)/g, '$1'))), length: whole.length }
    }
  }
  throw invalid('Invalid Value', 'invalid', 'q')
}
