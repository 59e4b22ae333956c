/** What the benches compute with. What they measure is asserted nowhere. */
import { expect, test } from 'vitest'
import type { Exchange } from './support/exchanges.ts'
import { interleaved, median } from './support/rounds.ts'
import { table } from './support/table.ts'
import { fillable, marksOf, templateOf } from './support/template.ts'

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
  [[], Number.NaN],
])('the median of %j is %d', (numbers, wanted) => {
  expect(median(numbers)).toBe(wanted)
})

test('contenders take turns, and rounds to warm up count for nothing', async () => {
  const turns: string[] = []
  const contender = (name: string) => async () => turns.push(name)
  const rounds = await interleaved({ a: contender('a'), b: contender('b') }, { rounds: 2, warmUp: 1 })
  expect(turns).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
  expect(rounds).toEqual({ a: [3, 5], b: [4, 6] })
})

test('a table says what is met, in at most 80 columns', () => {
  const lines = table([
    {
      figure: 'echopilot status, 10000 runs',
      measured: '123.4 ms',
      ratio: 2.5,
      goal: { name: 'status', figure: 2.5 },
    },
    {
      figure: 'claim + rest, in the store',
      measured: '1234567 /s',
      ratio: 0.69,
      goal: { name: 'claimAndComplete', figure: 0.69 },
    },
    { figure: 'its node_modules', measured: '123.4 MB', goal: { name: 'installed', figure: 123.4 } },
    { figure: 'node -e 0', measured: '24.0 ms' },
  ])
  expect(lines.slice(2).map(line => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'echopilot status, 10000 runs | 123.4 ms | 2.50 x | <= 2.50 x | met',
    'claim + rest, in the store | 1234567 /s | 0.69 x | >= 0.70 x | missed',
    'its node_modules | 123.4 MB | <= 60 MB | missed',
    'node -e 0 | 24.0 ms',
  ])
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
})

const call = (path: string, answer: unknown, body = ''): Exchange => ({
  service: 'notion',
  method: 'POST',
  path,
  body,
  answer: JSON.stringify(answer),
})

test('what was called for one row can be called for any other', () => {
  const { once, task } = templateOf(
    [
      call('/v1/data_sources/d1/query', { results: [{ id: 'p1' }] }),
      call('/v1/pages/p1', { id: 'p1' }),
      call('/v1/blocks/p1/children', { results: [{ id: 'b1' }, { id: 'b2' }] }),
      call('/v1/blocks/b2/children', {}, '{"after":"b1","of":"p1"}'),
    ],
    'p1',
  )
  expect(once.map(({ path }) => path)).toEqual(['/v1/data_sources/d1/query'])
  const ids = new Map([['⟨page⟩', 'p9'], ...marksOf(1, { results: [{ id: 'b8' }, { id: 'b9' }] })])
  expect(task.map(({ path, body }) => fillable(path)(ids) + fillable(body)(ids))).toEqual([
    '/v1/pages/p9',
    '/v1/blocks/p9/children',
    '/v1/blocks/b9/children{"after":"b8","of":"p9"}',
  ])
})
