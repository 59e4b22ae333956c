import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { containerBlock, type FoundBlock } from '../../../../src/integrations/notion/blocks/blocks.ts'
import { containerRunId, plainTextOf } from '../../../../src/integrations/notion/blocks/found.ts'
import { blocksToMarkdown } from '../../../../src/integrations/notion/blocks/from-blocks.ts'
import { sample } from '../../../domain/markdown/arbitraries.ts'
import { asFound } from './notion-stand-in.ts'

const RUN = 'run_01kaw8q4z8e2m5x7b9c1d3f5g7'

const piece = (text: string, more: object = {}): object => ({
  type: 'text',
  text: { content: text, link: null },
  plain_text: text,
  href: null,
  annotations: {
    bold: false,
    italic: false,
    strikethrough: false,
    underline: false,
    code: false,
    color: 'default',
    ...more,
  },
})

const block = (type: string, body: object, children: FoundBlock[] = []): FoundBlock => ({
  object: 'block',
  id: '1',
  type,
  has_children: children.length > 0,
  [type]: body,
  children,
})

const text = (type: string, content: string, children: FoundBlock[] = []): FoundBlock =>
  block(type, { rich_text: [piece(content)], color: 'default' }, children)

describe('a container', () => {
  test('carries the run id and is never brief, whatever it holds', () => {
    const container = containerBlock(RUN, 'Result of 25 November')
    expect(containerRunId(container)).toBe(RUN)
    const found = { ...asFound(container), children: [text('paragraph', 'The result.')] }
    expect(containerRunId(found)).toBe(RUN)
    expect(blocksToMarkdown([text('paragraph', 'Brief.'), found, text('paragraph', 'More.')])).toBe(
      'Brief.\n\nMore.',
    )
    expect(blocksToMarkdown([text('column_list', '', [text('column', '', [found])])])).toBe('')
  })

  test.each([
    ['a heading', text('heading_1', `Result ⟦${RUN}⟧`)],
    ['a person’s toggle', text('toggle', 'Result')],
    ['a toggle that speaks of a mark', text('toggle', `⟦${RUN}⟧ is the mark`)],
    ['a toggle without text', block('toggle', {})],
    ['a toggle that is no toggle', { type: 'toggle' }],
  ])('is not %s', (_, other) => {
    expect(containerRunId(other)).toBeNull()
  })

  test('is one after a person wrote around the mark, and as a callout', () => {
    expect(containerRunId(text('toggle', `my notes ⟦${RUN}⟧ `))).toBe(RUN)
    expect(containerRunId(text('callout', `Result ⟦${RUN}⟧`))).toBe(RUN)
  })

  test('has a title of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000, size: 'max' }), title => {
        const container = containerBlock(RUN, title)
        expect(containerRunId(container)).toBe(RUN)
        for (const { text: sent } of container.toggle.rich_text) {
          expect(sent.content.length).toBeLessThanOrEqual(2_000)
          expect(sent.content.isWellFormed()).toBe(true)
        }
      }),
      sample(50),
    )
  })
})

