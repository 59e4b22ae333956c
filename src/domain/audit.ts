import { sha256 } from '../kernel/digest.ts'

/**
 * What is said of a thing that a change was about: figures, states, digests and ids, never a person's words, so that
 * erasing those does not break the chain (SPEC §13).
 */
export type AuditFacts = Readonly<Record<string, string | number | boolean | null>>

/** The things that a change was about, by their ids. */
export type AuditSubjects = Readonly<Record<string, AuditFacts>>

/** Where a chain has come to: the number of its newest row, and that row's digest. */
export interface AuditHead {
  readonly seq: number
  readonly digest: string
}

/** What the first row follows. */
export const CHAIN_START: AuditHead = { seq: 0, digest: '0'.repeat(64) }

/** What the first row of a chain says; in any other place it says that the head was lost. */
export const CHAIN_BEGINS = 'audit.begin'

/** What the proof of a whole chain is about. */
export const AUDIT_CHAIN = 'audit chain'

/** A row without its digest, as it is kept: numbers as their digits, and what it was about as JSON. */
export interface AuditEntry {
  readonly seq: string
  readonly atMs: string
  readonly actor: string
  readonly kind: string
  readonly subjects: string
  readonly commit: string
  /** Digest of the row before. */
  readonly previous: string
}

/** A row of the chain. */
export interface AuditRow extends AuditEntry {
  readonly digest: string
}

/** What is wrong with a chain, at the first place where it is. */
export interface AuditFlaw {
  /** Number of the first row that is not as it was written. */
  readonly seq: number
  readonly what: string
}

/** The chain as the store has it beside its rows: the newest row by its head, and by the rows. Null where there is none. */
export interface ChainEnd {
  readonly head: AuditHead | null
  readonly lastSeq: number | null
}

/**
 * What is wrong with a row that comes after those up to `before`, which are as they were written; null where nothing is.
 * An edit, a row that is missing, one that was put in and two that changed places are each found at the first such row.
 */
export function flawOf(before: AuditHead, row: AuditRow): AuditFlaw | null {
  const seq = before.seq + 1
  const found = Number(row.seq)
  if (found > seq) return { seq, what: `${rowsText(seq, found - 1)} missing` }
  if (row.seq !== String(seq)) return { seq: found, what: `row ${row.seq} stands before the first` }
  if (digestOf(row) !== row.digest) return { seq, what: `row ${seq} was changed after it was written` }
  if (row.kind === CHAIN_BEGINS && seq > 1) {
    return { seq, what: `the chain begins anew at row ${seq}: its head was lost before it` }
  }
  return row.previous === before.digest
    ? null
    : { seq, what: `row ${seq} does not follow from the one before: one of the two was written anew` }
}

/** What is wrong behind rows that are as they were written. */
export function flawAtEnd(last: AuditHead, { head }: ChainEnd): AuditFlaw | null {
  const seq = last.seq + 1
  if (head === null) {
    const what = last.seq === 0 ? 'all rows and the head are' : `the head is`
    return { seq, what: `${what} missing: nobody can tell how many rows there were` }
  }
  if (head.seq > last.seq) return { seq, what: `${rowsText(seq, head.seq)} missing at the end` }
  if (head.seq < last.seq) {
    return { seq: head.seq + 1, what: `${rowsText(head.seq + 1, last.seq)} put in behind the head` }
  }
  if (last.seq === 0) return { seq, what: 'all rows are missing: a chain has one from its beginning' }
  return head.digest === last.digest
    ? null
    : { seq: last.seq, what: `the head is not that of row ${last.seq}: one of the two was written anew` }
}

/** A head as it is told the outside: `1234:` and the 64 digits of its digest. */
export function headText({ seq, digest }: AuditHead): string {
  return `${seq}:${digest}`
}

/** The same in short, for one line of a screen. */
export function shortHead({ seq, digest }: AuditHead): string {
  return `${seq}:${digest.slice(0, SHORT_DIGITS)}`
}

/** Fewer could be met by a chain that was made until they fit. */
const SHORT_DIGITS = 16

/** A head that was seen outside, in whole or in short; null where it is none. */
export function parseHead(text: string): AuditHead | null {
  const [, seq, digest] = /^([1-9]\d{0,14}):([0-9a-f]{16,64})$/.exec(text.trim().toLowerCase()) ?? []
  return seq === undefined || digest === undefined ? null : { seq: Number(seq), digest }
}

/**
 * What a head that was seen outside says of a chain without a flaw of its own: `found` is its row of that number, null
 * where it has none. Of a chain that was written anew as a whole nothing else tells.
 */
export function flawAgainst(seen: AuditHead, found: AuditHead | null, last: AuditHead): AuditFlaw | null {
  if (found === null) {
    const what = `${rowsText(last.seq + 1, seen.seq)} missing: the head that was seen outside is of row ${seen.seq}`
    return { seq: last.seq + 1, what }
  }
  const what = `row ${seen.seq} is not the one that was seen outside: it, or a row before it, was written anew`
  return found.digest.startsWith(seen.digest) ? null : { seq: seen.seq, what }
}

function rowsText(from: number, to: number): string {
  return from === to ? `row ${from} is` : `rows ${from} to ${to} are`
}

/** The SHA-256 of a row: of its line in an export, without the part that holds this. */
export function digestOf(entry: AuditEntry): string {
  return sha256(`${startOf(entry)}}`)
}

/** A row as a line of an export: JSON, of which all but its last member is what was digested. */
export function auditLine(row: AuditRow): string {
  return `${startOf(row)},"digest":${auditJson(row.digest)}}`
}

/** Numbers and subjects stand in it as they are kept: a change of any character is another digest. */
function startOf({ seq, atMs, actor, kind, subjects, commit, previous }: AuditEntry): string {
  const after = `"commit":${auditJson(commit)},"previous":${auditJson(previous)}`
  return `{"seq":${seq},"atMs":${atMs},"actor":${auditJson(actor)},"kind":${auditJson(kind)},"subjects":${subjects},${after}`
}

/** JSON on one line for every reader: some take these two characters for the end of one. */
export function auditJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
