import { textField } from '../../kernel/field.ts'
import { decisionOf, plannedDecision, renderDecision } from '../../pipeline/decide.ts'
import { findTask } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

export const taskDismiss = defineOperation({
  path: ['task', 'dismiss'],
  summary: 'Let a failure be: the task stays Failed-Final, and status no longer names it',
  input: { id: textField('task or run, or the beginning of its id') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const task = await findTask(context.store, input.id)
    return context.dryRun
      ? plannedDecision(task, 'dismiss')
      : decisionOf(task, 'dismiss', await context.store.decisions.dismiss(task.id, context.actor))
  },
  render: renderDecision,
})
