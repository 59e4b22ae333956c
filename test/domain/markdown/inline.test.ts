import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PLAIN, plainSpans, type Span } from '../../../src/domain/markdown/document.ts'
import { linkify } from '../../../src/domain/markdown/urls.ts'
import { readSpans } from '../../../src/domain/markdown/inline-read.ts'
import { writeSomehow, writeSpans } from '../../../src/domain/markdown/inline-write.ts'
import { sample } from './arbitraries.ts'

/** Spans in short: `b:text` is bold, `bi:` both, `c:` code, `s:` struck, `l:` linked; plain text alone. */
function short(spans: readonly Span[]): string[] {
  return spans.map(({ text, bold, italic, strike, code, link }) => {
    const style =
      (bold ? 'b' : '') +
      (italic ? 'i' : '') +
      (strike ? 's' : '') +
      (code ? 'c' : '') +
      (link === null ? '' : 'l')
    return style === '' ? text : `${style}:${text}`
  })
}

// The first ones are examples of the CommonMark specification, §6.
test.each([
  ['*foo bar*', ['i:foo bar']],
  ['a * foo bar*', ['a * foo bar*']],
  ['a*"foo"*', ['a*"foo"*']],
  ['foo*bar*', ['foo', 'i:bar']],
  ['_foo bar_', ['i:foo bar']],
  ['foo_bar_', ['foo_bar_']],
  ['foo-_(bar)_', ['foo-', 'i:(bar)']],
  ['_foo*', ['_foo*']],
  ['*(*foo*)*', ['i:(foo)']],
  ['**foo bar**', ['b:foo bar']],
  ['** foo bar**', ['** foo bar**']],
  ['foo__bar__', ['foo__bar__']],
  ['*foo **bar** baz*', ['i:foo ', 'bi:bar', 'i: baz']],
  ['*foo**bar**baz*', ['i:foo', 'bi:bar', 'i:baz']],
  ['*foo**bar*', ['i:foo**bar']],
  ['***foo** bar*', ['bi:foo', 'i: bar']],
  ['*foo **bar***', ['i:foo ', 'bi:bar']],
  ['foo***bar***baz', ['foo', 'bi:bar', 'baz']],
  ['foo******bar*********baz', ['foo', 'b:bar', '***baz']],
  ['**foo*', ['*', 'i:foo']],
  ['***foo**', ['*', 'b:foo']],
  ['****foo*', ['***', 'i:foo']],
  ['**foo***', ['b:foo', '*']],
  ['*foo****', ['i:foo', '***']],
  ['*foo _bar* baz_', ['i:foo _bar', ' baz_']],
  ['*foo [bar](https://x.example)*', ['i:foo ', 'il:bar']],
  ['*[bar*](https://x.example)', ['*', 'l:bar*']],
  ['**a`**`', ['**a', 'c:**']],
  ['`foo`', ['c:foo']],
  ['`` foo ` bar ``', ['c:foo ` bar']],
  ['` `` `', ['c:``']],
  ['` a`', ['c: a']],
  ['`  `', ['c:  ']],
  ['`a\nb`', ['c:a b']],
  ['`foo\\`bar`', ['c:foo\\', 'bar`']],
  ['```foo``', ['```foo``']],
  ['\\*not\\*', ['*not*']],
  ['\\a \\\\', ['\\a \\']],
  ['a\\\nb', ['a  \nb']],
  ['\\\nb', ['\\\nb']],
  ['[link](<https://x.example>)', ['l:link']],
  ['[link](https://x.example "title")', ['[link](', 'l:https://x.example', ' "title")']],
  ['[](https://x.example)', ['[](', 'l:https://x.example', ')']],
  ['[a [b](https://x.example) c](https://y.example)', ['[a ', 'l:b', ' c](', 'l:https://y.example', ')']],
  ['![a](https://x.example/a.png)', ['![a](', 'l:https://x.example/a.png', ')']],
  ['![*a*](b.png)', ['![*a*](b.png)']],
  ['[ref][1] [ref]', ['[ref][1] [ref]']],
  ['<https://x.example>', ['l:https://x.example']],
  ['<b class="*a*">', ['<b class="*a*">']],
  ['see https://x.example/a_b_c.', ['see ', 'l:https://x.example/a_b_c', '.']],
  ['(https://x.example/a_(b))', ['(', 'l:https://x.example/a_(b)', ')']],
  ['**https://x.example**', ['bl:https://x.example']],
  ['xhttps://x.example', ['xhttps://x.example']],
  ['~~gone~~ ~not~ ~~~x~~~', ['s:gone', ' ~not~ ~~~x~~~']],
  ['a<br>b', ['a<br>b']],
])('%j reads as %j', (markdown, spans) => {
  expect(short(readSpans(markdown, 'text'))).toEqual(spans)
})

