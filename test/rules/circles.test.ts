/** No file needs, by whatever way, a file that needs it: not even for a type. */
import { expect, test } from 'vitest'
import { importsOf, sources } from './support/sources.ts'

type Needs = ReadonlyMap<string, readonly string[]>

/** The files that stand on a circle, each with the first of its imports that leads back to it. */
function circles(needs: Needs): string[] {
  return [...needs.keys()].flatMap(path => {
    const back = needs.get(path)?.find(next => reachable(next, needs).has(path))
    return back === undefined ? [] : [`${path} -> ${back}`]
  })
}

function reachable(from: string, needs: Needs): Set<string> {
  const seen = new Set([from])
  // A set may grow while it is gone through: what is added is visited too.
  for (const path of seen) for (const next of needs.get(path) ?? []) seen.add(next)
  return seen
}

test('imports run one way', () => {
  const needs = new Map(
    sources().map(source => [
      source.path,
      importsOf(source).flatMap(({ target, isPackage }) => (isPackage ? [] : [target])),
    ]),
  )
  expect([...needs.values()].flat().length).toBeGreaterThan(500)
  expect(circles(needs)).toEqual([])
})

test('the finder of circles finds them', () => {
  const needs = new Map([
    ['a', ['b', 'c']],
    ['b', ['d']],
    ['c', ['d', 'a']],
    ['d', []],
  ])
  expect(circles(needs)).toEqual(['a -> c', 'c -> a'])
})
