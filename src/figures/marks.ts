import type { RunStatus } from '../domain/run-state.ts'
import type { Style } from '../kernel/style.ts'
import type { ProofOutcome } from '../store/proofs.ts'

/** How a status looks: what is over and right, what is over and wrong, what wants a person, what goes on. */
export function statusMark(status: RunStatus, style: Style): (text: string) => string {
  switch (status) {
    case 'Done':
      return style.good
    case 'Failed-Final':
      return style.bad
    case 'Waiting Human':
    case 'Held':
    case 'Failed':
      return style.warn
    case 'New':
    case 'Queued':
    case 'Processing':
    case 'QA':
    case 'Cancelled':
      return text => text
  }
}

/** How a proof looks. Nothing is green that was not measured. */
export function proofMark(outcome: ProofOutcome, style: Style): (text: string) => string {
  switch (outcome) {
    case 'proved':
      return style.good
    case 'failed':
      return style.bad
    case 'not_proved':
      return style.dim
  }
}

/** `not proved`, as people read it. */
export function proofText(outcome: ProofOutcome): string {
  return outcome.replace('_', ' ')
}
