import { expect, test } from 'vitest'
import { markdownToPlain } from '../../../src/domain/markdown/plain-text.ts'

test('everything that Markdown can say is read without its signs', () => {
  const markdown = [
    '# Spring *opening*',
    '',
    'We **open** on [21 March](https://example.com/a_b "t") with `coffee`, ~~tea~~ and\\* more.',
    '',
    '- bread',
    '  - rye',
    '1. first',
    '2. second',
    '',
    '> quoted',
    '',
    '- [x] done',
    '- [ ] open',
    '',
    '| Tool | Price |',
    '|------|------:|',
    '| A    | **12** euros |',
    '',
    '---',
    '',
    '```js',
    'const a = `*`',
    '```',
  ].join('\n')
  expect(markdownToPlain(markdown)).toBe(
    [
      'Spring opening',
      'We open on 21 March with coffee, tea and* more.',
      '• bread',
      '  • rye',
      '1. first',
      '2. second',
      'quoted',
      '☑ done',
      '☐ open',
      'Tool · Price',
      'A · 12 euros',
      'const a = `*`',
    ].join('\n'),
  )
})

test('what is no Markdown stays', () => {
  for (const text of ['5 * 3 < 20 & a_b_c', 'Zeile 1\nZeile 2', 'No. 7 # not a heading', '']) {
    expect(markdownToPlain(text)).toBe(text)
  }
})
