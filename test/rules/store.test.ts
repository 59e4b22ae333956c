/** Rows are changed in one way, and what is asked of them is portable (CONTRIBUTING.md). */
import { expect, test } from 'vitest'
import { CHANGES } from '../../src/store/changes.ts'
import { sources } from './support/sources.ts'

/** Parts of the engine: what knows that it is SQLite. */
const ENGINE = new Set(['engine.ts', 'migrate.ts', 'integrity.ts', 'upkeep.ts'].map(name => `store/${name}`))

const ours = sources().filter(({ path }) => !path.startsWith('sandbox/'))
const portable = ours.filter(({ path }) => path.startsWith('store/') && !ENGINE.has(path))

/** Places where a text is found, strings too. */
function foundIn(files: typeof ours, pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([match]) => `${path}: ${match}`))
}

test('SQL stands in the store alone', () => {
  const statement = /\b(?:SELECT [\w*.,( ]+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM) \w+/g
  const outside = ours.filter(({ path }) => !path.startsWith('store/'))
  expect(foundIn(outside, statement)).toEqual([])
  expect(foundIn(portable, statement).length).toBeGreaterThan(80)
})

test('what can change rows is handed out by a change alone', () => {
  const makers = new Set(
    ['audit-chain.ts', 'core.ts', 'index.ts', 'group-commit.ts'].map(name => `store/${name}`),
  )
  const others = ours.filter(({ path }) => !makers.has(path) && !ENGINE.has(path))
  expect(foundIn(others, /\b(?:openEngine|Writer|groupCommit)\b|import type \{[^}]*\bEngine\b/g)).toEqual([])
  // Only where a change is under way is there something to run a statement with.
  expect(foundIn(portable, /(?<!\btx)\.engine\.(?:run|returning)\b|\bengine\.script\b/g)).toEqual([])
})

/** The ends of kinds that are put together. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  'task.': ['approve', 'return', 'cancel', 'dismiss', 'retry'],
  'effect.': ['retry', 'dismiss', 'failed', 'died'],
}

test('every kind of change is made somewhere', () => {
  const calls = /\.change\(\s*[\w.']+,\s*(?:'([\w.]+)'|`([\w.]+)\$\{verb\}`)/g
  const made = ours.flatMap(({ text }) =>
    [...text.matchAll(calls)].flatMap(([, whole, start = '']) =>
      whole === undefined ? (VERBS[start] ?? []).map(verb => start + verb) : [whole],
    ),
  )
  expect(Object.keys(CHANGES).toSorted()).toEqual([...new Set(made)].toSorted())
})

test.each([
  ['replaces rows in a way that other engines do not have', /\bOR (?:REPLACE|IGNORE)\b/g],
  ['knows how SQLite unpacks a list', /\bjson_each\b/g],
  ['gives a hint in the words of SQLite', /\bINDEXED BY\b|\blikely\(|\bCROSS JOIN\b|(?:AND|BY) \+\w/g],
  ['takes the least or greatest of several values by an aggregate', /\b(?:MIN|MAX)\((?:[^()]|\([^()]*\))*,/g],
  ['knows the rows of SQLite by number', /\browid\b/gi],
  ['compares by IS what may be no value', /\bIS (?:NOT )?(?!NOT\b|NULL\b|DISTINCT\b)['":\w]+(?=.*`)/g],
  [
    'calls a function of SQLite',
    /\b(?:char|ifnull|iif|instr|julianday|printf|strftime|total_changes|unixepoch)\(/g,
  ],
  ['asks SQLite of itself', /\bPRAGMA\b|\b(?:pragma|sqlite)_\w+|\bVACUUM\b|\bGLOB\b/g],
])('no statement %s: that is for the engine', (_name, pattern) => {
  const statements = portable.filter(({ path }) => path !== 'store/sql.ts')
  expect(foundIn(statements, pattern)).toEqual([])
})
