import { document } from '../../kernel/document.ts'
import { textField } from '../../kernel/field.ts'
import { AppError } from '../../kernel/errors.ts'
import { SERVICES } from '../../integrations/index.ts'
import { findTask } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

export const taskOpen = defineOperation({
  path: ['task', 'open'],
  summary: 'Print the Notion address of a task',
  input: { id: textField('task or run, or the beginning of its id') },
  positionals: ['id'],
  needs: { store: 'required', settings: 'required' },
  access: 'read',
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
    const { settings } = context.settings
    const source = SERVICES.find(({ name }) => name === task.source)
    const { base_url: baseUrl = '' }: { readonly base_url?: string } =
      source === undefined ? {} : settings[source.name]
    return { id: task.id, url: source?.pageAddress?.(baseUrl, task.pageId) ?? task.pageId }
  },
  render: ({ url }) => document(url),
})
