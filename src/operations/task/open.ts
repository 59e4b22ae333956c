import { document } from '../../kernel/document.ts'
import { textField } from '../../kernel/field.ts'
import { AppError } from '../../kernel/errors.ts'
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
    return { id: task.id, url: addressOf(task.pageId, context.settings.settings.notion.base_url) }
  },
  render: ({ url }) => document(url),
})

/** The sandbox listens on this machine, where its own board shows the page; Notion itself never does. */
function addressOf(pageId: string, baseUrl: string): string {
  const { hostname, origin } = new URL(baseUrl)
  return LOOPBACK.has(hostname)
    ? `${origin}/board/pages/${pageId}`
    : `https://www.notion.so/${pageId.replaceAll('-', '')}`
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])
