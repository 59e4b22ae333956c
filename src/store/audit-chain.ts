import {
  auditJson,
  CHAIN_BEGINS,
  CHAIN_START,
  digestOf,
  type AuditFacts,
  type AuditHead,
  type AuditSubjects,
} from '../domain/audit.ts'
import type { Reader, Writer } from './engine.ts'

/** What a row of the chain says of where it came from, and what it is written with. */
interface Appending {
  readonly engine: Writer
  readonly clock: { now(): number }
  readonly actor: string
  readonly commit: string
}

/** What a change is about, as it is said while the change is made: of a thing that was named before, what is new. */
export function gathering(): {
  readonly about: (id: string, facts?: AuditFacts) => void
  readonly subjects: ReadonlyMap<string, AuditFacts>
} {
  const subjects = new Map<string, AuditFacts>()
  return { about: (id, facts) => void subjects.set(id, { ...subjects.get(id), ...facts }), subjects }
}

/**
 * Appends to the chain, in the transaction of what it tells of. Where the head is gone, or is not that of the newest
 * row, the chain begins anew behind what is there: work goes on, and whoever verifies it sees the place.
 */
export function appendAudit(tx: Appending, kind: string, subjects: AuditSubjects): void {
  const head = headOf(tx.engine)
  if (head !== null && append(tx, head, kind, subjects)) return
  append(tx, { ...CHAIN_START, seq: lastWithRoom(tx.engine) }, CHAIN_BEGINS, {})
  appendAudit(tx, kind, subjects)
}

/** Numbers that lie beyond are of no program of ours: from there on they cannot be counted up exactly. */
const MOST_ROWS = Number.MAX_SAFE_INTEGER - 2

/** The last number that two rows can be written behind; that of no row where there is none. */
function lastWithRoom(engine: Reader): number {
  const row = engine.get(
    `SELECT seq FROM audit_log a WHERE seq BETWEEN 1 AND :most
       AND NOT EXISTS (SELECT 1 FROM audit_log b WHERE b.seq IN (a.seq + 1, a.seq + 2))
     ORDER BY seq DESC LIMIT 1`,
    { most: MOST_ROWS },
  )
  return Number(row?.['seq'] ?? CHAIN_START.seq)
}

/** Where the chain has come to; null where that is lost, or is no number of a row. */
export function headOf(engine: Reader): AuditHead | null {
  const row = engine.get('SELECT seq, digest FROM audit_head WHERE seq BETWEEN 1 AND :most', {
    most: MOST_ROWS,
  })
  return row === undefined ? null : { seq: Number(row['seq']), digest: String(row['digest']) }
}

/** False, and nothing is appended, where a row stands in its place already. */
function append(tx: Appending, head: AuditHead, kind: string, subjects: AuditSubjects): boolean {
  const atMs = tx.clock.now()
  const entry = {
    seq: String(head.seq + 1),
    atMs: String(atMs),
    // As the store keeps texts: half of a pair is none.
    actor: tx.actor.toWellFormed(),
    kind,
    subjects: auditJson(subjects),
    commit: tx.commit,
    previous: head.digest,
  }
  const next = { seq: head.seq + 1, digest: digestOf(entry) }
  const appended = tx.engine.run(
    `INSERT INTO audit_log (seq, at_ms, actor, kind, subjects, program_commit, previous, digest)
     VALUES (:seq, :atMs, :actor, :kind, :subjects, :commit, :previous, :digest)
     ON CONFLICT (seq) DO NOTHING`,
    { ...entry, ...next, atMs },
  )
  if (appended === 0) return false
  tx.engine.run(
    `INSERT INTO audit_head (only, seq, digest) VALUES (1, :seq, :digest)
     ON CONFLICT (only) DO UPDATE SET seq = excluded.seq, digest = excluded.digest`,
    { ...next },
  )
  return true
}
