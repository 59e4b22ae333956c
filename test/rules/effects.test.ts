/** What makes two runs of the same code differ comes in by the world, and SQL stands in one place. */
import { expect, test } from 'vitest'
import { bare, found, sources } from './support/sources.ts'

/** The world as it is. */
const OUTSIDE = new Set([
  'main.ts',
  'compiled-code.ts',
  'kernel/real-world.ts',
  'kernel/node-modules.ts',
  'kernel/write-file.ts',
  'kernel/http/fetch.ts',
  'kernel/http/connecting.ts',
])

function isOutside(path: string): boolean {
  return OUTSIDE.has(path) || path.startsWith('sandbox/')
}

test.each([
  ['process', /(?<![\w.'])process\.(?!ts)/],
  ['the clock', /\bDate\.now\b|\bnew Date\(\s*\)|(?<![\w.])performance\.now\b/],
  ['chance', /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bcrypto\.getRandomValues\b/],
  ['timers', /(?<![\w.])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(|AbortSignal\.timeout\b/],
  ['the network', /(?<![\w.])(?:globalThis\.fetch\(|new WebSocket\b|new XMLHttpRequest\b)/],
  ['the console', /(?<![\w.])console\./],
])(
  '%s is touched in main.ts, what loads it, five files of the kernel and the sandbox only',
  (_name, pattern) => {
    expect(found(pattern, isOutside)).toEqual([])
  },
)

test('fetch is that of the world, or one that is handed in', () => {
  const given = new Set(
    sources()
      .filter(({ code }) => /\bfetch: (?:(?:Sdk)?Fetch\b|World\['fetch'\])/.test(code))
      .map(({ path }) => path),
  )
  const wrong = found(/(?<![\w.])fetch\(/, path => isOutside(path) || given.has(path))
  expect(wrong).toEqual([])
})

test('SQL is written in the store and the sandbox only', () => {
  const SQL =
    /['"`]\s*(?:SELECT\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:TABLE|INDEX)|PRAGMA\s|BEGIN\s+IMMEDIATE|VACUUM\b)/
  const wrong = sources().filter(
    ({ path, text }) => !path.startsWith('store/') && !path.startsWith('sandbox/') && SQL.test(text),
  )
  expect(wrong.map(({ path }) => path)).toEqual([])
  expect(
    sources().filter(({ path, text }) => path.startsWith('store/') && SQL.test(text)).length,
  ).toBeGreaterThan(5)
})

test('the reader of these rules sees code, not comments or texts', () => {
  const text =
    "a('process.x', `b ${process.y} Date.now`) // Date.now\n/* console.z */ const r = /'process.q/g\n"
  const code = bare(text)
  expect(code).toHaveLength(text.length)
  expect(code).toContain('process.y')
  expect(code).not.toMatch(/process\.x|Date\.now|console|process\.q/)
})
