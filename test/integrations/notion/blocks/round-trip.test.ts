import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanText } from '../../../../src/domain/markdown/document.ts'
import { normaliseMarkdown } from '../../../../src/integrations/notion/blocks/normal-form.ts'
import { markdownToBlocks } from '../../../../src/integrations/notion/blocks/to-blocks.ts'
import { blocksToMarkdown } from '../../../../src/integrations/notion/blocks/from-blocks.ts'
import { document, sample, soup } from '../../../domain/markdown/arbitraries.ts'
import { asFound } from './notion-stand-in.ts'

const anyMarkdown = fc.oneof(soup, document, fc.string({ unit: 'binary', maxLength: 80 }))
const division = fc.constantFrom('as sent', 'joined', 'in halves')

/** Letters are no signs of Markdown: each must come through, in order. Two things are no letters of the text:
 *  `<br>` in a cell, which is a line break, and the second of two links to one address side by side. */
const telling = anyMarkdown.filter(markdown => !/https|<br/.test(markdown))

describe('for every text', () => {
  test('Notion gives back its normal form, however it divides the pieces', () => {
    fc.assert(
      fc.property(anyMarkdown, division, (markdown, pieces) => {
        const found = markdownToBlocks(markdown).map(block => asFound(block, pieces))
        expect(blocksToMarkdown(found)).toBe(normaliseMarkdown(markdown))
      }),
      sample(700),
    )
  })

  test('the normal form of a normal form is itself, and means the same blocks', () => {
    fc.assert(
      fc.property(anyMarkdown, markdown => {
        const normal = normaliseMarkdown(markdown)
        expect(normaliseMarkdown(normal)).toBe(normal)
        expect(markdownToBlocks(normal)).toEqual(markdownToBlocks(markdown))
      }),
      sample(700),
    )
  })

  test('no letter is lost, added or moved', () => {
    const letters = (text: string): string => cleanText(text).replace(/[^\p{L}\p{M}]/gu, '')
    fc.assert(
      fc.property(telling, markdown => {
        expect(letters(normaliseMarkdown(markdown))).toBe(letters(markdown))
      }),
      sample(700),
    )
  })

  test('no digit is, but for the numbers of lists, which Markdown counts itself', () => {
    const digits = (text: string): string => text.replace(/[^\p{N}]/gu, '')
    fc.assert(
      fc.property(
        telling.filter(markdown => !/\d\\?[.)]/.test(markdown)),
        markdown => {
          expect(digits(normaliseMarkdown(markdown))).toBe(digits(markdown))
        },
      ),
      sample(700),
    )
  })
})

test('a document as models write them comes back with nothing changed but white space and list numbers', () => {
  const squeeze = (text: string): string =>
    text
      .replace(/\d+[.)] /g, '1. ')
      .replace(/[\s>]+/g, ' ')
      .trim()
  fc.assert(
    fc.property(document, markdown => {
      expect(squeeze(normaliseMarkdown(markdown))).toBe(squeeze(markdown))
    }),
    sample(300),
  )
})

test.each([
  'Plain text.',
  'Line one\nline two\n  indented  \nafter two spaces',
  'snake_case, 2 * 3 * 4, [1], C#, a < b && c > d, ~5, 100 %, $5 and $6, &amp;',
  '**bold** *italic* ***both*** ~~gone~~ `code` ``a`b`` **bold *and* italic**',
  '[link](https://example.com/a_(b)) https://example.com/x, (https://example.com/y).',
  '[titled](https://example.com "title") ![image](https://example.com/a.png)',
  '# One\n\n## Two\n\n### Three\n\n#### Four\n\n##### Five\n\n###### Six',
  '- a\n  - b\n    - c\n      - d\n- [ ] open\n- [x] done',
  '1. one\n2. two\n   - in two\n\n   Paragraph in two.\n3. three',
  '3. three\n4. four\n\n7) seven',
  '1. one\n\nBetween.\n\n2. two\n   - below two',
  '> quote\n> - list\n>   > deeper\n>\n> next\n>\n> - more',
  '```ts title="a.ts"\nconst a = 1\n\n\tb()\n```',
  '````md\n```js\n```\n````',
  '| a | b |\n| --- | --- |\n| 1 \\| 2 | `x \\| y` |\n| line<br>break |  |',
  'Formula \\(x_1 \\\\ y_2\\) and \\[a_b * c_d\\] and $$a_b$$',
  '<div class="*x*">**bold**</div> <!-- *a* -->',
  '---',
  '\\# not a heading\n\\- not a list\n\\> not a quote\n1\\) not numbered',
  'שלום **עולם** مرحبا 👩‍👩‍👧‍👦 é é',
  '**注意：**请看',
])('comes back byte for byte: %j', markdown => {
  expect(blocksToMarkdown(markdownToBlocks(markdown))).toBe(markdown)
})

