import { textField } from '../../kernel/field.ts'
import { AppError } from '../../kernel/errors.ts'
import { findTask } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

export const taskOpen = defineOperation({
  path: ['task', 'open'],
  summary: 'Print the Notion address of a task',
  input: { id: textField('task or run, or the beginning of its id') },
  positionals: ['id'],
  needs: { store: 'required' },
  effect: 'read',
  scope: 'read',
  run: async (context, input) => {
    const task = await findTask(context.store, input.id)
    if (task.pageId === null) {
      throw new AppError(
        'missing',
        `task ${task.id} is a local one, without a page`,
        `echopilot task show ${task.id}`,
      )
    }
    return { id: task.id, url: `https://www.notion.so/${task.pageId.replaceAll('-', '')}` }
  },
  render: result => result.url,
})
