import type { EffectState } from './effect-kind.ts'
import { isFinal, type RunState } from './run-state.ts'

/** What a person can decide about a task. */
export type Verb = 'approve' | 'return' | 'cancel' | 'retry' | 'dismiss'

/** Whether that can be decided about a run in this state: for the store, which does it, and for a dry run. */
export function mayDecide(verb: Verb, state: RunState): boolean {
  switch (verb) {
    case 'approve':
    case 'return':
      return state === 'waiting_human'
    case 'cancel':
      return !isFinal(state)
    case 'retry':
      return isFinal(state) || state === 'retrying'
    case 'dismiss':
      return state === 'failed_final'
  }
}

/** Whether that can be decided about an effect in this state; to dismiss one twice is to dismiss it once. */
export function mayDecideEffect(verb: 'retry' | 'dismiss', state: EffectState): boolean {
  return verb === 'retry' ? state !== 'done' : state === 'dead' || state === 'dismissed'
}
