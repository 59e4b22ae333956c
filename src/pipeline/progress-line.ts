import { formatScore } from '../domain/next-step.ts'
import { RUN_STATES } from '../domain/run-state.ts'
import { cutTo, widthOf } from '../kernel/text.ts'
import type { ClaimedRun } from '../store/claims.ts'
import type { Run } from '../store/run-rows.ts'

const TITLE_COLUMNS = 42

/** One line of progress: what, which stage, what became of it. */
export function progressLine({ task, stage }: ClaimedRun, left: Run): string {
  const title = cutTo(task.title, TITLE_COLUMNS)
  const space = ' '.repeat(TITLE_COLUMNS - widthOf(title))
  const score = left.score === null || stage !== 'judge' ? '' : ` ${formatScore(left.score)}`
  const goesOn = left.nextStage !== null && (left.state === 'queued' || left.state === 'generated')
  const outcome = goesOn ? `then ${left.nextStage}` : `→ ${RUN_STATES[left.state].status}`
  return `${title}${space}  ${stage.padEnd(8)}${score.padEnd(6)} ${outcome}`
}
