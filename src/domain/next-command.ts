import type { DeadCause, EffectState } from './effect-kind.ts'
import type { ErrorClass } from './error-class.ts'
import type { RunState } from './run-state.ts'

/** What tells the next command of a task. */
export interface Standing {
  readonly id: string
  readonly state: RunState
  /** Of the failure of its last run, if it failed. */
  readonly errorClass: ErrorClass | null
  /** Its page in Notion; null for a local task. */
  readonly pageId: string | null
}

/** What the operator can type next about a task in this state; null where there is nothing to do. */
export function nextCommand(task: Standing): string | null {
  switch (task.state) {
    case 'waiting_human':
      return `echopilot task approve ${task.id}, or echopilot task return ${task.id} --note "what to mend"`
    case 'failed_final':
      return afterFailure(task)
    case 'held':
      return 'echopilot poll --drain, when the cap has room'
    case 'retrying':
      return `echopilot task retry ${task.id}, to make the next attempt due now`
    case 'queued':
    case 'generated':
      return 'echopilot poll --drain'
    case 'done':
      return `echopilot explain ${task.id}`
    case 'generating':
    case 'judging':
    case 'revising':
      return `echopilot task show ${task.id} --follow`
    case 'cancelled':
      return null
  }
}

/** What failed by what it is fails again unless that is changed; what failed by its surroundings need not. */
function afterFailure({ id, errorClass, pageId }: Standing): string {
  switch (errorClass) {
    case 'data':
      return pageId === null
        ? `echopilot replay --task ${id} --brief FILE, with a brief that can be worked on`
        : 'mend the row in Notion, then tick its Trigger'
    case 'permanent':
      return pageId === null
        ? `echopilot replay --task ${id} --brief FILE, with a changed brief; or echopilot task retry ${id}`
        : `change the brief in Notion, then tick its Trigger; else echopilot task retry ${id}`
    case 'credential':
      return `echopilot doctor, then echopilot task retry ${id}`
    case 'transient':
    case 'throttled':
    case 'budget':
    case null:
      return `echopilot task retry ${id}`
  }
}

/** What the operator can do about a write to the outside; null where there is nothing to do. */
export function nextOfEffect(effect: {
  readonly id: string
  readonly state: EffectState
  readonly cause: DeadCause | null
}): string | null {
  switch (effect.state) {
    case 'pending':
      return 'echopilot deliver'
    case 'dead':
      return effect.cause === 'refused'
        ? `echopilot effect retry ${effect.id}, or echopilot effect dismiss ${effect.id}`
        : `restore it, or share it with the integration again (••• → Connections): then it is written by itself; or echopilot effect dismiss ${effect.id}`
    case 'dismissed':
      return `echopilot effect retry ${effect.id}, to write it after all`
    case 'done':
      return null
  }
}
