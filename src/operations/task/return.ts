import { nonEmptyTextField } from '../../kernel/field.ts'
import { decisionOf, plannedDecision, renderDecision, taskIdField } from '../decision.ts'
import { findTask } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

export const taskReturn = defineOperation({
  path: ['task', 'return'],
  summary: 'Send a result that waits for a person back to be revised',
  examples: [{ words: 'task return task_01k… --note "shorter, and add prices"', does: 'with what to mend' }],
  input: {
    id: taskIdField,
    note: nonEmptyTextField('what to mend; the model reads it', 'say what to mend'),
  },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const task = await findTask(context.store, input.id)
    return context.dryRun
      ? plannedDecision(task, 'return')
      : decisionOf(
          task,
          'return',
          await context.store.decisions.returnTask(task.id, input.note, context.actor),
        )
  },
  render: renderDecision,
})
