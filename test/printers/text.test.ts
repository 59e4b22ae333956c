/** What a document looks like: in a pipe, in terminals of several widths, with and without colours. */
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import {
  command,
  dim,
  document,
  facts,
  hint,
  id,
  item,
  line,
  list,
  minute,
  money,
  next,
  second,
  section,
  state,
  strong,
  table,
  verbatim,
  type Block,
  type Document,
  type Part,
  type Span,
  type Words,
} from '../../src/kernel/document.ts'
import { widthOf } from '../../src/kernel/text.ts'
import { shownText } from '../../src/kernel/unseen.ts'
import { colours, PLAIN, printed } from '../../src/printers/text.ts'
import { hasColours } from '../../src/surfaces/cli/terminal.ts'
import { plainText } from '../support/plain.ts'

const PROSE =
  'the model refused: it would deceive or harm the people that it is meant for, and so it said no.'
const TASK = 'task_01m88yxx24zqjahzj56qpxmf1b'
const AT_MS = Date.UTC(2026, 10, 25, 9, 0, 7)
const COLUMNS = [
  { title: 'task' },
  { title: 'status' },
  { title: 'USD', align: 'right' },
  { title: 'setting', cut: 'middle' },
  { title: 'title', cut: 'end' },
] as const
const ROWS = [
  [id(TASK), state('Done', 'good'), '0.5', 'notion.data_sources.parent_page', PROSE],
  [id(TASK), state('Failed-Final', 'bad'), '12.25', '–', 'short'],
]

const BLOCKS: Readonly<Record<string, Part>> = {
  line: line`${state('paused', 'warn')}: ${PROSE} ${money('0.004')} ${minute(AT_MS)} ${dim('UTC')} (echopilot help)`,
  'long word': `x${'0123456789'.repeat(13)} and ${'日本'.repeat(70)}`,
  lines: `one\n\n  two ${PROSE}\nthree`,
  facts: facts(
    ['task', id(TASK)],
    ['state', [state('open', 'open'), `: ${PROSE}`]],
    [second(AT_MS), 'added'],
  ),
  'long label': facts([PROSE, strong(PROSE)]),
  table: table(COLUMNS, ROWS),
  'wide table': table(
    COLUMNS.map(({ title }) => ({ title })),
    ROWS,
  ),
  list: list([PROSE, ['a finding ', strong('that counts')]]),
  item: item([state('dead', 'bad'), ` ${PROSE}`], line`${id(TASK)}`, PROSE, next('echopilot effect list')),
  section: section(['Calls ', dim('(UTC)')], PROSE, section('Within', list([PROSE]))),
  next: next(`change the brief, then tick its Trigger; else echopilot task retry ${TASK}, or wait`),
  verbatim: section('Result', verbatim(`# ${PROSE}\n\n    code  \n`)),
}

const WIDTHS = [40, 80, 120, Infinity]

/** The words in a document that are never broken. */
function wholes(blocks: Document): string[] {
  return spansOf(blocks)
    .filter(({ is }) => is === 'id' || is === 'command')
    .map(({ is, text }) => (is === 'command' ? `echopilot ${text}` : text))
}

function spansOf(blocks: Document): Span[] {
  return blocks.flatMap(block => {
    switch (block.kind) {
      case 'line':
      case 'next':
        return block.text
      case 'facts':
        return block.facts.flatMap(({ label, value }) => [...label, ...value])
      case 'table':
        return block.rows.flat()
      case 'list':
        return block.items.flat()
      case 'item':
        return [...block.head, ...spansOf(block.details)]
      case 'section':
        return [...block.title, ...spansOf(block.body)]
      case 'verbatim':
        return []
    }
  })
}

function verbatims(blocks: Document): string[] {
  return blocks.flatMap(block => {
    if (block.kind === 'verbatim') return block.text.split('\n')
    if (block.kind === 'item') return verbatims(block.details)
    return block.kind === 'section' ? verbatims(block.body) : []
  })
}

/** Lines that stand out of a terminal though nothing in them was to be kept whole. */
function tooWide(blocks: Document, columns: number): string[] {
  const kept = [...wholes(blocks), ...verbatims(blocks).filter(text => text !== '')]
  return plainText(blocks, columns)
    .split('\n')
    .filter(text => widthOf(text) > columns && !kept.some(each => text.includes(each)))
}

