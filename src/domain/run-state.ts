/**
 * The states of a run: the one table (SPEC §7). `status` is what Notion and the operator see; `to` are the
 * only states that may follow.
 */
export const RUN_STATES = {
  queued: { status: 'Queued', to: ['generating', 'held', 'retrying', 'failed_final', 'cancelled'] },
  generating: {
    status: 'Processing',
    to: ['generated', 'queued', 'waiting_human', 'held', 'retrying', 'failed_final', 'cancelled'],
  },
  generated: {
    status: 'QA',
    to: ['judging', 'revising', 'done', 'waiting_human', 'held', 'retrying', 'failed_final', 'cancelled'],
  },
  judging: {
    status: 'QA',
    to: ['generated', 'done', 'waiting_human', 'held', 'retrying', 'failed_final', 'cancelled'],
  },
  revising: {
    status: 'Processing',
    to: ['generated', 'waiting_human', 'held', 'retrying', 'failed_final', 'cancelled'],
  },
  waiting_human: { status: 'Waiting Human', to: ['generated', 'done', 'cancelled'] },
  held: { status: 'Held', to: ['queued', 'generated', 'cancelled'] },
  retrying: {
    status: 'Failed',
    to: ['generating', 'judging', 'revising', 'generated', 'held', 'failed_final', 'cancelled', 'queued'],
  },
  done: { status: 'Done', to: [] },
  failed_final: { status: 'Failed-Final', to: [] },
  cancelled: { status: 'Cancelled', to: [] },
} as const satisfies Record<string, { status: string; to: readonly string[] }>

/** A name in {@link RUN_STATES}. */
export type RunState = keyof typeof RUN_STATES

/** What Notion's Status shows for a run in this state. A task with no run yet shows `New`. */
export type RunStatus = (typeof RUN_STATES)[RunState]['status'] | 'New'

/** Whether the table allows going from one state to the other. */
export function mayGo(from: RunState, to: RunState): boolean {
  const ways: readonly string[] = RUN_STATES[from].to
  return ways.includes(to)
}

/** A final state is never left: the receipt's core is sealed on entering it. */
export function isFinal(state: RunState): boolean {
  return RUN_STATES[state].to.length === 0
}

/** The stages of a run that ask a model. */
export type Stage = 'generate' | 'judge' | 'revise'

/** The state of a run while a stage works on it. */
export const STAGE_STATE = {
  generate: 'generating',
  judge: 'judging',
  revise: 'revising',
} as const satisfies Record<Stage, RunState>

/** The state in which a run waits for a stage to begin. */
export const WAITING_STATE = {
  generate: 'queued',
  judge: 'generated',
  revise: 'generated',
} as const satisfies Record<Stage, RunState>

/** From the last to be done to the first. */
export const PRIORITIES = ['Low', 'Normal', 'High', 'Rush'] as const
/** Higher ones are picked first; among equals the oldest. */
export type Priority = (typeof PRIORITIES)[number]

/** 0 for Low up to 3 for Rush. */
export function priorityRank(priority: Priority): number {
  return PRIORITIES.indexOf(priority)
}
