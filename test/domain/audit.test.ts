/** Whatever is done to a chain is found, at the first row that is not as it was written. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CHAIN_START,
  auditLine,
  digestOf,
  flawAgainst,
  flawAtEnd,
  flawOf,
  headText,
  parseHead,
  shortHead,
  type AuditFlaw,
  type AuditHead,
  type AuditRow,
} from '../../src/domain/audit.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { sha256 } from '../../src/kernel/digest.ts'

const SEED = 20_261_130
const ROWS = 10_000
const EDITS = 1_000

const CHAIN = chainOf(ROWS)
const HEADS = CHAIN.map(({ seq, digest }) => ({ seq: Number(seq), digest }))
const LAST = headAfter(ROWS)

function chainOf(rows: number): AuditRow[] {
  const chain: AuditRow[] = []
  for (let seq = 1; seq <= rows; seq += 1) {
    chain.push(
      sealed({
        seq: String(seq),
        atMs: String(1_795_608_000_000 + seq),
        actor: seq % 3 === 0 ? 'pipeline' : 'cli:ana',
        kind: seq === 1 ? 'audit.begin' : 'run.finish',
        subjects: `{"run_${String(seq)}":{"state":"done","score":${String(seq % 101)}}}`,
        commit: 'c0ffee000000',
        previous: chain.at(-1)?.digest ?? CHAIN_START.digest,
      }),
    )
  }
  return chain
}

function sealed(entry: Omit<AuditRow, 'digest'>): AuditRow {
  return { ...entry, digest: digestOf(entry) }
}

/** The head when so many rows were there. */
function headAfter(rows: number): AuditHead {
  return HEADS[rows - 1] ?? CHAIN_START
}

/** The first flaw of rows that are those of the chain up to `same`: those were read already. */
function firstFlaw(rows: readonly AuditRow[], same: number, head: AuditHead | null = LAST): AuditFlaw | null {
  let last = headAfter(same)
  for (const row of rows.slice(same)) {
    const flaw = flawOf(last, row)
    if (flaw !== null) return flaw
    last = { seq: last.seq + 1, digest: row.digest }
  }
  return flawAtEnd(last, { head, lastSeq: last.seq })
}

test('a chain that nobody touched has no flaw, from its first row to its head', () => {
  expect(firstFlaw(CHAIN, 0)).toBeNull()
})

const column = fc.constantFrom(
  'atMs',
  'actor',
  'kind',
  'subjects',
  'commit',
  'previous',
  'digest',
  'seq',
) satisfies fc.Arbitrary<keyof AuditRow>
const at = fc.integer({ min: 1, max: ROWS })

/** A text with one character put in, taken out or in the place of another. */
function edited(text: string, position: number, character: string, way: 'put' | 'take' | 'change'): string {
  const place = position % (text.length + (way === 'put' ? 1 : 0))
  return (
    text.slice(0, place) + (way === 'take' ? '' : character) + text.slice(place + (way === 'put' ? 0 : 1))
  )
}

/** What a number of the store can be. */
function fits(name: keyof AuditRow, value: string): boolean {
  return (name !== 'seq' && name !== 'atMs') || /^-?(?:0|[1-9]\d{0,17})$/.test(value)
}

