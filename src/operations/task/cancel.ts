import { textField } from '../../kernel/field.ts'
import { decisionOf, plannedDecision, renderDecision } from '../../pipeline/decide.ts'
import { findTask } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

export const taskCancel = defineOperation({
  path: ['task', 'cancel'],
  summary: 'End an open task; what was spent stays booked',
  input: { id: textField('task or run, or the beginning of its id') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const task = await findTask(context.store, input.id)
    return context.dryRun
      ? plannedDecision(task, 'cancel')
      : decisionOf(task, 'cancel', await context.store.decisions.cancel(task.id, context.actor))
  },
  render: renderDecision,
})
