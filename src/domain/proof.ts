/** What a probe found of one subject; `not_proved` where it could not be tried. */
export interface ProbeResult {
  readonly subject: string
  readonly outcome: 'proved' | 'failed' | 'not_proved'
  readonly detail: string
  /** The next command to type, where something is wrong. */
  readonly fix: string | null
}

/** What a probe found, in one line. */
export function proof(
  outcome: ProbeResult['outcome'],
  subject: string,
  detail: string,
  fix: string | null = null,
): ProbeResult {
  return { subject, outcome, detail, fix }
}