test('a person’s page of every type of block', () => {
  const page = [
    block('heading_1', { rich_text: [piece('Title')], is_toggleable: true }, [
      text('paragraph', 'In the heading.'),
    ]),
    text('heading_4', 'Low'),
    block('paragraph', {
      rich_text: [piece('red', { color: 'red' }), piece(' and '), piece('bold ', { bold: true }), piece('.')],
    }),
    block('paragraph', { rich_text: [] }),
    text('paragraph', 'Indented below:', [text('paragraph', 'child')]),
    block('paragraph', {
      rich_text: [
        { type: 'mention', mention: { type: 'user' }, plain_text: '@Ann', href: null, annotations: {} },
        { type: 'equation', equation: { expression: 'x^2' }, plain_text: 'x^2', href: null, annotations: {} },
      ],
    }),
    text('toggle', 'Open me', [text('bulleted_list_item', 'inside')]),
    block('callout', { rich_text: [piece('Mind this')], icon: { emoji: '💡' } }),
    block('image', { type: 'file', file: { url: 'https://s3.example/secret?X-Amz-Date=1' }, caption: [] }),
    block('image', {
      type: 'external',
      external: { url: 'https://example.com/a.png' },
      caption: [piece('A cat')],
    }),
    block('file', { type: 'file', name: 'data.csv', file: { url: 'https://s3.example/x' }, caption: [] }),
    block('bookmark', { url: 'https://example.com/page', caption: [] }),
    block('equation', { expression: 'e = mc^2' }),
    block('child_page', { title: 'Sub page' }),
    block('column_list', {}, [
      block('column', {}, [text('paragraph', 'Left')]),
      block('column', {}, [text('paragraph', 'Right')]),
    ]),
    block('table_of_contents', { color: 'default' }),
    block('synced_block', { synced_from: null }, [text('paragraph', 'Synced')]),
    block('unsupported', {}),
    block('to_do', { rich_text: [piece('Do it')], checked: true }),
    block('code', { rich_text: [piece('a\n'), piece('b')], language: 'python', caption: [] }),
    block('code', { rich_text: [piece('c')], language: 'plain text', caption: [piece('Figure 1')] }),
    block('divider', {}),
    block('table', { table_width: 2, has_column_header: false }, [
      block('table_row', { cells: [[piece('a|b')], [piece('line\nbreak')]] }),
      block('table_row', { cells: [[piece('c')]] }),
    ]),
    block('table', { table_width: 2 }),
  ]
  expect(blocksToMarkdown(page)).toBe(
    `# Title

In the heading.

#### Low

red and **bold** .

Indented below:

child

@Annx^2

Open me
- inside

Mind this

[image]

[image: A cat] https://example.com/a.png

[file: data.csv]

[bookmark] https://example.com/page

e = mc^2

[child_page: Sub page]

Left

Right

Synced

[unsupported]

- [x] Do it

\`\`\`python
a
b
\`\`\`

\`\`\`Figure 1
c
\`\`\`

---

| a\\|b | line<br>break |
| --- | --- |
| c |  |

[table]`.replace('** bold **', '**bold **'),
  )
})

test('what is no block of Notion’s does no harm', () => {
  for (const body of [null, 1, [], { rich_text: null }, { rich_text: [null, 1, {}] }, { rich_text: 'x' }]) {
    for (const type of [
      'paragraph',
      'code',
      'table',
      'table_row',
      'heading_2',
      'to_do',
      'image',
      'toString',
      'children',
    ]) {
      expect(typeof blocksToMarkdown([{ type, [type]: body }])).toBe('string')
    }
  }
})

test('reading any tree of blocks never fails, and reading again says the same', () => {
  const type = fc.constantFrom(
    'paragraph',
    'bulleted_list_item',
    'numbered_list_item',
    'quote',
    'to_do',
    'toggle',
    'heading_2',
    'image',
  )
  const content = fc.string({ unit: fc.constantFrom(...'ab \n*_`1.-#>|[]'.split('')), maxLength: 10 })
  const { blocks } = fc.letrec<{ blocks: FoundBlock[] }>(tie => ({
    blocks: fc.array(
      fc
        .tuple(type, content, fc.oneof({ maxDepth: 3 }, fc.constant<FoundBlock[]>([]), tie('blocks')))
        .map(([kind, words, below]) => text(kind, words, below)),
      { maxLength: 4 },
    ),
  }))
  fc.assert(
    fc.property(blocks, page => {
      const letters = (markdown: string): string => markdown.replace(/[^ab]/g, '')
      const markdown = blocksToMarkdown(page)
      expect(blocksToMarkdown(page)).toBe(markdown)
      expect(letters(markdown)).toBe(letters(lettersIn(page)))
    }),
    sample(300),
  )
})

function lettersIn(page: readonly FoundBlock[]): string {
  return page
    .map(found => (plainOf(found) || (found.type === 'image' ? 'a' : '')) + lettersIn(found.children ?? []))
    .join('')
}

function plainOf(found: FoundBlock): string {
  const body: unknown = found[found.type]
  return typeof body === 'object' && body !== null && 'rich_text' in body ? plainTextOf(body.rich_text) : ''
}

test('plain text is that of every segment', () => {
  expect(plainTextOf([piece('a'), piece('b', { bold: true }), { type: 'mention', plain_text: '@c' }])).toBe(
    'ab@c',
  )
  for (const other of [null, undefined, 'a', {}, [null]]) expect(plainTextOf(other)).toBe('')
})
