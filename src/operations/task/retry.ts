import { decisionOf, plannedDecision, renderDecision, taskIdField } from '../decision.ts'
import { findTask, newRun } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

export const taskRetry = defineOperation({
  path: ['task', 'retry'],
  summary: 'Start a new run of a task that ended, or make a waiting attempt due now',
  input: { id: taskIdField },
  positionals: ['id'],
  needs: { settings: 'required', store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const task = await findTask(context.store, input.id)
    if (context.dryRun) return plannedDecision(task, 'retry')
    const run = newRun(context.settings.settings, task, 'retry', context)
    return decisionOf(task, 'retry', await context.store.decisions.retry(task.id, run))
  },
  render: renderDecision,
})
