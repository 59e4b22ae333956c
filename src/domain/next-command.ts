import type { RunState } from './run-state.ts'

/** What the operator can type next about a task in this state; null where there is nothing to do. */
export function nextCommand(task: { readonly id: string; readonly state: RunState }): string | null {
  switch (task.state) {
    case 'waiting_human':
      return `echopilot task approve ${task.id}, or task return ${task.id} --note "what to mend"`
    case 'failed_final':
      return `echopilot task retry ${task.id}`
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