test('a cell breaks its lines with <br>', () => {
  expect(short(readSpans('a<br>b<BR />c `<br>`', 'cell'))).toEqual(['a\nb\nc ', 'c:<br>'])
})

const span = (text: string, style: Partial<Span> = {}): Span => ({ ...PLAIN, ...style, text })

test.each<[readonly Span[], string]>([
  [[span('a*b*')], 'a\\*b\\*'],
  [[span('a * b_c 1 < 2')], 'a * b_c 1 < 2'],
  [[span('['), span('x', { link: 'https://x.example' }), span(']')], '[[x](https://x.example)]'],
  [[span('!'), span('x', { link: 'https://x.example' })], '\\![x](https://x.example)'],
  [[span('`', { code: true })], '`` ` ``'],
  [[span(' a ', { code: true })], '`  a  `'],
  [
    [span('a', { bold: true }), span('b', { bold: true, italic: true }), span('c', { italic: true })],
    '__a*b*__*c*',
  ],
  [[span('# a\n- b\n1. c\n---\n===\n> d')], '\\# a\n\\- b\n1\\. c\n\\---\n\\===\n\\> d'],
])('%j is written as %j', (spans, markdown) => {
  expect(writeSpans(spans, 'paragraph')).toBe(markdown)
})

test('bold that starts with a space has no exact form: the space goes out of it', () => {
  const spans = [span('a'), span(' b ', { bold: true })]
  expect(writeSpans(spans, 'paragraph')).toBeNull()
  expect(writeSomehow(spans, 'paragraph')).toBe('a **b** ')
})

test('bare addresses become links, also those that show only after another one is known', () => {
  expect(short(linkify(plainSpans('(https://x.example)https://y.example/a, xhttps://z.example')))).toEqual([
    '(',
    'l:https://x.example',
    ')',
    'l:https://y.example/a',
    ', xhttps://z.example',
  ])
})

describe('writing', () => {
  const style = fc.record({
    bold: fc.boolean(),
    italic: fc.boolean(),
    strike: fc.boolean(),
    code: fc.boolean(),
    link: fc.constantFrom(null, null, null, 'https://x.example', 'https://y.example/a)b'),
  })
  const sign = fc.constantFrom(...'\\`*_~[]()<>!#-+=|$.:1 a\n&"{}/@h'.split(''))
  const text = fc.string({ unit: sign, minLength: 1, maxLength: 12 })
  const spans = fc
    .array(
      fc.tuple(text, style).map(([content, look]) => span(content, look)),
      { maxLength: 5 },
    )
    .map(linkify)

  test('never says something else: it reads back exactly, or there is no way', () => {
    fc.assert(
      fc.property(spans, fc.constantFrom('paragraph', 'cell'), (given, place) => {
        const markdown = writeSpans(given, place)
        const back = markdown === null ? given : readSpans(markdown, place === 'cell' ? 'cell' : 'text')
        expect(back).toEqual(given)
        expect(typeof writeSomehow(given, place)).toBe('string')
      }),
      sample(1_000),
    )
  })

  test('there is always a way for text without styles', () => {
    const plain = fc.string({
      unit: fc.oneof(sign, fc.constantFrom('\\(', '\\)', '\\[', '$$', '<b>', '](', 'https://x.example')),
      maxLength: 30,
    })
    fc.assert(
      fc.property(plain, content => {
        // A line without text would end a paragraph: no text of one has it.
        const inner = content.replace(/\s*\n\s*/g, '\n').trim()
        expect(writeSpans(linkify(plainSpans(inner)), 'paragraph')).not.toBeNull()
        expect(writeSpans(linkify(plainSpans(inner)), 'cell')).not.toBeNull()
      }),
      sample(1_000),
    )
  })
})

test.each([
  ['see [part two](#part-two) below', ['see part two below']],
  ['[a](/a/b)[b](./c.md)[c](../d)[d](docs/e.html#f)[e](g.md?h)', ['abcde']],
  ['[**bold** and `code`](#x)', ['b:bold', ' and ', 'c:code']],
  ['**[a](#x)**', ['b:a']],
  ['[a](<./b c.md>)', ['a']],
  // What is no link to a place of the text itself stays as it was written.
  ['[](#x)', ['[](#x)']],
  ['f[0](x) and [1](2)', ['f[0](x) and [1](2)']],
  ['[x](javascript:alert(1))', ['[x](javascript:alert(1))']],
  ['[x](//host/a)', ['[x](//host/a)']],
  ['`[x](#y)` \\[x](#y)', ['c:[x](#y)', ' [x](#y)']],
])('a link that leads nowhere for a reader shows its label: %s', (markdown, expected) => {
  const spans = readSpans(markdown, 'text')
  expect(short(spans)).toEqual(expected)
  expect(readSpans(writeSpans(spans, 'paragraph') ?? '', 'text')).toEqual(spans)
})
