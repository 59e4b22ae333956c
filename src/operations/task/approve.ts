import { textField } from '../../kernel/field.ts'
import { decisionOf, plannedDecision, renderDecision } from '../../pipeline/decide.ts'
import { findTask } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

export const taskApprove = defineOperation({
  path: ['task', 'approve'],
  summary: 'Accept a result that waits for a person: Done',
  input: { id: textField('task or run, or the beginning of its id') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const task = await findTask(context.store, input.id)
    return context.dryRun
      ? plannedDecision(task, 'approve')
      : decisionOf(task, 'approve', await context.store.decisions.approve(task.id, context.actor))
  },
  render: renderDecision,
})
