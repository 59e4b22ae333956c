import { describe, expect, test } from 'vitest'
import { brokenJson, isBareJson } from '../../src/domain/json-check.ts'

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
    ['a trailing comma', '', '{"a": 1,}', 'line 1, column 9 of the JSON: a comma before the closing bracket'],
    ['words behind', '', '{"a": 1}\n\nHope it helps!', 'line 3, column 1 of the JSON: there is text after'],
    ['a bad fence', '', 'Sure:\n```json\n{"a": 1\n```', 'line 2, column 1 of the JSON: the text ends'],
    [
      'a truncated fence',
      '',
      '```json\n[{"a": 1}, {"a',
      'column 13 of the JSON: a text in double quotes is not',
    ],
    [
      'the second fence',
      '',
      '```json\n{}\n```\n\n```json\n{x}\n```',
      'line 1, column 2 of the JSON: "x" cannot',
    ],
    ['an unlabelled fence, asked', 'Convert to JSON', '```\n[1, 2\n```', 'the text ends before'],
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
      'line 2, column 1 of the JSON: there is text after',
    ],
    ['a bare list without quotes', '', '[red, green]', 'line 1, column 2 of the JSON: "r" cannot stand here'],
  ])('%s', (_, brief, output, why) => {
    expect(brokenJson(output, brief)).toContain(why)
  })
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
