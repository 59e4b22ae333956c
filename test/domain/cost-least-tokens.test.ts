import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { leastTokens } from '../../src/domain/cost.ts'

/** With the tokens that OpenAI's o200k counts: no claim may be above them, though bytes / 8 is for many. */
test.each([
  ['spaces', ' '.repeat(20_000), 157],
  ['one letter', 'x'.repeat(20_000), 2_500],
  ['rules and tables', '-'.repeat(20_000) + '\n|---|---|'.repeat(500), 2_813],
  ['a pattern', '=-'.repeat(9_000), 1_125],
  ['a short word', 'the '.repeat(5_000), 5_001],
  ['long words', 'approximately international development representatives '.repeat(500), 2_001],
  ['elided words', "don't won't it's we'll ".repeat(1_000), 4_001],
  ['abbreviations', 'U.S.A. e.g. i.e. a.m. p.m. '.repeat(800), 12_801],
  ['letters with hyphens', 'a-b-c-d-'.repeat(1_000), 4_001],
  ['Hindi', 'भारत के लोगों ने अपने देश के लिए बहुत काम किया है और यह बात सभी को पता है। '.repeat(300), 6_001],
  ['Tamil', 'தமிழ் மொழி உலகின் பழமையான மொழிகளில் ஒன்று ஆகும். '.repeat(300), 4_202],
  ['Thai', 'ประเทศไทยเป็นประเทศที่สวยงามและมีวัฒนธรรมที่หลากหลาย '.repeat(300), 5_700],
  [
    'Chinese',
    '人工智能正在改变我们的生活方式，我们需要认真思考它的影响。中华人民共和国的经济发展。'.repeat(300),
    6_300,
  ],
  ['Persian, with joiners', 'می‌خواهم کتاب‌های جدید را بخوانم و می‌روم. '.repeat(300), 4_801],
  ['dates and sums', '2026-11-29T12:30:00Z 1,000,000.00 '.repeat(500), 11_000],
  ['mark-up', '<div class="row"><p><b>x</b></p><br/></div>'.repeat(500), 9_000],
])('never more than a tokenizer counts: %s', (_what, text, counted) => {
  expect(leastTokens(text)).toBeLessThanOrEqual(counted)
})

test.each([
  ['prose', 'We reopen on Saturday. Coffee comes from next door. '.repeat(100), 675],
  ['numbers', '10001 20002 30003 '.repeat(100), 225],
  ['Chinese', '人工智能正在改变我们的生活方式。'.repeat(100), 375],
  ['nothing', '', 0],
])('yet enough to notice by: %s', (_what, text, claimed) => {
  expect(leastTokens(text)).toBe(claimed)
})

test('what has no words adds nothing, wherever it stands between them', () => {
  const filler = fc.stringMatching(/^[ \n\t\-=|*#.,:;_]{1,30}$/)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('word', '12', 'चाय'), filler), { maxLength: 30 }),
      parts => {
        const plain = parts.map(([word]) => word).join(' ')
        expect(leastTokens(parts.map(part => part.join('')).join(''))).toBe(leastTokens(plain))
      },
    ),
    { seed: 20_261_125 },
  )
})
