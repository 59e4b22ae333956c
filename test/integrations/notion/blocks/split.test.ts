import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  childrenOfOurs,
  NOTION_LIMITS,
  type Block,
} from '../../../../src/integrations/notion/blocks/blocks.ts'
import { jsonBytes } from '../../../../src/integrations/notion/blocks/rich-text.ts'
import { normaliseMarkdown } from '../../../../src/integrations/notion/blocks/normal-form.ts'
import { planAppends, type AppendRequest } from '../../../../src/integrations/notion/blocks/split.ts'
import { markdownToBlocks } from '../../../../src/integrations/notion/blocks/to-blocks.ts'
import { blocksToMarkdown } from '../../../../src/integrations/notion/blocks/from-blocks.ts'
import { document, sample, soup } from '../../../domain/markdown/arbitraries.ts'
import { carryOut, listed, siblingsUnder, type Kept } from './notion-stand-in.ts'

function levelsOf(block: Block): number {
  return 1 + Math.max(0, ...childrenOfOurs(block).map(levelsOf))
}

function countOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + 1 + countOf(childrenOfOurs(block)), 0)
}

function expectShortArrays(blocks: readonly Block[]): void {
  expect(blocks.length).toBeLessThanOrEqual(NOTION_LIMITS.children)
  for (const block of blocks) expectShortArrays(childrenOfOurs(block))
}

function expectWithinLimits(requests: readonly AppendRequest[]): void {
  requests.forEach(({ parent, children }, index) => {
    expect(children.length).toBeGreaterThan(0)
    expectShortArrays(children)
    expect(countOf(children)).toBeLessThanOrEqual(NOTION_LIMITS.blocks)
    expect(Math.max(...children.map(levelsOf))).toBeLessThanOrEqual(NOTION_LIMITS.levels)
    expect(jsonBytes({ children })).toBeLessThanOrEqual(450_000)
    if (parent !== 'root') expect(parent.request).toBeLessThan(index)
    for (const child of children)
      if (child.type === 'table') expect(child.table.children.length).toBeGreaterThan(0)
  })
}

function expectBuilt(markdown: string): AppendRequest[] {
  const requests = planAppends(markdownToBlocks(markdown))
  expectWithinLimits(requests)
  const page: Kept[] = []
  carryOut(requests, page)
  expect(blocksToMarkdown(listed(page))).toBe(normaliseMarkdown(markdown))
  return requests
}

const lines = (count: number, line: string): string =>
  Array.from({ length: count }, (_, at) => `${line} ${at}`).join('\n')
const nested = (depth: number): string =>
  Array.from({ length: depth }, (_, at) => `${'  '.repeat(at)}- ${at}`).join('\n')
const table = (rows: number, cell = 'x'): string =>
  ['| a |', '| --- |', ...Array.from({ length: rows }, () => `| ${cell} |`)].join('\n')

test.each([
  ['nothing', '', 0],
  ['one block', 'a', 1],
  ['100 blocks', lines(100, '-'), 1],
  ['101 blocks', lines(101, '-'), 2],
  ['1,000 blocks', lines(1000, '-'), 10],
  ['three levels', nested(3), 1],
  ['four levels: the first goes alone', nested(4), 2],
  ['ten levels', nested(10), 8],
  ['100 children', `- a\n${lines(100, '  -')}`, 1],
  ['101 children: a hundred go with their parent', `- a\n${lines(101, '  -')}`, 2],
  ['a table of 100 rows', table(99), 1],
  ['a table of 101 rows', table(100), 2],
  ['a table of 301 rows', table(300), 4],
  ['a table in a list', '- a\n\n  | b |\n  | --- |\n  | c |', 1],
  ['a table in a list in a list', '- a\n  - b\n\n    | c |\n    | --- |\n    | d |', 2],
  ['a long table in a list', `- a\n\n${table(300).replaceAll(/^/gm, '  ')}`, 5],
  [
    '100 items with 9 children: 1,000 blocks',
    Array.from({ length: 100 }, () => `- a\n${lines(9, '  -')}`).join('\n'),
    1,
  ],
  ['100 items with 10 children', Array.from({ length: 100 }, () => `- a\n${lines(10, '  -')}`).join('\n'), 2],
])('%s', (_, markdown, requests) => {
  expect(expectBuilt(markdown)).toHaveLength(requests)
})

describe('bytes', () => {
  test('paragraphs that fill a request', () => {
    expect(expectBuilt(Array.from({ length: 100 }, () => '漢'.repeat(2_000)).join('\n\n'))).toHaveLength(2)
  })

  test('rows that fill a request', () => {
    const requests = expectBuilt(table(5, '漢'.repeat(90_000)))
    // The header goes with the first row, as nothing else fits beside a row of 270 KB.
    expect(requests).toHaveLength(5)
    expect(requests.slice(1).every(request => request.parent !== 'root')).toBe(true)
  })

  test('a list item with long children', () => {
    expectBuilt(`- a\n\n${Array.from({ length: 40 }, () => `  ${'漢'.repeat(5_000)}`).join('\n\n')}`)
  })

  test('text in several blocks below several levels', () => {
    const long = Array.from({ length: 120 }, (_, at) => `**b${at}** p`).join(' ')
    expectBuilt(`- a\n  - b\n    - ${long}\n\n      - c`)
  })
})

test('any document is built exactly, within the limits', () => {
  const text = fc
    .tuple(fc.oneof(document, soup), fc.constantFrom(1, 2, 60))
    .map(([part, times]) => Array.from({ length: times }, () => part).join('\n\n'))
  fc.assert(
    fc.property(text, markdown => {
      expectBuilt(markdown)
    }),
    sample(40),
  )
})

test('the same text makes the same plan', () => {
  const plan = (): AppendRequest[] => planAppends(markdownToBlocks(`${nested(6)}\n\n${table(150)}`))
  expect(plan()).toEqual(plan())
})

test('after a crash at any request, counting children tells where to go on', () => {
  const markdown = `${nested(6)}\n\n${table(250)}\n\n${lines(150, '-')}`
  const requests = planAppends(markdownToBlocks(markdown))
  expect(requests.length).toBeGreaterThan(6)
  for (let done = 0; done <= requests.length; done += 1) {
    const page: Kept[] = []
    carryOut(requests.slice(0, done), page)
    const isSent = ({ parent, startIndex, children }: AppendRequest): boolean => {
      // A parent that is not there yet has nothing of this request.
      if (parent !== 'root' && parent.request >= done) return false
      return siblingsUnder(requests, page, parent).length >= startIndex + children.length
    }
    const sent = requests.findIndex(request => !isSent(request))
    expect(sent).toBe(done === requests.length ? -1 : done)
    carryOut(requests, page, done)
    expect(blocksToMarkdown(listed(page))).toBe(normaliseMarkdown(markdown))
  }
})
