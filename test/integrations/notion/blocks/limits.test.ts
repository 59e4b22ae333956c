import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  NOTION_LIMITS,
  type Block,
  type RichText,
  childrenOfOurs,
} from '../../../../src/integrations/notion/blocks/blocks.ts'
import { cutText, shorten } from '../../../../src/domain/cut-text.ts'
import { jsonBytes } from '../../../../src/integrations/notion/blocks/rich-text.ts'
import { isLinkUrl } from '../../../../src/domain/markdown/urls.ts'
import { normaliseMarkdown } from '../../../../src/integrations/notion/blocks/normal-form.ts'
import { markdownToBlocks } from '../../../../src/integrations/notion/blocks/to-blocks.ts'
import { blocksToMarkdown } from '../../../../src/integrations/notion/blocks/from-blocks.ts'
import { sample, soup } from '../../../domain/markdown/arbitraries.ts'
import { asFound, type Pieces } from './notion-stand-in.ts'

/** Every array of rich text in a tree of blocks. */
function richTexts(blocks: readonly Block[]): (readonly RichText[])[] {
  return blocks.flatMap(block => [...ownTexts(block), ...richTexts(childrenOfOurs(block))])
}

function ownTexts(block: Block): (readonly RichText[])[] {
  switch (block.type) {
    case 'paragraph':
      return [block.paragraph.rich_text]
    case 'bulleted_list_item':
      return [block.bulleted_list_item.rich_text]
    case 'heading_1':
      return [block.heading_1.rich_text]
    case 'heading_3':
      return [block.heading_3.rich_text]
    case 'quote':
      return [block.quote.rich_text]
    case 'code':
      return [block.code.rich_text, block.code.caption ?? []]
    case 'table_row':
      return [...block.table_row.cells]
    case 'heading_2':
    case 'numbered_list_item':
    case 'to_do':
    case 'toggle':
    case 'table':
    case 'divider':
      return []
  }
}

function expectWithinLimits(blocks: readonly Block[]): void {
  for (const richText of richTexts(blocks)) {
    expect(richText.length).toBeLessThanOrEqual(NOTION_LIMITS.pieces)
    for (const { text } of richText) {
      expect(text.content.length).toBeLessThanOrEqual(NOTION_LIMITS.textUnits)
      expect(text.content.isWellFormed()).toBe(true)
      expect(text.content).not.toBe('')
    }
  }
}

function expectExact(markdown: string, pieces: Pieces = 'joined'): Block[] {
  const blocks = markdownToBlocks(markdown)
  expectWithinLimits(blocks)
  expect(blocksToMarkdown(blocks.map(block => asFound(block, pieces)))).toBe(normaliseMarkdown(markdown))
  return blocks
}

