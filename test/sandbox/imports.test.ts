/** The sandbox must not share a line with what it is tested against: one misunderstanding could sit on both sides. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SANDBOX = fileURLToPath(new URL('../../src/sandbox', import.meta.url))

function importsOf(file: string): readonly string[] {
  const text = readFileSync(resolve(SANDBOX, file), 'utf8')
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name)
}

test('the sandbox imports node, better-sqlite3, a server of SMTP and itself only; its lib and child nothing of a service', () => {
  const files = globSync('**/*.ts', { cwd: SANDBOX })
  expect(files.length).toBeGreaterThan(30)
  const wrong = files.flatMap(file =>
    importsOf(file).flatMap(name => {
      if (name === 'smtp-server' && file.startsWith('smtp/')) return []
      if (name.startsWith('node:') || name === 'better-sqlite3') return []
      const target = relative(SANDBOX, resolve(SANDBOX, dirname(file), name))
      const leaves = !name.startsWith('.') || target.startsWith('..')
      const lib = file.startsWith('lib/') && !target.startsWith('lib/')
      return leaves || lib ? [`${file} imports ${name}`] : []
    }),
  )
  expect(wrong).toEqual([])
})
