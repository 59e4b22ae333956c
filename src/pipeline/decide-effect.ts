import { mayDecideEffect } from '../domain/decision.ts'
import { nextOfEffect } from '../domain/next-command.ts'
import { AppError } from '../kernel/errors.ts'
import type { Style } from '../kernel/style.ts'
import type { EffectDecided } from '../store/effects.ts'
import type { Effect } from '../store/effect-rows.ts'

/** What an operator's verb on an effect did, or would do. */
export interface EffectDecision {
  readonly dryRun: boolean
  readonly effectId: string
  readonly key: string
  /** The state before, and after (the same in a dry run). */
  readonly before: Effect['state']
  readonly state: Effect['state']
  readonly did: 'made due' | 'dismissed'
}

/**
 * Turns the store's answer into a result.
 * @throws AppError `refused` where the effect was in a state that does not allow it
 */
export function decidedEffect(
  effect: Effect,
  verb: 'retry' | 'dismiss',
  decided: EffectDecided,
): EffectDecision {
  if (decided.kind === 'refused') {
    throw new AppError(
      'refused',
      decided.state === 'done'
        ? `${effect.id} was written already`
        : `${effect.id} cannot be dismissed: it is ${decided.state}, not dead`,
      nextOfEffect({ ...effect, state: decided.state }) ?? 'echopilot effect list',
    )
  }
  return {
    dryRun: false,
    effectId: effect.id,
    key: effect.key,
    before: effect.state,
    state: decided.state,
    did: verb === 'retry' ? 'made due' : 'dismissed',
  }
}

/**
 * What a verb would do, by the same rule that the store applies.
 * @throws AppError `refused`
 */
export function plannedEffect(effect: Effect, verb: 'retry' | 'dismiss'): EffectDecision {
  const kind = mayDecideEffect(verb, effect.state) ? 'done' : 'refused'
  return { ...decidedEffect(effect, verb, { kind, state: effect.state }), dryRun: true }
}

/** For people; what was made due is written by the next `deliver`. */
export function renderEffectDecision(decision: EffectDecision, style: Style): string {
  if (decision.dryRun) return `would be ${decision.did}: ${decision.key} (${decision.state})`
  const next = decision.state === 'pending' ? `\n${style.hint('next: echopilot deliver')}` : ''
  return `${decision.did}: ${decision.key} (${decision.before} → ${decision.state})${next}`
}
