import type { RunStatus } from '../domain/run-state.ts'
import { state, type Span, type Tone } from '../kernel/document.ts'
import type { ProofOutcome } from '../domain/proof.ts'

/** How a state is shown: ended well, ended badly, needs a person; work that goes on has no colour. */
const STATUS_TONES = {
  New: 'open',
  Queued: 'open',
  Processing: 'open',
  QA: 'open',
  'Waiting Human': 'warn',
  Held: 'warn',
  Failed: 'warn',
  Done: 'good',
  'Failed-Final': 'bad',
  Cancelled: 'open',
} as const satisfies Record<RunStatus, Tone>

/** A status as people see it. */
export function statusState(status: RunStatus): Span {
  return state(status, STATUS_TONES[status])
}

/** What was not measured is never green. */
const PROOF_TONES = { proved: 'good', failed: 'bad', not_proved: 'open' } as const satisfies Record<
  ProofOutcome,
  Tone
>

/** What `doctor` found. */
export function proofState(outcome: ProofOutcome): Span {
  return state(proofText(outcome), PROOF_TONES[outcome])
}

/** `not proved`, as people read it. */
export function proofText(outcome: ProofOutcome): string {
  return outcome.replace('_', ' ')
}
