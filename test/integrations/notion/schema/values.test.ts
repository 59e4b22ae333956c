/** Values of properties: what is read of a page, and what is sent to it. */
import { describe, expect, test } from 'vitest'
import type { NotionJson } from '../../../../src/integrations/notion/api/client.ts'
import { plainTextOf } from '../../../../src/integrations/notion/blocks/found.ts'
import {
  readRow,
  writeRow,
  type CellValue,
  type RowReader,
} from '../../../../src/integrations/notion/schema/row-values.ts'
import type { NotionDatabase } from '../../../../src/store/notion.ts'

/** A database of one column, `cell`. */
function oneColumn(type: string): NotionDatabase {
  return {
    key: 'x',
    databaseId: 'd',
    dataSourceId: 's',
    properties: { cell: { id: 'p', name: 'Cell', type } },
  }
}

function rowWith(value: NotionJson): RowReader {
  const page = { id: 'page', url: null, trashed: false, createdTime: null, properties: { Cell: value } }
  return readRow(page, oneColumn('any'))
}

/** What is sent for a cell; undefined where it is left out. */
function written(type: string, value: CellValue): unknown {
  return writeRow(oneColumn(type), { cell: value })['p']
}

describe('reading', () => {
  const segments = [
    { type: 'text', plain_text: 'a' },
    { type: 'mention', plain_text: '@b' },
    { type: 'text', plain_text: 'c' },
  ]

  test.each<[string, keyof RowReader, NotionJson, unknown]>([
    ['title', 'text', { type: 'title', title: segments }, 'a@bc'],
    ['text', 'text', { type: 'rich_text', rich_text: segments }, 'a@bc'],
    ['pieces', 'parts', { type: 'rich_text', rich_text: segments }, 3],
    ['empty text', 'text', { type: 'rich_text', rich_text: [] }, null],
    ['tick', 'checkbox', { type: 'checkbox', checkbox: true }, true],
    ['no tick', 'checkbox', { type: 'checkbox', checkbox: false }, false],
    ['select', 'choice', { type: 'select', select: { id: '1', name: 'High', color: 'red' } }, 'High'],
    ['status', 'choice', { type: 'status', status: { name: 'New' } }, 'New'],
    ['no select', 'choice', { type: 'select', select: null }, null],
    ['number', 'number', { type: 'number', number: 0 }, 0],
    ['no number', 'number', { type: 'number', number: null }, null],
    ['email', 'text', { type: 'email', email: ' a@b.example ' }, 'a@b.example'],
    ['no email', 'text', { type: 'email', email: '' }, null],
    ['url', 'text', { type: 'url', url: 'https://x.example' }, 'https://x.example'],
    ['day', 'date', { type: 'date', date: { start: '2026-11-25', end: '2026-11-26' } }, '2026-11-25'],
    ['no date', 'date', { type: 'date', date: null }, null],
    ['relation', 'relation', { type: 'relation', relation: [{ id: 'a' }, { id: 'b' }] }, ['a', 'b']],
    ['no relation', 'relation', { type: 'relation', relation: [] }, []],
  ])('%s', (_, read, value, expected) => {
    expect(rowWith({ id: 'p', ...value })[read]('cell')).toEqual(expected)
  })

  test('another type, or no property at all, reads as nothing', () => {
    const others: NotionJson[] = [
      { id: 'other', type: 'checkbox', checkbox: true },
      { id: 'p' },
      { id: 'p', type: 'files', files: [] },
      { id: 'p', type: 1 },
      { id: 'p', type: 'toString' },
    ]
    for (const row of others.map(rowWith)) {
      const read = [row.text('cell'), row.choice('cell'), row.number('cell'), row.date('cell')]
      expect(read).toEqual([null, null, null, null])
      expect([row.checkbox('cell'), row.parts('cell'), row.relation('cell')]).toEqual([false, 0, []])
    }
  })
})

describe('writing', () => {
  test.each([0, 1, 2_000, 2_001, 200_000])('a text of %d characters comes back whole', length => {
    const text = 'x'.repeat(length)
    const sent = written('rich_text', text)
    const pieces = typeof sent === 'object' && sent !== null && 'rich_text' in sent ? sent.rich_text : null
    expect(pieces).toHaveLength(Math.ceil(length / 2_000))
    expect(plainTextOf(pieces)).toBe(text)
  })

  test('a text that Notion cannot hold is left out, never cut', () => {
    expect(written('rich_text', 'x'.repeat(200_001))).toBeUndefined()
    expect(written('rich_text', '漢'.repeat(90_000))).toBeDefined()
    expect(written('rich_text', '漢'.repeat(110_000))).toBeUndefined()
  })

  test.each<[string, CellValue, unknown]>([
    ['rich_text', 'a\r\nb\u0000\ud800', { rich_text: [{ type: 'text', text: { content: 'a\nb␀�' } }] }],
    ['title', 'a\r\n b', { title: [{ type: 'text', text: { content: 'a b' } }] }],
    ['number', 1.5, { number: 1.5 }],
    ['number', null, { number: null }],
    ['select', 'High', { select: { name: 'High' } }],
    ['select', null, { select: null }],
    ['status', 'New', { status: { name: 'New' } }],
    ['date', null, { date: null }],
    ['date', '2026-11-25', { date: { start: '2026-11-25' } }],
    ['date', '2026-11-25T08:00:00.000Z', { date: { start: '2026-11-25T08:00:00.000Z' } }],
    ['checkbox', true, { checkbox: true }],
    ['checkbox', false, { checkbox: false }],
  ])('%s %j', (type, value, json) => {
    expect(written(type, value)).toEqual(json)
  })

  test.each<[string, CellValue]>([
    ['number', Number.NaN],
    ['number', Infinity],
    ['select', 'a, b'],
    ['select', ' '],
    ['status', 'x'.repeat(101)],
    ['status', null],
    ['date', 'tomorrow'],
    ['date', '2026-13-01'],
    ['files', 'x'],
  ])('%s %j is left out', (type, value) => {
    expect(written(type, value)).toBeUndefined()
  })
})
