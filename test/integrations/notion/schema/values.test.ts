import { describe, expect, test } from 'vitest'
import {
  readCheckbox,
  readChoice,
  readDate,
  readEmail,
  readNumber,
  readRelation,
  readText,
  readUrl,
} from '../../../../src/integrations/notion/schema/values.ts'
import {
  writeCheckbox,
  writeDate,
  writeEmail,
  writeNumber,
  writeRelation,
  writeSelect,
  writeStatus,
  writeText,
  writeTitle,
  writeUrl,
} from '../../../../src/integrations/notion/schema/write-values.ts'
import { plainTextOf } from '../../../../src/integrations/notion/blocks/found.ts'

describe('reading', () => {
  const segments = [
    { type: 'text', plain_text: 'a' },
    { type: 'mention', plain_text: '@b' },
    { type: 'text', plain_text: 'c' },
  ]

  test.each<[string, (value: unknown) => unknown, unknown, unknown]>([
    ['title', readText, { id: 't', type: 'title', title: segments }, 'a@bc'],
    ['text', readText, { type: 'rich_text', rich_text: segments }, 'a@bc'],
    ['empty text', readText, { type: 'rich_text', rich_text: [] }, ''],
    ['tick', readCheckbox, { type: 'checkbox', checkbox: true }, true],
    ['no tick', readCheckbox, { type: 'checkbox', checkbox: false }, false],
    ['select', readChoice, { type: 'select', select: { id: '1', name: 'High', color: 'red' } }, 'High'],
    ['status', readChoice, { type: 'status', status: { name: 'New' } }, 'New'],
    ['no select', readChoice, { type: 'select', select: null }, null],
    ['number', readNumber, { type: 'number', number: 0 }, 0],
    ['no number', readNumber, { type: 'number', number: null }, null],
    ['email', readEmail, { type: 'email', email: ' a@b.example ' }, 'a@b.example'],
    ['no email', readEmail, { type: 'email', email: '' }, null],
    ['url', readUrl, { type: 'url', url: 'https://x.example' }, 'https://x.example'],
    [
      'day',
      readDate,
      { type: 'date', date: { start: '2026-11-25', end: null } },
      { start: '2026-11-25', end: null },
    ],
    [
      'span',
      readDate,
      { type: 'date', date: { start: '2026-11-25', end: '2026-11-26' } },
      { start: '2026-11-25', end: '2026-11-26' },
    ],
    ['no date', readDate, { type: 'date', date: null }, null],
    [
      'relation',
      readRelation,
      { type: 'relation', relation: [{ id: 'a' }, { id: 'b' }], has_more: true },
      { ids: ['a', 'b'], hasMore: true },
    ],
    ['no relation', readRelation, { type: 'relation', relation: [] }, { ids: [], hasMore: false }],
  ])('%s', (_, read, value, expected) => {
    expect(read(value)).toEqual(expected)
  })

  test('another type, or no property at all, is null', () => {
    const readers = [
      readText,
      readCheckbox,
      readChoice,
      readNumber,
      readEmail,
      readUrl,
      readDate,
      readRelation,
    ]
    const others = [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { type: 'files', files: [] },
      { type: 1 },
      { type: 'toString' },
    ]
    for (const read of readers) for (const other of others) expect(read(other)).toBeNull()
  })
})

describe('writing', () => {
  const why = (written: { ok: boolean }): unknown => ('why' in written ? written.why : null)

  test.each([0, 1, 2_000, 2_001, 200_000])('a text of %d characters comes back whole', length => {
    const text = 'x'.repeat(length)
    const written = writeText(text)
    if (!written.ok) throw new Error(written.why)
    expect(written.json.rich_text).toHaveLength(Math.ceil(length / 2_000))
    expect(plainTextOf(written.json.rich_text)).toBe(text)
  })

  test('a text that Notion cannot hold is refused, never cut', () => {
    expect(why(writeText('x'.repeat(200_001)))).toBe(
      'a text of 200001 characters does not fit into a property',
    )
    expect(writeText('漢'.repeat(90_000)).ok).toBe(true)
    expect(writeText('漢'.repeat(110_000)).ok).toBe(false)
  })

  test('a text is cleaned, a title stands on one line', () => {
    expect(writeText('a\r\nb\u0000\ud800')).toEqual({
      ok: true,
      json: { rich_text: [{ type: 'text', text: { content: 'a\nb␀�' } }] },
    })
    expect(writeTitle('a\r\n b')).toEqual({
      ok: true,
      json: { title: [{ type: 'text', text: { content: 'a b' } }] },
    })
  })

  test.each([
    [writeNumber(1.5), { number: 1.5 }],
    [writeNumber(null), { number: null }],
    [writeSelect('High'), { select: { name: 'High' } }],
    [writeSelect(null), { select: null }],
    [writeStatus('New'), { status: { name: 'New' } }],
    [writeEmail('a@b.example'), { email: 'a@b.example' }],
    [writeEmail(null), { email: null }],
    [writeUrl(`https://x.example/${'x'.repeat(1_982)}`), { url: `https://x.example/${'x'.repeat(1_982)}` }],
    [writeUrl(null), { url: null }],
    [writeDate(null), { date: null }],
    [writeDate({ start: '2026-11-25', end: null }), { date: { start: '2026-11-25' } }],
    [
      writeDate({ start: '2026-11-25T08:00:00.000Z', end: '2026-11-25T09:00:00+01:00' }),
      { date: { start: '2026-11-25T08:00:00.000Z', end: '2026-11-25T09:00:00+01:00' } },
    ],
    [writeRelation(['a']), { relation: [{ id: 'a' }] }],
  ])('%j', (written, json) => {
    expect(written).toEqual({ ok: true, json })
  })

  test('a box', () => {
    expect([writeCheckbox(true), writeCheckbox(false)]).toEqual([{ checkbox: true }, { checkbox: false }])
  })

  test.each([
    [writeNumber(Number.NaN), 'NaN is no number that Notion can hold'],
    [writeNumber(Infinity), 'Infinity is no number that Notion can hold'],
    [writeSelect('a, b'), 'the name of an option has no comma: "a, b"'],
    [writeSelect(' '), 'the name of an option has 1 to 100 characters'],
    [writeStatus('x'.repeat(101)), 'the name of an option has 1 to 100 characters'],
    [writeEmail(`${'x'.repeat(200)}@`), 'an e-mail address has 1 to 200 characters'],
    [writeEmail(''), 'an e-mail address has 1 to 200 characters'],
    [writeUrl('x'.repeat(2_001)), 'an address has 1 to 2000 characters'],
    [writeDate({ start: 'tomorrow', end: null }), '"tomorrow" or its end is no ISO date'],
    [writeDate({ start: '2026-11-25', end: '2026-13-01' }), '"2026-11-25" or its end is no ISO date'],
    [writeRelation(Array.from({ length: 101 }, () => 'a')), 'a relation takes at most 100 pages at once'],
  ])('%j is refused', (written, reason) => {
    expect(written).toEqual({ ok: false, why: reason })
  })
})
