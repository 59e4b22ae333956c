import { mayDecide, type Verb } from '../domain/decision.ts'
import { nextCommand } from '../domain/next-command.ts'
import { RUN_STATES } from '../domain/run-state.ts'
import { AppError } from '../kernel/errors.ts'
import type { Decided } from '../store/decisions.ts'
import type { TaskSummary } from '../store/tasks.ts'

/** What an operator's verb on a task did, or would do. */
export interface Decision {
  readonly dryRun: boolean
  readonly taskId: string
  readonly title: string
  readonly runId: string
  /** The status before, and after (the same in a dry run). */
  readonly before: string
  readonly status: string
  readonly did: string
}

const DID = {
  approve: 'approved',
  return: 'returned',
  cancel: 'cancelled',
  retry: 'retried',
  dismiss: 'dismissed',
} as const satisfies Record<Verb, string>

/**
 * Turns the store's answer to a decision into a result.
 * @throws AppError `refused` where the run was in a state that does not allow it
 */
export function decisionOf(task: TaskSummary, verb: Verb, decided: Decided): Decision {
  const status = RUN_STATES[decided.state].status
  if (decided.kind === 'refused') {
    throw new AppError(
      'refused',
      `task ${task.id} cannot be ${DID[verb]}: it is ${status}`,
      nextCommand({ ...task, state: decided.state }) ?? `echopilot task show ${task.id}`,
    )
  }
  return {
    dryRun: false,
    taskId: task.id,
    title: task.title,
    runId: decided.runId,
    before: task.status,
    status,
    did: DID[verb],
  }
}

/**
 * What a decision would do, by the same rule that the store applies.
 * @throws AppError `refused`
 */
export function plannedDecision(task: TaskSummary, verb: Verb): Decision {
  const answer = decisionOf(task, verb, {
    kind: mayDecide(verb, task.state) ? 'done' : 'refused',
    runId: task.runId,
    state: task.state,
  })
  return { ...answer, dryRun: true }
}

/** One line for people. */
export function renderDecision(decision: Decision): string {
  return decision.dryRun
    ? `would be ${decision.did}: ${decision.title} (${decision.status})`
    : `${decision.did}: ${decision.title} (${decision.before} → ${decision.status})`
}