test.each([
  ['', ''],
  ['\n\n', ''],
  ['a\n\n\n\nb\n', 'a\n\nb'],
  ['a\r\nb\rc', 'a\nb\nc'],
  ['a\u0000b\u001b[1mc\u007f', 'a␀b␛[1mc␡'],
  ['\ud83d a \ude00', '� a �'],
  ['__bold__ _italic_', '**bold** *italic*'],
  ['hard\\\nbreak', 'hard  \nbreak'],
  ['Title\n=====\nSub\n---', '# Title\n\n## Sub'],
  ['Two\nlines\n---', '## Two lines'],
  ['# closed #', '# closed'],
  ['# C#', '# C#'],
  ['# a \\#', '# a \\#'],
  ['* a\n\n* b\n+ c', '- a\n- b\n- c'],
  ['1. a\n1. b\n1. c', '1. a\n2. b\n3. c'],
  ['1) a\n2) b', '1. a\n2. b'],
  ['1) a\n\n1. b', '1) a\n\n1. b'],
  ['- [X] a', '- [x] a'],
  ['-   wide\n\n    below', '- wide\n\n  below'],
  ['***', '---'],
  ['    indented code\n\n      more', '```\nindented code\n\n  more\n```'],
  ['~~~\na\n~~~', '```\na\n```'],
  ['```\nnever closed', '```\nnever closed\n```'],
  ['```\n\n```', '```\n```'],
  [
    'text\n| a | b |\n|:-:|--:|\n| 1 |\n| 1 | 2 | 3 |\ntext',
    'text\n\n| a | b |  |\n| --- | --- | --- |\n| 1 |  |  |\n| 1 | 2 | 3 |\n\ntext',
  ],
  ['> a\nlazy', '> a\n> lazy'],
  ['> a\n>\tb', '> a\n>   b'],
  ['> ```\n> code\na', '> ```\n> code\n> ```\n\na'],
  ['- a\n\n  -\n  - b', '- a\n\n  -\n  - b'],
  ['a | b\n\\--- | ---', 'a | b\n\\--- | ---'],
  ['(https://x.example)https://y.example', '(https://x.example)https://y.example'],
  // Marks that no way of writing gives again stay as they were written.
  ['__*__***https://x.example*b', '\\_\\_\\*\\_\\_\\*\\*\\*https\\:\\/\\/x\\.example\\*b'],
  ['<https://example.com>', 'https://example.com'],
  ['[https://example.com](https://example.com)', 'https://example.com'],
  ['[a](https://x.example)[b](https://x.example)', '[ab](https://x.example)'],
  ['*a **b** c*', '*a **b** c*'],
  ['\\_not\\_ italic', '\\_not\\_ italic'],
  ['- \\[ ] no task', '- \\[ ] no task'],
  ['- \\--', '- \\--'],
  ['1\\. one', '1\\. one'],
  ['2\\. two', '2. two'],
])('%j becomes %j', (markdown, normal) => {
  expect(normaliseMarkdown(markdown)).toBe(normal)
  expect(blocksToMarkdown(markdownToBlocks(markdown))).toBe(normal)
  expect(normaliseMarkdown(normal)).toBe(normal)
})
