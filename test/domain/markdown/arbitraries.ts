import * as fc from 'fast-check'

/** The seed of every property here, and how many cases: a sample in each run, far more with `CI=full`. */
export function sample(numRuns: number): { seed: number; numRuns: number } {
  // oxlint-disable-next-line node/no-process-env
  return { seed: 20_261_125, numRuns: process.env['CI'] === 'full' ? numRuns * 30 : numRuns }
}

/** Signs that mean something to Markdown, alone and in the combinations that hurt. */
const SIGNS = '*_~`[]()<>!#-+=|\\$.:1 23\n\n\n    ab"'.split('')
const COMBINATIONS = [
  '**',
  '***',
  '~~',
  '```',
  '``',
  '~~~',
  '\n```js\n',
  '\n- ',
  '\n* ',
  '\n1. ',
  '\n2. ',
  '\n1) ',
  '\n7. ',
  '\n> ',
  '\n# ',
  '\n##',
  '\n| a | b |\n| - | - |\n| c | d |\n',
  '\n|-|-|\n',
  '\n---\n',
  '\n===\n',
  'https://x.com/a',
  '[a](https://x.com)',
  '<https://x.com>',
  '](https://y.org)',
  '![i](u)',
  '<br>',
  '<b>',
  '<!--',
  '-->',
  '  ',
  '    ',
  '\t',
  '\\*',
  '\\|',
  '$$',
  '\\(',
  '\\)',
  '\\[',
  '\\]',
  '[ ] ',
  '- [x] ',
  'word',
  '1\\. ',
  'https\\://x.com',
  'http',
  '://',
  '\r\n',
  '\r',
  '&amp;',
  '  \n',
  '\\\n',
  '\n\n',
  '\n  ',
  '\n   ',
  '\n    ',
]
const CHARACTERS = [
  'é',
  '“',
  '。',
  '漢',
  '\u00a0',
  '😀',
  '👩‍👩‍👧‍👦',
  'שלום',
  '\u2028',
  '\ufeff',
  '\u200d',
  '\u0000',
  '\u001b',
  '\ud83d',
  '\ude00',
]

/** Soups of Markdown's signs: documents nobody would write. */
export const soup: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...SIGNS) },
      { weight: 6, arbitrary: fc.constantFrom(...COMBINATIONS) },
      { weight: 1, arbitrary: fc.constantFrom(...CHARACTERS) },
    ),
    { maxLength: 40 },
  )
  .map(parts => parts.join(''))

const words = fc
  .array(
    fc.constantFrom(
      'plain',
      'snake_case',
      '2 * 3',
      '“quoted”',
      'a|b',
      '[1]',
      '5 < 6',
      'naïve',
      '漢字',
      'C#',
      'c. ~5',
      '$5',
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map(parts => parts.join(' '))

const inline = fc
  .array(
    fc.oneof(
      words,
      words.map(text => `**${text}**`),
      words.map(text => `*${text}*`),
      words.map(text => `~~${text}~~`),
      fc.constantFrom(
        '`code`',
        '``a`b``',
        '[link](https://example.com/a_(b))',
        'https://example.com/x?y=1',
        '**[a](https://a.example)**',
      ),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map(parts => parts.join(' '))

const indented = (text: string, by: string): string =>
  text
    .split('\n')
    .map(line => (line === '' ? '' : by + line))
    .join('\n')

/** Documents as models write them. */
export const document: fc.Arbitrary<string> = fc.letrec<{ block: string; blocks: string }>(tie => ({
  blocks: fc.array(tie('block'), { minLength: 1, maxLength: 5 }).map(blocks => blocks.join('\n\n')),
  block: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    inline,
    fc.array(inline, { minLength: 2, maxLength: 3 }).map(lines => lines.join('\n')),
    fc.tuple(fc.integer({ min: 1, max: 6 }), inline).map(([level, text]) => `${'#'.repeat(level)} ${text}`),
    fc.constantFrom('---', '```ts\nconst a = `b`\n\n  // c\n```', '```\n\n```', '~~~x`y\n```\n~~~'),
    fc
      .array(fc.tuple(words, inline), { minLength: 1, maxLength: 3 })
      .map(rows =>
        [
          '| a | b |',
          '| --- | --- |',
          ...rows.map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`),
        ].join('\n'),
      ),
    tie('blocks').map(text =>
      text
        .split('\n')
        .map(line => `> ${line}`)
        .join('\n'),
    ),
    fc
      .tuple(fc.constantFrom('-', '- [ ]', '- [x]', '1.', '4.', '12)'), inline, fc.option(tie('blocks')))
      .map(([marker, text, below]) =>
        below === null
          ? `${marker} ${text}`
          : `${marker} ${text}\n\n${indented(below, marker.startsWith('-') ? '  ' : '    ')}`,
      ),
  ),
})).blocks
