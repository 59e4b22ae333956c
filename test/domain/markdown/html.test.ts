import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeHtml, markdownToHtml } from '../../../src/domain/markdown/html.ts'

test('everything that Markdown can say', () => {
  const markdown = [
    '# Spring *opening*',
    'We **open** on [21 March](https://example.com/a?b=1&c=2), ~~tea~~, `a < b`.',
    '- bread\n  1. rye\n  2. oats\n- [x] done',
    '7. seventh',
    '> quoted',
    '| Tool | Price |\n|---|--:|\n| A | **12** |',
    '---',
    '```js\nif (a < b) "c"\n```',
  ].join('\n\n')
  const html = markdownToHtml(markdown).replaceAll(/ (?:dir|style)="[^"]*"/g, '')
  expect(html.split('\n')).toEqual([
    '<h1>Spring <em>opening</em></h1>',
    '<p>We <strong>open</strong> on <a href="https://example.com/a?b=1&amp;c=2">21 March</a>, <s>tea</s>, <code>a &lt; b</code>.</p>',
    '<ul><li>bread<ol><li>rye</li><li>oats</li></ol></li><li>☑ done</li></ul>',
    '<p>7. seventh</p>',
    '<blockquote>quoted</blockquote>',
    '<table><tr><th>Tool</th><th>Price</th></tr><tr><td>A</td><td><strong>12</strong></td></tr></table>',
    '<hr>',
    '<pre><code>if (a &lt; b) &quot;c&quot;</code></pre>',
  ])
})

test.each([
  ['markup', '<script>alert(1)</script> <img src="https://x.example/1.png"> &amp;'],
  ['an image', '![chart](https://x.example/1.png)'],
  ['an address that is a program', '[click](javascript:alert(1)) [b](data:text/html,x)'],
  ['an address that leaves its quotes', '[a](https://x.example/"onmouseover="alert(1))'],
  [
    'markup in a table and a fence',
    '| <b>x</b> |\n|---|\n| <i>y</i> |\n\n```"><script>\n</pre><script>\n```',
  ],
])('%s is text, and nothing is fetched', (_name, markdown) => {
  expectHarmless(markdownToHtml(markdown))
})

test('whatever the text: no element or attribute is of it', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    '`',
    '*',
    '[',
    '](',
    ')',
    '!',
    '|',
    '\n',
    '- ',
    'https://a.example/',
    'javascript:',
    'x',
    '#',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      expectHarmless(markdownToHtml(pieces.join('')))
    }),
  )
})

test('what leads out of an attribute or an element is escaped', () => {
  expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;')
})

const TAG =
  /<\/?(?:h[1-6]|p|blockquote|ul|ol|li|pre|code|table|tr|th|td|hr|br|s|em|strong|a)(?: (?:dir="auto"|style="[\w:#;., -]*"|href="(?:https?:|mailto:)[^"<>']*"))*>/g

/** Takes away the tags that are ours: nothing that could be another one is left. */
function expectHarmless(html: string): void {
  expect(html.replaceAll(TAG, '')).not.toMatch(/[<>"']/)
}
