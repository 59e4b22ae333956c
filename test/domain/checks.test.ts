import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkOutput, CHECKS_VERSION, type CheckRules } from '../../src/domain/checks.ts'
import { TASK_TYPES, type TaskType } from '../../src/domain/task-type.ts'

const RULES: CheckRules = { minCharacters: 0, bannedTerms: [], language: null }
const DRAFTING = { type: 'Drafting' as TaskType, brief: 'Write a blog post about bread' }
const TRANSFORM = { type: 'Data-transform' as TaskType, brief: 'Convert the list to JSON' }
const ASKING = 'Could you please provide more details about the topic?'
const GERMAN =
  'Unsere kleine Bäckerei gehört seit mehr als dreißig Jahren zum Viertel. Jeden Morgen backen wir Brot aus Mehl, das nur wenige Kilometer entfernt gemahlen wird.'

function failed(output: string, task = DRAFTING, rules: Partial<CheckRules> = {}): string[] {
  return checkOutput(output, task, { ...RULES, ...rules }).map(finding => finding.check)
}

test('the checks carry a version', () => {
  expect(CHECKS_VERSION).toMatch(/^checks\/\d+$/)
})

describe('empty', () => {
  test.each(['', ' \n\t', '\u00a0\u200b\ufeff', '```json\n```', '```\n\n'])('%j', output => {
    expect(checkOutput(output, TRANSFORM, { ...RULES, minCharacters: 100 })).toEqual([
      { check: 'empty', text: 'the output is empty' },
    ])
  })

  test.each(['0', '{}', '```\nx\n```', '…'])('%j is not', output => {
    expect(failed(output)).toEqual([])
  })
})

describe('too short', () => {
  test('counts characters, not what surrounds them', () => {
    expect(failed('  12345  ', DRAFTING, { minCharacters: 5 })).toEqual([])
    expect(checkOutput('  1234  ', DRAFTING, { ...RULES, minCharacters: 5 })).toEqual([
      { check: 'too_short', text: 'the output has 4 characters, at least 5 are needed' },
    ])
  })

  test('counts a character outside the basic plane as one', () => {
    expect(failed('\u{1f35e}\u{1f35e}', DRAFTING, { minCharacters: 3 })).toEqual(['too_short'])
  })
})

describe('asks for details', () => {
  test('is found where work was due', () => {
    expect(failed(ASKING)).toEqual(['asks_for_details'])
  })

  test('not in a transcript, nor where the brief wants questions', () => {
    expect(failed(ASKING, { ...DRAFTING, type: 'Transcription' })).toEqual([])
    expect(failed(ASKING, { ...DRAFTING, brief: 'Write a question to ask a client' })).toEqual([])
  })
})

describe('wrong language', () => {
  test('is found where one is configured', () => {
    expect(failed(GERMAN, DRAFTING, { language: 'en' })).toEqual(['wrong_language'])
    expect(failed(GERMAN, DRAFTING, { language: 'de' })).toEqual([])
    expect(failed(GERMAN)).toEqual([])
  })

  test('is never a guess', () => {
    expect(failed('Frisches Brot.', DRAFTING, { language: 'en' })).toEqual([])
    expect(failed(GERMAN, DRAFTING, { language: 'xx' })).toEqual([])
  })

  test.each(['Translate the text', 'Bitte auf Deutsch', 'Write it in German', 'Eine deutsche Fassung'])(
    'the brief has the last word: %s',
    brief => {
      expect(failed(GERMAN, { ...DRAFTING, brief }, { language: 'en' })).toEqual([])
    },
  )

  test('JSON is in no language', () => {
    const output = JSON.stringify({ text: GERMAN, more: [GERMAN] }).replaceAll('"', '')
    expect(failed(output, DRAFTING, { language: 'en' })).toEqual([])
  })
})

describe('banned terms', () => {
  test('one finding each, with how often', () => {
    const rules = { ...RULES, bannedTerms: ['delve', 'game changer', 'unused', ' '] }
    expect(checkOutput('Delve into this game changer. We delve.', DRAFTING, rules)).toEqual([
      { check: 'banned_term', text: 'the output uses the banned term "delve" 2 times' },
      { check: 'banned_term', text: 'the output uses the banned term "game changer" once' },
    ])
  })
})

describe('broken JSON', () => {
  test('is found in a data task only', () => {
    expect(failed('{"a": 1,}', TRANSFORM)).toEqual(['broken_json'])
    expect(failed('{"a": 1}', TRANSFORM)).toEqual([])
    expect(failed('{"a": 1,}', DRAFTING)).toEqual([])
  })

  test('says where and why', () => {
    expect(checkOutput('{"a": 1,}', TRANSFORM, RULES)[0]?.text).toBe(
      'the JSON cannot be read: Expected double-quoted property name in JSON at position 8 (line 1 column 9)',
    )
  })
})

test('findings come in a fixed order', () => {
  const rules = { minCharacters: 1_000, bannedTerms: ['details'], language: 'de' }
  expect(failed(ASKING, TRANSFORM, rules)).toEqual([
    'too_short',
    'asks_for_details',
    'banned_term',
    'broken_json',
  ])
})

test('any output is checked without a throw, the same way twice', () => {
  const task = fc.record({ type: fc.constantFrom(...TASK_TYPES), brief: fc.string() })
  const rules = fc.record({
    minCharacters: fc.nat(50),
    bannedTerms: fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 3 }),
    language: fc.option(fc.constantFrom('en', 'de', 'ja', 'xx')),
  })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), task, rules, (output, about, asked) => {
      expect(checkOutput(output, about, asked)).toEqual(checkOutput(output, about, asked))
    }),
    { seed: 20_261_125, numRuns: 500 },
  )
})

test.each([
  '\n',
  '\r',
  '\r\n',
  '\t',
  ' ',
  '\u2028',
  '\n- ',
  ' \r',
  '```\n',
  '```js\n',
  '[1,',
  '"',
  '. ',
  '> ',
])('half a megabyte of %j is checked in linear time', unit => {
  const output = `x${unit.repeat(500_000 / unit.length)}x`
  const rules = { minCharacters: 80, bannedTerms: ['two words'], language: 'de' }
  const before = performance.now()
  for (const type of ['Other', 'Data-transform'] as const) {
    checkOutput(output, { type, brief: 'Turn this into JSON.' }, rules)
  }
  expect(performance.now() - before).toBeLessThan(20_000)
})
