import { describe, expect, test } from 'vitest'
import { brokenJson, isBareJson, jsonFlaw } from '../../src/domain/json-check.ts'

describe('sound output', () => {
  test.each([
    ['bare', 'Turn it into JSON', '{"a": 1}'],
    ['a bare list', 'Return JSON', '[{"a": 1}, {"a": 2}]'],
    ['fenced', 'Output valid JSON', 'Here it is:\n```json\n{"a": 1}\n```\nDone.'],
    ['an unlabelled fence', 'Convert to JSON', '```\n[1, 2]\n```'],
    ['JSON Lines', 'Give it as JSON lines', '{"a": 1}\n{"a": 2}\n'],
    ['fenced JSON Lines', 'Convert to JSON', '```json\n{"a": 1}\n\n{"a": 2}\n```'],
    ['JSON with comments, labelled so', 'Write a config', '```jsonc\n{ // why\n"a": 1 }\n```'],
    ['a table', 'Convert this JSON into a table', '| a |\n|---|\n| 1 |'],
    ['CSV out of JSON', 'The rows are in JSON, convert them to CSV', 'a,b\n1,2'],
    ['from JSON', 'Reformat the dump from JSON in JSON order', 'a,b\n1,2'],
    ['a link', 'Sort the links', '[Home](https://example.org)\n[Shop](https://example.org/shop)'],
    ['footnotes', 'Sort the sources', '[1] Smith, 2020\n[2] Jones, 2021'],
    ['a task list', 'Sort the tasks', '[x] done\n[ ] open'],
    ['an ini file', 'Make an ini file', '[section] ; main\nkey=value'],
    ['a template', 'Fill the template', '{{name}} pays {{amount}}'],
    ['another fence', 'Write a script that makes JSON', '```python\nprint({1: 2})\n```'],
  ])('%s', (_, brief, output) => {
    expect(brokenJson(output, brief)).toBeNull()
  })
})

describe('broken output', () => {
  test.each([
    [
      'a trailing comma',
      '',
      '{"a": 1,}',
      'the JSON cannot be read: Expected double-quoted property name in JSON at position 8 (line 1 column 9)',
    ],
    [
      'words behind',
      '',
      '{"a": 1}\n\nHope it helps!',
      'non-whitespace character after JSON at position 10 (line 3 column 1)',
    ],
    [
      'a bad fence',
      '',
      'Sure:\n```json\n{"a": 1\n```',
      'after property value in JSON at position 8 (line 2 column 1)',
    ],
    [
      'a truncated fence',
      '',
      '```json\n[{"a": 1}, {"a',
      'Unterminated string in JSON at position 14 (line 1 column 15)',
    ],
    [
      'the second fence',
      '',
      '```json\n{}\n```\n\n```json\n{x}\n```',
      'in JSON at position 1 (line 1 column 2)',
    ],
    [
      'an unlabelled fence, asked',
      'Convert to JSON',
      '```\n[1, 2\n```',
      "Expected ',' or ']' after array element in JSON",
    ],
    [
      'none',
      'Convert the list to valid JSON',
      'a,b\n1,2',
      'the brief asks for JSON, and the output holds none',
    ],
    ['none, in German', 'Bitte als JSON ausgeben', 'a;b', 'the brief asks for JSON'],
    [
      'one bad line of JSON Lines',
      '',
      '{"a": 1}\n{"a": }\n',
      'non-whitespace character after JSON at position 9 (line 2 column 1)',
    ],
    [
      'a bare list without quotes',
      '',
      '[red, green]',
      `Unexpected token 'r', "[red, green]" is not valid JSON`,
    ],
  ])('%s', (_, brief, output, why) => {
    expect(brokenJson(output, brief)).toContain(why)
  })
})

test('what is wrong is told on one line, however deep the nesting', () => {
  expect(jsonFlaw('['.repeat(200_000) + ']'.repeat(200_000))).toBeNull()
  expect(jsonFlaw('[1,\n\n2,\n]')).toBe('Unexpected token \']\', "[1, 2, ]" is not valid JSON')
})

test('an unlabelled fence is nobody’s JSON unless it was asked for', () => {
  expect(brokenJson('```\n[1, 2\n```', 'Sort the numbers')).toBeNull()
})

test.each([
  ['{"a":1}', true],
  ['\n [1]', true],
  ['["a"]', true],
  ['[]', true],
  ['{', true],
  ['a {"b":1}', false],
  ['[a](b)', false],
])('%j presents JSON: %s', (output, expected) => {
  expect(isBareJson(output)).toBe(expected)
})