test(`each of ${String(EDITS)} single edits of ${String(ROWS)} rows is found, at its row`, () => {
  const character = fc.oneof(
    fc.constantFrom('0', '9', 'a', 'f', ' ', ',', ':', '"', '{', '}'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  )
  const way = fc.constantFrom('put', 'take', 'change')
  let edits = 0
  fc.assert(
    fc.property(at, column, fc.nat(), character, way, (seq, name, position, by, how) => {
      const row = CHAIN[seq - 1]
      const value = edited(row?.[name] ?? '', position, by, how)
      fc.pre(row !== undefined && value !== row[name] && fits(name, value))
      edits += 1
      const rows = CHAIN.with(seq - 1, { ...row, [name]: value })
      // The store gives its rows in the order of their numbers: one with another number stands elsewhere.
      const moved = name === 'seq' ? rows.toSorted((a, b) => Number(a.seq) - Number(b.seq)) : rows
      const flaw = firstFlaw(moved, Math.max(0, Math.min(seq, name === 'seq' ? Number(value) : seq) - 1))
      const first = name === 'seq' && Number(value) < seq ? Number(value) : seq
      expect(flaw?.seq).toBeGreaterThanOrEqual(first)
      expect(flaw?.seq).toBeLessThanOrEqual(Math.max(first + 1, 1))
    }),
    { seed: SEED, numRuns: EDITS },
  )
  expect(edits).toBe(EDITS)
})

test('what is taken out, put in, made to change places or cut off is found where it begins', () => {
  fc.assert(
    fc.property(at, fc.integer({ min: 1, max: 50 }), (seq, count) => {
      const end = Math.min(seq + count - 1, ROWS)
      expect(firstFlaw(CHAIN.toSpliced(seq - 1, end - seq + 1), seq - 1)).toMatchObject({ seq })
      expect(firstFlaw(CHAIN.slice(0, seq), seq)).toEqual(
        seq === ROWS ? null : { seq: seq + 1, what: textLike(/missing at the end/) },
      )
      const forged = { ...CHAIN[seq - 1], actor: 'mallory' }
      const renumbered = CHAIN.slice(seq - 1).map(row => ({ ...row, seq: String(Number(row.seq) + 1) }))
      const put = sealed({ ...CHAIN_ROW, ...forged })
      expect(firstFlaw([...CHAIN.slice(0, seq - 1), put, ...renumbered], seq - 1)).toMatchObject({
        seq: seq + 1,
      })
      if (end === seq) return
      const [one, other] = [CHAIN[seq - 1], CHAIN[end - 1]]
      if (one === undefined || other === undefined) return
      const swapped = CHAIN.with(seq - 1, { ...other, seq: one.seq }).with(end - 1, {
        ...one,
        seq: other.seq,
      })
      expect(firstFlaw(swapped, seq - 1)).toMatchObject({ seq })
    }),
    { seed: SEED, numRuns: 200 },
  )
})

const CHAIN_ROW: AuditRow =
  CHAIN[0] ?? sealed({ seq: '1', atMs: '0', actor: '', kind: '', subjects: '', commit: '', previous: '' })

test('a row that was written anew with its own digest does not fit the next one, the last not the head', () => {
  fc.assert(
    fc.property(at, seq => {
      const anew = sealed({ ...(CHAIN[seq - 1] ?? CHAIN_ROW), actor: 'mallory' })
      const flaw = firstFlaw(CHAIN.with(seq - 1, anew), seq - 1)
      expect(flaw?.seq).toBe(Math.min(seq + 1, ROWS))
      expect(flaw?.what).toContain('one of the two was written anew')
    }),
    { seed: SEED, numRuns: 100 },
  )
})

test.each([
  ['no head', null, { seq: ROWS + 1, what: 'the head is missing: nobody can tell how many rows there were' }],
  [
    'a head of an earlier row',
    headAfter(ROWS - 3),
    { seq: ROWS - 2, what: 'rows 9998 to 10000 are put in behind the head' },
  ],
  [
    'a head of a later row',
    { seq: ROWS + 1, digest: 'x' },
    { seq: ROWS + 1, what: 'row 10001 is missing at the end' },
  ],
  [
    'another head',
    { seq: ROWS, digest: 'x' },
    { seq: ROWS, what: 'the head is not that of row 10000: one of the two was written anew' },
  ],
])('%s is a flaw', (_, head, flaw) => {
  expect(firstFlaw(CHAIN, ROWS, head)).toEqual(flaw)
})

test('an empty chain is one whose rows are missing, whatever its head', () => {
  expect(firstFlaw([], 0, null)).toMatchObject({
    what: textLike(/all rows and the head are missing/),
  })
  expect(firstFlaw([], 0, CHAIN_START)).toMatchObject({
    what: textLike(/all rows are missing/),
  })
})

test('of a chain that was written anew as a whole only a head from outside tells', () => {
  const seen = headAfter(5_000)
  expect(flawAgainst(seen, headAfter(5_000), LAST)).toBeNull()
  expect(flawAgainst({ ...seen, digest: seen.digest.slice(0, 16) }, headAfter(5_000), LAST)).toBeNull()
  const other = { seq: 5_000, digest: sha256('another chain') }
  expect(flawAgainst(seen, other, LAST)).toMatchObject({
    seq: 5_000,
    what: textLike(/written anew/),
  })
  expect(flawAgainst({ ...seen, seq: ROWS + 2 }, null, LAST)).toEqual({
    seq: ROWS + 1,
    what: `rows 10001 to 10002 are missing: the head that was seen outside is of row 10002`,
  })
})

test.each([
  ['1:0123456789abcdef', { seq: 1, digest: '0123456789abcdef' }],
  [` ${headText(LAST)}\n`, LAST],
  [headText(LAST).toUpperCase(), LAST],
  [shortHead(LAST), { seq: ROWS, digest: LAST.digest.slice(0, 16) }],
  ['0:0123456789abcdef', null],
  ['1:0123456789abcde', null],
  [`1:${'0'.repeat(65)}`, null],
  ['1:0123456789abcdeg', null],
  ['0123456789abcdef', null],
  ['', null],
])('the head %j is read as %j', (text, head) => {
  expect(parseHead(text)).toEqual(head)
})

test('a line of an export holds the row, and its digest is that of the line without it', () => {
  const [row] = CHAIN
  const line = auditLine(row ?? CHAIN_ROW)
  expect(JSON.parse(line)).toEqual({
    ...row,
    seq: 1,
    atMs: 1_795_608_000_001,
    subjects: { run_1: { state: 'done', score: 1 } },
  })
  expect(sha256(line.replace(/,"digest":"[0-9a-f]{64}"\}$/, '}'))).toBe(row?.digest)
})
