import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withoutThoughts } from '../../../src/domain/answer/thoughts.ts'
import { sample } from '../markdown/arbitraries.ts'

const WORK =
  '# Opening hours\n\nMonday to Friday, 8 to 17.\n\n```bash\ncurl https://example.com\n```\n\nClosed on Sundays.'
const SECRET = 'the margin is 60 %'

test.each([
  ['a pair', `<think>\n${SECRET}\n</think>\n\n${WORK}`],
  ['a lone closing tag', `${SECRET}\n</think>\n\n${WORK}`],
  ['another name', `<thinking>${SECRET}</thinking>${WORK}`],
  ['thoughts', `<thought>${SECRET}</thought>\n${WORK}`],
  ['reasoning', `\n<reasoning effort="high">\n${SECRET}</reasoning>${WORK}`],
  ['a namespace', `<seed:think>${SECRET}</seed:think>${WORK}`],
  ['capitals', `<THINK>${SECRET}</Think>${WORK}`],
  ['Kimi', `◁think▷${SECRET}◁/think▷${WORK}`],
  ['Magistral', `[THINK]${SECRET}[/THINK]${WORK}`],
  ['Command A', `<|START_THINKING|>${SECRET}<|END_THINKING|><|START_RESPONSE|>${WORK}<|END_RESPONSE|>`],
  [
    'Sky-T1',
    `<|begin_of_thought|>${SECRET}<|end_of_thought|>\n<|begin_of_solution|>\n${WORK}\n<|end_of_solution|>`,
  ],
  ['Gemma', `<|channel>thought\n${SECRET}<channel|>${WORK}`],
  ['Hunyuan', `<think>${SECRET}</think>\n<answer>\n${WORK}\n</answer>`],
  [
    'harmony',
    `<|channel|>analysis<|message|>${SECRET}<|end|><|start|>assistant<|channel|>final<|message|>${WORK}<|return|>`,
  ],
  [
    'harmony, its beginning in the template',
    `${SECRET}<|end|><|start|>assistant<|channel|>final <|constrain|>markdown<|message|>${WORK}`,
  ],
  ['harmony without its special tokens', `analysisWe know ${SECRET}.assistantfinal${WORK}`],
  ['several thoughts', `<think>${SECRET}</think>\n<think>and ${SECRET}</think>\n${WORK}`],
  ['a thought within a thought', `<think>a <think>${SECRET}</think> ${SECRET}</think>${WORK}`],
  ['a thought that quotes the end of thoughts', `<think>the tag \`</think>\` of ${SECRET}</think>\n${WORK}`],
  ['a thought with a fence that it never closes', `<think>\n\`\`\`js\n${SECRET}\n</think>\n${WORK}`],
  ['a lone end of a thought with code', `I write\n\`\`\`js\n${SECRET}\n\`\`\`\nso.\n</think>\n${WORK}`],
  ['a lone backtick in a thought', `it\`s ${SECRET}\n</think>\n${WORK}`],
])('%s', (_, answer) => {
  expect(withoutThoughts(answer)).toBe(WORK)
})

test('thoughts between and after the work', () => {
  expect(withoutThoughts('One.\n<think>hm</think>\nTwo.\n<reasoning>\nhm\n</reasoning>\nThree.')).toBe(
    'One.\n\nTwo.\n\nThree.',
  )
  expect(withoutThoughts(`${WORK}\n<think>${SECRET}, and`)).toBe(WORK)
})

test.each(['<think>', '<thinking>', '[THINK]', '◁think▷', '<|START_THINKING|>'])(
  '%s that never ends leaves nothing',
  open => {
    expect(withoutThoughts(`${open}\n${SECRET}\n\n${WORK}`)).toBe('')
    expect(withoutThoughts(`  \n${open}`)).toBe('')
  },
)

test('harmony that never came to its final message leaves nothing', () => {
  expect(withoutThoughts(`<|channel|>analysis<|message|>${SECRET}`)).toBe('')
  expect(withoutThoughts(`<|channel|>commentary to=functions.x<|message|>{}<|call|>`)).toBe('')
})

