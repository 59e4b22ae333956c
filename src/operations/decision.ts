import { mayDecide, mayDecideEffect, type Verb } from '../domain/decision.ts'
import { nextCommand, nextOfEffect } from '../domain/next-command.ts'
import { RUN_STATES, type RunStatus } from '../domain/run-state.ts'
import { statusState } from '../figures/marks.ts'
import { document, line, next, words, type Document } from '../kernel/document.ts'
import { AppError } from '../kernel/errors.ts'
import { textField } from '../kernel/field.ts'
import { findEffect, findTask } from '../pipeline/tasks.ts'
import type { Decided } from '../store/decisions.ts'
import type { EffectDecided } from '../store/effects.ts'
import type { Effect } from '../store/effect-rows.ts'
import type { TaskSummary } from '../store/tasks.ts'
import { defineOperation, type AnyOperation } from './define.ts'

/** The task of a decision, as every verb is told it. */
export const taskIdField = textField('task or run, or the beginning of its id')

/** What an operator's verb on a task did, or would do. */
interface Decision {
  readonly dryRun: boolean
  readonly taskId: string
  readonly title: string
  readonly runId: string
  /** The status before, and after (the same in a dry run). */
  readonly before: RunStatus
  readonly status: RunStatus
  readonly did: string
}

const DID = {
  approve: 'approved',
  return: 'returned',
  cancel: 'cancelled',
  retry: 'retried',
  dismiss: 'dismissed',
} as const satisfies Record<Verb, string>

/** Declares a verb on a task that needs nothing but its id. */
export function defineTaskDecision(verb: 'approve' | 'cancel' | 'dismiss', summary: string): AnyOperation {
  return defineOperation({
    path: ['task', verb],
    summary,
    input: { id: taskIdField },
    positionals: ['id'],
    needs: { store: 'required' },
    access: 'write',
    scope: 'operate',
    run: async ({ store, actor, dryRun }, { id }) => {
      const task = await findTask(store, id)
      if (dryRun) return plannedDecision(task, verb)
      return decisionOf(task, verb, await store.decisions[verb](task.id, actor))
    },
    render: renderDecision,
  })
}

/**
 * Turns the store's answer to a decision into a result.
 * @throws AppError `refused` where the run was in a state that does not allow it
 */
export function decisionOf(task: TaskSummary, verb: Verb, decided: Decided): Decision {
  const { status } = RUN_STATES[decided.state]
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
  const kind = mayDecide(verb, task.state) ? 'decided' : 'refused'
  return { ...decisionOf(task, verb, { kind, runId: task.runId, state: task.state }), dryRun: true }
}

/** One line for people. */
export function renderDecision({ dryRun, did, title, before, status }: Decision): Document {
  const change =
    dryRun || before === status ? statusState(status) : words`${statusState(before)} → ${statusState(status)}`
  return document(line`${dryRun ? 'would be ' : ''}${did}: ${title} (${change})`)
}

/** What an operator's verb on an effect did, or would do. */
interface EffectDecision {
  readonly dryRun: boolean
  readonly effectId: string
  readonly key: string
  /** The state before, and after (the same in a dry run). */
  readonly before: Effect['state']
  readonly state: Effect['state']
  readonly did: 'made due' | 'dismissed'
}

/** Declares a verb on a write to the outside; refused where its state does not allow it. */
export function defineEffectDecision(verb: 'retry' | 'dismiss', summary: string): AnyOperation {
  return defineOperation({
    path: ['effect', verb],
    summary,
    input: { id: textField('effect, or the beginning of its id') },
    positionals: ['id'],
    needs: { store: 'required' },
    access: 'write',
    scope: 'operate',
    run: async ({ store, actor, dryRun }, { id }) => {
      const effect = await findEffect(store, id)
      const decided: EffectDecided = dryRun
        ? { kind: mayDecideEffect(verb, effect.state) ? 'decided' : 'refused', state: effect.state }
        : await store.effects[verb](effect.id, actor)
      if (decided.kind === 'refused') throw refusedEffect(effect, decided)
      const did = verb === 'retry' ? ('made due' as const) : ('dismissed' as const)
      return { dryRun, effectId: effect.id, key: effect.key, before: effect.state, state: decided.state, did }
    },
    render: renderEffectDecision,
  })
}

function refusedEffect(effect: Effect, { state }: EffectDecided): AppError {
  return new AppError(
    'refused',
    state === 'done'
      ? `${effect.id} was written already`
      : `${effect.id} cannot be dismissed: it is ${state}, not dead`,
    nextOfEffect({ ...effect, state }) ?? 'echopilot effect list',
  )
}

/** For people; what was made due is written by the next `deliver`. */
function renderEffectDecision({ dryRun, did, key, before, state }: EffectDecision): Document {
  if (dryRun) return document(`would be ${did}: ${key} (${state})`)
  return document(
    `${did}: ${key} (${before} → ${state})`,
    next(state === 'pending' ? 'echopilot deliver' : null),
  )
}
