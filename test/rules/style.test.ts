/** Habits of the house that a machine can check. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../support/root.ts'
import { found, sources } from './support/sources.ts'

test.each([
  ['a default export', /^export default\b/],
  ['state of a module', /^(?:export\s+)?(?:let|var)\s/],
  ['any', /(?::|<|\bas|\|)\s*any\b(?!\()/],
  ['a non-null assertion', /[\w)\]]!(?:[.;,)\]}[]|\s*$)/],
  ['a catch that says nothing', /catch\s*(?:\([^)]*\)\s*)?\{\s*\}/],
  ['an enum or namespace', /^(?:export\s+)?(?:const\s+)?(?:enum|namespace)\s/],
])('no file has %s', (_name, pattern) => {
  expect(found(pattern)).toEqual([])
})

test('instants that were stored are shown by what shows impossible ones too', () => {
  // The domain and what reads a service's day look at what they are given; a sandbox keeps instants of its own.
  const own = ['domain/', 'sandbox/', 'commands/demo/', 'kernel/', 'integrations/openai/wire.ts']
  const wrong = found(/\.toISOString\(/, path => own.some(part => path.startsWith(part)))
  expect(wrong).toEqual([])
})

test('no comment switches the compiler off or puts something off', () => {
  const wrong = sources().flatMap(({ path, text, code }) => {
    const lines = code.split('\n')
    return text.split('\n').flatMap((line, index) => {
      // What is not in the code is a comment or a text; a comment is what has its mark.
      const comment = /(?:\/\/|\/\*|^\s*\*).*$/.exec(line)?.[0] ?? ''
      const isComment = !(lines[index] ?? '').includes(comment)
      return isComment && /@ts-|\b(?:TODO|FIXME|HACK)\b/.test(comment) && !comment.includes("'")
        ? [`${path}:${String(index + 1)}: ${line}`]
        : []
    })
  })
  expect(wrong.filter(place => !place.startsWith('sandbox/openai/model/'))).toEqual([])
})

test('errors are of the family: a plain Error is only what a class extends', () => {
  const wrong = found(/\bnew Error\(/, path => path.startsWith('sandbox/'))
  expect(wrong).toEqual([])
  const classes = found(/^export class \w+ extends Error\b/)
  expect(classes.length).toBeGreaterThanOrEqual(3)
  expect(found(/^\s*(?:export\s+)?(?:abstract\s+)?class (?!\w+ extends (?:App)?Error\b)/)).toEqual([])
})

/** An operation's docstring is its summary, and a type read off a schema of the same name has the schema's. */
function documentsItself(line: string, lines: readonly string[]): boolean {
  if (/^export const \w+ = define\w+\(/.test(line)) return true
  const name = /^export type (\w+) = z\.infer</.exec(line)?.[1]
  return name !== undefined && lines.some(other => other.startsWith(`export const ${name} =`))
}

test('everything that is exported has a docstring', () => {
  const wrong = sources().flatMap(({ path, text }) => {
    const lines = text.split('\n')
    return lines.flatMap((line, index) => {
      if (!/^export (?:async )?(?:function|const|interface|type|class) \w/.test(line)) return []
      const before = lines.slice(0, index).findLast(other => !/^\s*\/\/ /.test(other)) ?? ''
      return before.trimEnd().endsWith('*/') || documentsItself(line, lines)
        ? []
        : [`${path}:${String(index + 1)}: ${line}`]
    })
  })
  expect(wrong).toEqual([])
})

test('names of files are lower case with hyphens', () => {
  const files = globSync(['src/**/*', 'test/**/*', 'bin/*'], { cwd: ROOT, withFileTypes: true }).filter(
    file => file.isFile(),
  )
  expect(files.length).toBeGreaterThan(200)
  const wrong = files
    .map(({ name }) => name)
    .filter(
      name =>
        !/^(?:[a-z0-9-]+|\d{4}_[a-z0-9_]+)(?:\.test)?(?:\.(?:ts|sql|json|txt|md|toml|mjs|cjs|snap|ttf))?$/.test(
          name,
        ),
    )
  expect(wrong).toEqual([])
})

/** Holds what it looks for. */
const THIS = 'test/rules/style.test.ts'
/** What is read as text. */
const TEXT =
  /\.(?:ts|js|mjs|json|md|sql|toml|txt|yml|yaml|service|timer|conf)$|^(?:bin\/echopilot|\.ci\/run|\.npmrc|\.gitignore|\.editorconfig|LICENSE)$/

test('no file names a machine of ours, a registry, or a key that could be real', () => {
  const files = globSync(
    ['*', '.*', 'src/**/*', 'test/**/*', 'bin/*', 'systemd/**/*', '.ci/*', '.github/**/*'],
    {
      cwd: ROOT,
      withFileTypes: true,
    },
  )
    .filter(file => file.isFile())
    .map(file => join(file.parentPath, file.name).slice(ROOT.length + 1))
    .filter(file => TEXT.test(file) && file !== THIS)
  expect(files.length).toBeGreaterThan(200)
  const wrong = files.flatMap(file => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    return [...text.matchAll(SUSPECT)].map(([match]) => `${file}: ${match.slice(0, 60)}`)
  })
  expect(wrong).toEqual([])
})

const SUSPECT = new RegExp(
  [
    String.raw`/(?:work|root|home/(?!ana\b|node\b)\w+)/(?:main|shared|\.npm|\.config)\b`,
    String.raw`https?://[^\s/"']*(?:verdaccio|artifactory|nexus|registry)[^\s/"']*`,
    String.raw`\bsk-(?!sandbox|canary|invalid|ant-|\w*test)[A-Za-z0-9_-]*[A-Za-z0-9]{20,}`,
    String.raw`\b(?:sk_live|rk_live|whsec|ghp|gho|xox[bp]|AKIA|secret)_?[A-Za-z0-9]{16,}`,
    '-----BEGIN [A-Z ]*PRIVATE KEY-----',
  ].join('|'),
  'g',
)

test('the launcher is executable, and so is the gate', () => {
  for (const file of ['bin/echopilot', '.ci/run']) {
    expect(statSync(join(ROOT, file)).mode & 0o111, basename(file)).toBe(0o111)
  }
})