describe('long texts', () => {
  const kinds = [
    ['paragraph', ''],
    ['bullet', '- '],
    ['quote', '> '],
    ['heading', '# '],
    ['low heading', '##### '],
    ['numeral', '7. '],
  ] as const

  test.each(kinds)('a %s of exactly 2,000 characters is one piece, 2,001 are two', (_, prefix) => {
    // The number of a numeral is part of its text.
    const own = /^\d/.test(prefix) ? prefix.length : 0
    const at = (length: number): number => {
      const blocks = expectExact(prefix + 'x'.repeat(length - own))
      return richTexts(blocks)[0]?.length ?? 0
    }
    expect([at(2000), at(2001), at(4000), at(4001)]).toEqual([1, 2, 2, 3])
  })

  test.each(kinds)(
    'a %s of more than 100 styles goes on in further blocks and comes back as one',
    (_, prefix) => {
      for (const count of [49, 50, 51, 99, 250]) {
        const markdown = prefix + Array.from({ length: count }, (__, at) => `**b${at}** p${at}`).join(' ')
        expect(normaliseMarkdown(markdown)).toBe(markdown)
        const blocks = expectExact(markdown)
        const groups = richTexts(blocks).length
        expect(groups).toBe(Math.ceil((2 * count + (prefix === '7. ' ? 1 : 0)) / 99) || 1)
      }
    },
  )

  test('what follows a text in several blocks is not part of it', () => {
    const long = Array.from({ length: 120 }, (_, at) => `**b${at}** p`).join(' ')
    for (const next of ['Next.', '# Next', '- Next', '```\nnext\n```', `${long} next`]) {
      expectExact(`${long}\n\n${next}`)
      expectExact(`# ${long}\n\n${next}`)
      expectExact(`- ${long}\n\n  Child.\n\n${next}`)
      expectExact(`3. ${long}\n   - child\n\n${next}`)
    }
  })

  test('a person who writes an ellipsis keeps it', () => {
    expectExact('Wait…\n\nNext.')
    const grey = { type: 'text', plain_text: '…', annotations: { color: 'gray' } }
    const alone = { type: 'paragraph', paragraph: { rich_text: [{ type: 'text', plain_text: 'So' }, grey] } }
    expect(blocksToMarkdown([alone])).toBe('So')
  })

  test.each([
    ['ASCII', 'x'],
    ['Chinese', '漢'],
    ['emoji', '😀'],
    ['a family', '👩‍👩‍👧‍👦'],
    ['marks', 'e\u0301\u0323'],
    ['quotes, which JSON escapes', '"\\'],
  ])('half a million characters of code, %s', (_, unit) => {
    const code = unit.repeat(Math.ceil(500_000 / unit.length))
    const blocks = expectExact(`\`\`\`json\n${code}\n\`\`\`\n\n\`\`\`json\nnext\n\`\`\``)
    for (const block of blocks) expect(jsonBytes(block)).toBeLessThan(250_000)
  })

  test('a line of backticks and one of tildes in code', () => {
    expectExact('`````x`\n````\n`````')
    expectExact(`~~~ a\`b\n${'`'.repeat(50)}\n~~~~`)
  })

  test.each([
    ['ts', 'typescript', 'ts'],
    ['typescript', 'typescript', null],
    ['c++', 'c++', null],
    ['JSON', 'json', 'JSON'],
    ['', 'plain text', null],
    ['text', 'plain text', 'text'],
    ['plain text', 'plain text', 'plain text'],
    ['klingon', 'plain text', 'klingon'],
    ['js {1,3} title="a"', 'javascript', 'js {1,3} title="a"'],
    ['constructor', 'plain text', 'constructor'],
    ['x'.repeat(3000), 'plain text', 'x'.repeat(3000)],
  ])('code in %j is coloured as %j', (info, language, caption) => {
    const [block] = expectExact(`\`\`\`${info}\ncode\n\`\`\``)
    if (block?.type !== 'code') throw new Error('no code')
    expect(block.code.language).toBe(language)
    expect(block.code.caption?.map(piece => piece.text.content).join('') ?? null).toBe(caption)
  })
})

describe('tables', () => {
  const table = (rows: number, cell = 'x'): string =>
    ['| a |', '| --- |', ...Array.from({ length: rows }, () => `| ${cell} |`)].join('\n')

  test.each([0, 1, 99, 100, 101, 500])('of %d rows', rows => {
    expect(expectExact(table(rows))).toHaveLength(1)
    expect(normaliseMarkdown(table(rows))).toBe(table(rows))
  })

  test('a cell that Notion cannot hold keeps the table as text', () => {
    const styles = (count: number): string =>
      Array.from({ length: count }, (_, at) => `**b** ${at}`).join(' ')
    expect(expectExact(table(1, styles(50)))[0]?.type).toBe('table')
    expect(expectExact(table(1, styles(51)))[0]?.type).toBe('paragraph')
    expect(expectExact(table(1, '漢'.repeat(90_000)))[0]?.type).toBe('table')
    expect(expectExact(table(1, '漢'.repeat(110_000)))[0]?.type).toBe('paragraph')
    expectExact(`| ${'a | '.repeat(101)}\n|${' - |'.repeat(101)}`)
  })
})

describe('depth', () => {
  test('lists and quotes as deep as anyone likes', () => {
    for (const depth of [3, 9, 10, 11, 12, 40]) {
      expectExact(Array.from({ length: depth }, (_, at) => `${'  '.repeat(at)}- level ${at}`).join('\n'))
      expectExact(`${'> '.repeat(depth)}deep`)
      expectExact(`${'- > '.repeat(depth)}deep\n\n${'1. '.repeat(depth)}deep`)
    }
    expectExact('>'.repeat(20_000))
  })
})

describe('links', () => {
  test.each([
    ['https://example.com', true],
    ['http://example.com:8080/a?b=c#d', true],
    ['https://127.0.0.1/', true],
    ['mailto:a.b+c@example.com', true],
    [`https://example.com/${'x'.repeat(1980)}`, true],
    [`https://example.com/${'x'.repeat(1981)}`, false],
    ['./relative.md', false],
    ['/absolute', false],
    ['#anchor', false],
    ['https://localhost/', false],
    ['https://example..com', false],
    ['https://-example.com', false],
    ['https://user@example.com', false],
    ['https://example.com:99999/', false],
    ['https://1.2.3.400/', false],
    ['https://example.com/a b', false],
    ['https://example.com/ä', false],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['ftp://example.com', false],
    ['', false],
  ])('%j: %j', (url, isFine) => {
    expect(isLinkUrl(url)).toBe(isFine)
    expect(JSON.stringify(expectExact(`[text](${url}) after`)).includes(JSON.stringify({ url }))).toBe(isFine)
  })
})

test('every text is cut into blocks within the limits', () => {
  const repeated = fc.tuple(
    soup,
    fc.constantFrom(1, 3, 40),
    fc.constantFrom('', 'x'.repeat(1995), '👩‍👩‍👧‍👦'.repeat(200)),
  )
  fc.assert(
    fc.property(
      repeated,
      fc.constantFrom<Pieces>('as sent', 'joined', 'in halves'),
      ([text, times, filler], pieces) => {
        expectExact((filler + text).repeat(times), pieces)
      },
    ),
    sample(60),
  )
})

describe('cutText', () => {
  test.each([
    ['', 5, []],
    ['abcde', 5, ['abcde']],
    ['abcdef', 5, ['abcde', 'f']],
    ['abcd😀f', 5, ['abcd', '😀f']],
    ['abce\u0301f', 4, ['abc', 'e\u0301f']],
    ['👩‍👧', 3, ['👩\u200d', '👧']],
    ['😀😀', 1, ['\ud83d', '\ude00', '\ud83d', '\ude00']],
  ])('%j at %d', (text, limit, pieces) => {
    expect(cutText(text, limit)).toEqual(pieces)
  })

  test('joined pieces are the text, each within the limit and whole', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 })
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (whole, limit) => {
        const pieces = cutText(whole, limit)
        expect(pieces.join('')).toBe(whole)
        expect(pieces.every(piece => piece.length <= limit && piece !== '' && piece.isWellFormed())).toBe(
          true,
        )
      }),
      sample(500),
    )
  })

  test('a text is shortened with its mark inside the limit', () => {
    expect(shorten('abcdef', 6, '…')).toBe('abcdef')
    expect(shorten('abcdefg', 6, '…')).toBe('abcde…')
    expect(shorten('abcd😀g', 6, '…')).toBe('abcd…')
  })
})

test('jsonBytes counts as UTF-8 does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 50 }), text => {
      expect(jsonBytes([text, '\ud800'])).toBe(Buffer.byteLength(JSON.stringify([text, '\ud800'])))
    }),
    sample(500),
  )
})
