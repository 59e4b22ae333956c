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

/** The SHA-256 of a row: of its line in an export, without the part that holds this. */
export function digestOf(entry: AuditEntry): string {
  return sha256(`${startOf(entry)}}`)
}

/** Numbers and subjects stand in it as they are kept: a change of any character is another digest. */
function startOf({ seq, atMs, actor, kind, subjects, commit, previous }: AuditEntry): string {
  const after = `"commit":${JSON.stringify(commit)},"previous":${JSON.stringify(previous)}`
  return `{"seq":${seq},"atMs":${atMs},"actor":${JSON.stringify(actor)},"kind":${JSON.stringify(kind)},"subjects":${subjects},${after}`
}
