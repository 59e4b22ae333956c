import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMarkdown } from '../../../src/domain/markdown/read.ts'
import { writeMarkdown } from '../../../src/domain/markdown/write.ts'
import { document, sample, soup } from './arbitraries.ts'

test('what was read is written so that it reads back as the same document', () => {
  fc.assert(
    fc.property(fc.oneof(soup, document), markdown => {
      const nodes = readMarkdown(markdown)
      expect(readMarkdown(writeMarkdown(nodes))).toEqual(nodes)
    }),
    sample(700),
  )
})

test('a list that counts is numbered by whoever shows it; in any other the numbers are text', () => {
  const kinds = (markdown: string): string[] =>
    readMarkdown(markdown).map(node => (node.kind === 'numeral' ? node.marker : node.kind))
  expect(kinds('1. a\n2. b')).toEqual(['number', 'number'])
  expect(kinds('7. a\n9. b')).toEqual(['7.', '9.'])
  expect(kinds('1\\. a')).toEqual(['paragraph'])
})
