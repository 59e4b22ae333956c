/** The product's grammar: measured and right, measured and wrong, or not measured. */
export type ProofOutcome = 'proved' | 'failed' | 'not_proved'

/** What `doctor` found of one subject. */
export interface ProofFacts {
  readonly subject: string
  readonly outcome: ProofOutcome
  readonly detail: string
  /** The next command to type, where something is wrong. */
  readonly fix: string | null
  /** It cannot be measured by a look: where something was found of it before, that stands. */
  readonly stands?: true
}

/** A finding, in one line. */
export function proof(
  outcome: ProofOutcome,
  subject: string,
  detail: string,
  fix: string | null = null,
): ProofFacts {
  return { subject, outcome, detail, fix }
}

/** What the proof is about that pings of a job arrive. */
export function pingSubject(job: string): string {
  return `ping ${job}`
}