test.each(
  Object.entries(BLOCKS).flatMap(([name, part]) =>
    WIDTHS.map(columns => ({ name, columns, blocks: document(part) })),
  ),
)('$name in $columns columns fits, and looks the same without its colours', async ({ columns, blocks }) => {
  const paint = await colours()
  const coloured = printed(blocks, { columns, paint, typed: text => text })
  expect(stripVTControlCharacters(coloured)).toBe(plainText(blocks, columns))
  expect(tooWide(blocks, columns)).toEqual([])
  for (const whole of wholes(blocks)) expect(plainText(blocks, columns)).toContain(whole)
})

test('what has a meaning is coloured, and what has none is not', async () => {
  const paint = await colours()
  const look = { columns: 80, paint, typed: (text: string) => text }
  expect(printed(document('plain', BLOCKS['long word'] ?? null), look)).not.toContain('\u001b')
  const marked = [state('a', 'good'), state('a', 'warn'), state('a', 'bad'), strong('a'), dim('a'), id('a')]
  const looks = marked.map(span => printed([line`${span}`], look))
  expect(new Set([...looks, 'a\n']).size).toBe(marked.length + 1)
})

test.each([
  [{ TERM: 'xterm' }, true],
  [{}, true],
  [{ TERM: 'dumb' }, false],
  [{ TERM: 'xterm', NO_COLOR: '1' }, false],
  [{ TERM: 'xterm', NO_COLOR: '' }, true],
  [{ TERM: 'xterm', FORCE_COLOR: '0' }, false],
  [{ TERM: 'xterm', FORCE_COLOR: 'false' }, false],
  [{ TERM: 'dumb', FORCE_COLOR: '1' }, true],
  [{ TERM: 'dumb', FORCE_COLOR: '' }, true],
  [{ FORCE_COLOR: '3', NO_COLOR: '1' }, false],
])('a terminal with %j has colours: %j', (env, has) => {
  expect(hasColours(env)).toBe(has)
})

test('blocks of one document: sections and tables are set off, what is not there leaves no gap', () => {
  const parts = [
    'Head',
    null,
    section('Empty', null, facts(), list([])),
    section('Facts', facts(['a', '1'], null, ['long', '2\n3'])),
    table([{ title: 'n', align: 'right' }], [['1'], ['10']]),
    section('Result', verbatim('# text\n\n  code  \n')),
    next('echopilot status'),
  ]
  expect(plainText(document(...parts))).toBe(`Head

Facts
  a     1
  long  2
        3

 n
 1
10

Result
# text

  code

next: echopilot status
`)
})

test('a table gives what may be cut what is left; where that is too little, each row is told by itself', () => {
  const blocks = [table(COLUMNS, ROWS)]
  expect(plainText(blocks, 100)).toBe(
    [
      'task                             status          USD  setting                 title',
      `${TASK}  Done            0.5  notion.dat…parent_page  the model refused: it…`,
      `${TASK}  Failed-Final  12.25  –                       short`,
      '',
    ].join('\n'),
  )
  expect(plainText(blocks, 60)).toBe(`task     ${TASK}
status   Done
USD      0.5
setting  notion.data_sources.parent_page
title    the model refused: it would deceive or harm the
         people that it is meant for, and so it said no.

task     ${TASK}
status   Failed-Final
USD      12.25
setting  –
title    short
`)
  expect(plainText(blocks)).toContain(`notion.data_sources.parent_page  ${PROSE}\n`)
})

test('in a pipe a long value is whole, and others are not set apart as far as it', () => {
  const columns = [{ title: 'value', cut: 'middle' }, { title: 'from' }] as const
  const long = 'x'.repeat(90)
  expect(
    plainText([
      table(columns, [
        ['short', 'default'],
        [long, 'file'],
      ]),
    ]),
  ).toBe([`${'value'.padEnd(62)}from`, `${'short'.padEnd(62)}default`, `${long}  file`, ''].join('\n'))
})

test('a cell is one line, as wide as a terminal shows it', () => {
  const columns = [
    { title: 'name', cut: 'end' },
    { title: 'n', align: 'right' },
  ] as const
  const rows = [
    ['a long name that does not fit', '1'],
    ['日本語\nin two lines', '12345'],
  ]
  expect(plainText([table(columns, rows)], 24)).toBe(
    ['name                   n', 'a long name that…      1', '日本語 in two li…  12345', ''].join('\n'),
  )
})

test('wrapping keeps every line that was there, and its indentation', () => {
  const wrap = (text: string, columns: number): string => plainText([line`${text}`], columns)
  expect(wrap('one two three four five six', 20)).toBe('one two three four\nfive six\n')
  expect(wrap('  one two three four five', 20)).toBe('  one two three four\n  five\n')
  expect(wrap('a\n\nb', 20)).toBe('a\n\nb\n')
  expect(wrap('x'.repeat(30), 20)).toBe(`${'x'.repeat(20)}\n${'x'.repeat(10)}\n`)
})

