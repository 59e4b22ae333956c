import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withoutEntities } from '../../../src/domain/answer/entities.ts'
import { outOfFence, workIn } from '../../../src/domain/answer/work.ts'
import { sample } from '../markdown/arbitraries.ts'

const TASK = { type: 'Other', brief: 'List the opening hours.' } as const
const INNER =
  '# Hours\n\n| Day | Hours |\n|---|---|\n| Mon | 8–17 |\n\n```bash\ncurl https://example.com\n```\n\n- closed on **Sundays**'

describe('an answer that stands whole in a fence', () => {
  test.each([
    ['markdown', `\`\`\`markdown\n${INNER}\n\`\`\`\n`],
    ['md', `\n~~~md\n${INNER}\n~~~`],
    ['in capitals', `\`\`\`Markdown\n${INNER}\n\`\`\``],
    ['a longer one', `\`\`\`\`markdown\n${INNER}\n\`\`\`\``],
    ['no language', `\`\`\`\n${INNER}\n\`\`\``],
    ['white space at the ends of lines', `\`\`\`markdown  \r\n${INNER}\n\`\`\`  `],
    ['one that was cut off', `\`\`\`markdown\n${INNER}`],
  ])('%s', (_, answer) => {
    expect(outOfFence(answer, TASK).trim()).toBe(INNER)
  })

  test('with code inside whose fences have no language', () => {
    const inner = 'Run this:\n\n```\nls\n```\n\nand this:\n\n```\npwd\n```\n\nDone.'
    expect(outOfFence(`\`\`\`markdown\n${inner}\n\`\`\``, TASK)).toBe(inner)
  })

  test('in a longer fence, with bare fences inside', () => {
    const inner = '```\nls\n```\n```\npwd\n```'
    expect(outOfFence(`\`\`\`\`\n${inner}\n\`\`\`\``, TASK)).toBe(inner)
  })
})

test('a brief that speaks of a fence wants none around its work', () => {
  const task = { type: 'Other', brief: 'Describe the fence around the garden, in Markdown.' } as const
  expect(outOfFence(`\`\`\`markdown\n${INNER}\n\`\`\``, task)).toBe(INNER)
})

test.each([
  ['words before it', `Here:\n\`\`\`markdown\n${INNER}\n\`\`\``],
  ['words after it', `\`\`\`markdown\n${INNER}\n\`\`\`\n\nDone.`],
  ['two fences', '```markdown\n# A\n```\n\nand\n\n```markdown\n# B\n```'],
  ['code', '```python\nprint(1)\n```'],
  ['JSON', '```\n{"a": 1}\n```'],
  ['nothing inside', '```markdown'],
  ['inline code', '```markdown``` is a fence'],
])('%s: the answer stays as it is', (_, answer) => {
  expect(outOfFence(answer, TASK)).toBe(answer)
})

test.each([
  [{ type: 'Other', brief: 'Write a README in a code block.' }, '```markdown\n# A\n```'],
  [{ type: 'Other', brief: 'Write a shell script that backs up.' }, '```\n# copy\ncp a b\n```'],
  [{ type: 'Data-transform', brief: 'Convert the list.' }, '```\na;b\n1;2\n```'],
] as const)('where the fence is what was asked for, it stays: %j', (task, answer) => {
  expect(outOfFence(answer, task)).toBe(answer)
})

test('whatever stands in a fence of Markdown comes out of it, byte for byte', () => {
  const line = fc.constantFrom('a', '', '- b', '# c', '| d |', '    e', '```js\nf\n```', '~~~\ng\n~~~', '> h')
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), lines => {
      const inner = lines.join('\n')
      expect(outOfFence(`\`\`\`markdown\n${inner}\n\`\`\``, TASK)).toBe(inner)
    }),
    sample(300),
  )
})

test.each([
  ['Smith &amp; Sons', 'Smith & Sons'],
  ['8&nbsp;am', '8\u00a0am'],
  ['&lt; 5 &mdash; &euro;', '< 5 — €'],
  ['once: &amp;lt; and &amp;amp;', 'once: &lt; and &amp;'],
  ['&#8364; &#x20AC; &#X41;', '€ € A'],
  ['&quot;&apos;&#39;', "\"''"],
  ['a&#10;b&#9;c', 'a b c'],
  ['&#0;&#xD800;&#9999999;&#x80;', '\ufffd\ufffd\ufffd\ufffd'],
  ['| a &#124; b |', '| a \\| b |'],
  ['2 &#42; 3 &#95;', '2 \\* 3 \\_'],
  ['&nosuch; &amp AT&T; & &; &#; &#x;', '&nosuch; &amp AT&T; & &; &#; &#x;'],
  ['`&amp;` &amp; ``&lt;``', '`&amp;` & ``&lt;``'],
  ['&amp;\n```html\n&amp;\n```\n&amp;', '&\n```html\n&amp;\n```\n&'],
  ['<p>Fish &amp; chips</p>', '<p>Fish &amp; chips</p>'],
  ['{"a": "&amp;"}', '{"a": "&amp;"}'],
])('%s', (text, expected) => {
  expect(withoutEntities(text)).toBe(expected)
})

test('data stays as it came, but for a fence of Markdown', () => {
  const table = '| Oil &amp; filter |\n|---|'
  expect(workIn(`\`\`\`markdown\n${table}\n\`\`\``, { type: 'Data-transform', brief: 'To a table.' })).toBe(
    table,
  )
  expect(workIn(`\`\`\`markdown\n${table}\n\`\`\``, TASK)).toBe('| Oil & filter |\n|---|')
})

test('a text without entities or outer fence is the work as it is', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      fc.pre(!text.includes('&') && !text.trim().startsWith('```') && !text.trim().startsWith('~~~'))
      expect(workIn(text, TASK)).toBe(text)
    }),
    sample(200),
  )
})

test.each(['&amp;', '&#1', '`&amp;', '```\n', '```a\n', '\n', ' ', '&', '&amp;`'])(
  '5 MB of %j take linear time',
  unit => {
    const text = unit.repeat(5_000_000 / unit.length)
    const before = performance.now()
    workIn(`\`\`\`markdown\n${text}`, TASK)
    workIn(text, TASK)
    expect(performance.now() - before).toBeLessThan(20_000)
  },
)
