import type { AuditHead, AuditRow, ChainEnd } from '../domain/audit.ts'
import { headOf } from './audit-chain.ts'
import { readRow, readRows, type RowReader, type StoreCore } from './core.ts'

/** Reads the audit chain; it is written by the changes that it tells of. */
export function auditStore(core: StoreCore) {
  return {
    /** Where it has come to; null where that is lost. */
    head: async (): Promise<AuditHead | null> => headOf(core.engine),
    /**
     * The rows after one, in their order, at most so many; from the very first where it is null. Its number is exact
     * also where no program of ours gave it: rounded, the same row would be found for ever.
     */
    rows: async (afterSeq: bigint | number | null, limit: number): Promise<AuditRow[]> =>
      readRows(core, ROWS, { after: afterSeq ?? BEFORE_ALL, limit }, readAudit),
    /** Its end, as head and rows have it at one instant. */
    end: async (): Promise<ChainEnd> =>
      readRow(core, END, {}, is => {
        const seq = is.numberOrNull('seq')
        const head = seq === null ? null : { seq, digest: is.text('digest') }
        return { head, lastSeq: is.numberOrNull('last_seq') }
      }),
  }
}

/** The least number that there is: what stands before the first row is found too. */
const BEFORE_ALL = -(2n ** 63n)

/** Numbers as their digits: of what no program wrote there, every digit. */
const ROWS = `SELECT CAST(seq AS TEXT) AS seq_text, CAST(at_ms AS TEXT) AS at_text, actor, kind, subjects, program_commit,
    previous, digest FROM audit_log WHERE seq > :after ORDER BY seq LIMIT :limit`

const END = `SELECT (SELECT MAX(seq) FROM audit_log) AS last_seq, (SELECT seq FROM audit_head) AS seq,
    (SELECT digest FROM audit_head) AS digest`

function readAudit(is: RowReader): AuditRow {
  return {
    seq: is.text('seq_text'),
    atMs: is.text('at_text'),
    actor: is.text('actor'),
    kind: is.text('kind'),
    subjects: is.text('subjects'),
    commit: is.text('program_commit'),
    previous: is.text('previous'),
    digest: is.text('digest'),
  }
}