test('commands are typed as the program was started, and never broken', () => {
  const text = `change it, then echopilot task return ${TASK} --note "mend, and send"; else (echopilot help init)`
  expect(hint(text).filter(({ is }) => is === 'command')).toEqual([
    command(`task return ${TASK} --note "mend, and send"`),
    command('help init'),
  ])
  const typed = (words: string): string => words.replace('echopilot', 'npx echopilot')
  expect(printed(document(next(text)), { columns: 40, paint: PLAIN, typed })).toBe(`next: change it, then
      npx echopilot task return ${TASK} --note "mend, and send";
      else (npx echopilot help init)
`)
  // What merely names the program, or was written by others, is no command.
  expect(hint('the folder of echopilot, say, and /usr/bin/echopilot status')).toHaveLength(1)
})

test('what others wrote cannot steer the terminal, whichever block it is in', () => {
  const evil = 'a\u001b[2J\u0007\u009b31m\u202eb'
  const span = strong(evil)
  const blocks = document(
    line`${span}${command(evil)}${id(evil)}`,
    facts([evil, evil]),
    table([{ title: 'x' }], [[evil]]),
    list([evil]),
    item(evil, evil),
    section(evil, evil),
    next(evil),
    verbatim(evil),
  )
  for (const columns of WIDTHS) {
    // oxlint-disable-next-line no-control-regex
    expect(plainText(blocks, columns)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  }
})

const WORD = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const TEXT = fc.array(WORD, { minLength: 1, maxLength: 6 }).map(words => words.join(' '))
const SPAN: fc.Arbitrary<Words> = fc.oneof(
  TEXT,
  TEXT.map(strong),
  TEXT.map(text => state(text, 'bad')),
  fc.constantFrom(id(TASK), command('task show ID'), money('0.5'), second(AT_MS)),
)
const WORDS: fc.Arbitrary<Words> = fc.array(SPAN, { minLength: 1, maxLength: 4 })
const CELL = fc.oneof(TEXT, fc.constantFrom(id(TASK)))
const LEAF: fc.Arbitrary<Part> = fc.oneof(
  WORDS.map(some => line`${some}`),
  fc.array(fc.tuple(TEXT, WORDS), { maxLength: 4 }).map(pairs => facts(...pairs)),
  fc.array(WORDS, { maxLength: 4 }).map(items => list(items)),
  fc
    .array(fc.tuple(CELL, CELL, CELL), { minLength: 1, maxLength: 4 })
    .map(rows => table([{ title: 'a', cut: 'end' }, { title: 'b', cut: 'middle' }, { title: 'c' }], rows)),
  WORDS.map(words => next(words)),
)
const DOCUMENT = fc
  .array(
    fc.oneof(
      LEAF,
      fc.tuple(WORDS, fc.array(LEAF, { maxLength: 3 })).map(([head, parts]) => item(head, ...parts)),
      fc.tuple(TEXT, fc.array(LEAF, { maxLength: 3 })).map(([title, parts]) => section(title, ...parts)),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map(parts => document(...parts))

test('any document: whole in a pipe, within its columns on a terminal, the same without colours', async () => {
  const paint = await colours()
  fc.assert(
    fc.property(DOCUMENT, fc.integer({ min: 24, max: 130 }), (blocks, columns) => {
      const piped = plainText(blocks)
      for (const { text, is } of spansOf(blocks)) {
        const said = is === 'command' ? `echopilot ${text}` : text
        for (const word of said.split(/\s+/)) expect(piped).toContain(shownText(word))
      }
      expect(tooWide(blocks, columns)).toEqual([])
      const coloured = printed(blocks, { columns, paint, typed: text => text })
      expect(stripVTControlCharacters(coloured)).toBe(plainText(blocks, columns))
    }),
    { seed: 5, numRuns: 100, endOnFailure: true },
  )
})

test('broken lines hold what a pipe is given, but for the spaces between', () => {
  const solid = (text: string): string => text.replaceAll(/\s/g, '')
  const blocks = fc
    .array(
      fc.oneof(
        WORDS.map(some => line`${some}`),
        WORDS.map(words => next(words)),
      ),
    )
    .map(parts => document(...parts))
  fc.assert(
    fc.property(blocks, fc.integer({ min: 24, max: 130 }), (some: readonly Block[], columns) => {
      expect(solid(plainText(some, columns))).toBe(solid(plainText(some)))
    }),
    { seed: 6, numRuns: 100, endOnFailure: true },
  )
})
