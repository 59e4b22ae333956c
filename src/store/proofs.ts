import type { ServiceUse } from '../domain/breaker.ts'
import type { ProofFacts, ProofOutcome } from '../domain/proof.ts'
import { readRows, type Change, type RowReader, type StoreCore } from './core.ts'
import { AUDIT_CHAIN } from '../domain/audit.ts'
import { useAnswered } from './pauses.ts'
import { listOf, listed } from './sql.ts'

const OUTCOMES: readonly ProofOutcome[] = ['proved', 'failed', 'not_proved']

/** What was found, to be kept. */
export interface NewProof extends ProofFacts {
  /** What answered a proof's call, that left at an instant, as it answers work: its pause is over. */
  readonly answered?: { readonly use: ServiceUse; readonly startedMs: number }
}

/** A finding with its age and what it was before. */
export interface Proof extends ProofFacts {
  readonly atMs: number
  /** When it was last proved; null where it never was. */
  readonly lastProvedMs: number | null
  /** What was found the time before. */
  readonly previous: ProofOutcome | null
}

/** The last finding of each subject. */
export function proofStore(core: StoreCore) {
  const read = (): Proof[] => readRows(core, 'SELECT * FROM proofs ORDER BY subject', {}, readProof)
  return {
    list: async () => read(),
    /**
     * Keeps the findings of everything that `doctor` looks at, and of nothing else of it, and ends the pauses of what
     * answered: runs that had failed there before are at fault themselves. Returns the findings beside what was found before.
     */
    save: (proofs: readonly NewProof[]) =>
      core.change(core.actor, 'proof.save', tx => {
        for (const proof of proofs) {
          upsert(tx, proof)
          const { answered } = proof
          if (answered !== undefined) useAnswered(tx, answered.use, null, answered.startedMs)
        }
        forgetOthers(tx, proofs)
        const found = new Set(proofs.map(({ subject }) => subject))
        return read().filter(({ subject }) => found.has(subject))
      }),
    /** Keeps what a command of its own has found, beside what is there. */
    keep: (proof: NewProof) => core.change(core.actor, 'proof.save', tx => upsert(tx, proof)),
  }
}

function upsert(tx: Change, { subject, outcome, detail, fix, stands }: ProofFacts): void {
  tx.engine.run(
    `INSERT INTO proofs (subject, outcome, detail, fix, at_ms, last_proved_ms)
     VALUES (:subject, :outcome, :detail, :fix, :now, CASE WHEN :outcome = 'proved' THEN CAST(:now AS INTEGER) END)
     ON CONFLICT (subject) DO UPDATE SET previous = proofs.outcome, outcome = excluded.outcome, detail = excluded.detail,
       fix = excluded.fix, at_ms = excluded.at_ms,
       last_proved_ms = COALESCE(excluded.last_proved_ms, proofs.last_proved_ms)
     WHERE :stands = 0`,
    { subject, outcome, detail, fix, stands: stands === true ? 1 : 0, now: tx.clock.now() },
  )
}

/** What is no longer looked at, such as a model that is not used any more, is neither proved nor failed. */
function forgetOthers(tx: Change, proofs: readonly NewProof[]): void {
  tx.engine.run(`DELETE FROM proofs WHERE subject NOT IN ${listed(':subjects')}`, {
    subjects: listOf([...proofs.map(proof => proof.subject), AUDIT_CHAIN]),
  })
}

function readProof(is: RowReader): Proof {
  return {
    subject: is.text('subject'),
    outcome: is.choice('outcome', OUTCOMES),
    detail: is.text('detail'),
    fix: is.textOrNull('fix'),
    atMs: is.number('at_ms'),
    lastProvedMs: is.numberOrNull('last_proved_ms'),
    previous: is.textOrNull<ProofOutcome>('previous'),
  }
}