describe('what is written about thoughts stays', () => {
  test.each([
    ['in a fence', 'The template:\n\n```html\n<think>\n{{ thought }}\n</think>\n```\n\nEnd.'],
    ['in a fence of a list', '1. The template:\n\n   ~~~\n   <think>x</think>\n   ~~~\n'],
    ['in code', 'Everything between `<think>` and `</think>` is a thought, ``<reasoning>`` too.'],
    ['spoken of', 'R1 begins with <think> and goes on.'],
    ['spoken of in pairs', 'Notes.\n\nR1 thinks between <think> and </think>, then answers.\n\nMore of it.'],
    ['an end that is spoken of', 'Notes.\n\nKeep what follows </think> only (</think>). More.'],
    ['elements of XML', '<step>\n  <thought>a</thought>\n  <reasoning>b</reasoning>\n</step>'],
    ['a link', '[THINK](https://example.com) and [think] of it'],
    ['JSON', '{"prompt": "<think>a</think> b", "end": "</think>"}'],
    ['harmony in a fence', '```\n<|channel|>analysis<|message|>x<|end|>\n```\nas above'],
    ['nothing', ''],
    ['white space around a work', '\n\n  A work.\n\n'],
  ])('%s', (_, work) => {
    expect(withoutThoughts(work)).toBe(work)
  })

  test('also after a thought', () => {
    const verdict = '{"findings": [{"text": "shows a <think> and a </think>"}]}'
    expect(withoutThoughts(`<think>${SECRET}</think>\n${verdict}`)).toBe(verdict)
    expect(withoutThoughts(`${SECRET}</think>${verdict}`)).toBe(verdict)
    expect(withoutThoughts(`All after </think> is ${SECRET}.\n</think>\n${WORK}`)).toBe(WORK)
    expect(withoutThoughts(`<think>${SECRET}</think>Use \`<think>\` and \`</think>\`.`)).toBe(
      'Use `<think>` and `</think>`.',
    )
  })
})

const MARKED = ['think', 'thinking', 'thought', 'reasoning'].map(name => [`<${name}>`, `</${name}>`] as const)
const words = fc.array(
  fc.constantFrom('a ', 'b. ', '\n', '\n\n', '**c** ', '{"d": 1} ', '| e |\n', '# f\n', '"', "'"),
)
const thought = fc
  .tuple(fc.constantFrom(...MARKED), fc.array(fc.constantFrom('SECRET ', '`', '```\n', '\n', '{', '> ')))
  .map(([[open, close], inside]) => `${open}${inside.join('')}SECRET${close}`)

test('no word of a thought is left, and no word of the work is lost', () => {
  fc.assert(
    fc.property(fc.array(thought, { minLength: 1 }), words, (thoughts, work) => {
      const said = withoutThoughts(thoughts.join('\n') + work.join(''))
      expect(said).toBe(work.join('').trim())
    }),
    sample(300),
  )
})

test('any order of marks and words: never throws, and adds nothing', () => {
  const sign = fc.constantFrom(
    ...MARKED.flat(),
    '[THINK]',
    '[/THINK]',
    '<|channel|>final<|message|>',
    '<|end|>',
    'a',
    '\n',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(sign), signs => {
      const once = withoutThoughts(signs.join(''))
      expect(once.length).toBeLessThanOrEqual(signs.join('').length)
    }),
    sample(500),
  )
})

test.each([
  ['openings', 'x<think>'],
  ['openings of another name', '\tx<thought>'],
  ['closings', '</think>'],
  ['pairs', '<think></think>'],
  ['pairs that are spoken of', 'a <think> and </think>, '],
  ['channels', '<|channel|>final<|message|>'],
  ['brackets', '</think>[['],
  ['quotes', '</think>["'],
  ['backticks', '`a``b```c'],
  ['fences', '```a\n~~~~\n'],
  ['lines', '\n'],
  ['spaces', ' '],
  ['beginnings', '<think '],
])('5 MB of %s take linear time', (_, unit) => {
  const text = ' '.repeat(1000) + unit.repeat(5_000_000 / unit.length)
  const before = performance.now()
  withoutThoughts(text)
  expect(performance.now() - before).toBeLessThan(20_000)
})
