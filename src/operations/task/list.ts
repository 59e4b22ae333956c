import { keysOf } from '../../domain/keys-of.ts'
import { choiceField, optional, textField, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { formatNanoUsd } from '../../domain/cost.ts'
import { formatScore } from '../../domain/next-step.ts'
import { RUN_STATES, type RunState } from '../../domain/run-state.ts'
import { document, id, next, table } from '../../kernel/document.ts'
import { nameOf } from '../../kernel/unseen.ts'
import { instantText } from '../../kernel/text.ts'
import { linkFigure, type LinkFigure } from '../../figures/links.ts'
import type { Store } from '../../store/index.ts'
import { BILL_STATES, type PaymentStatus } from '../../domain/billing.ts'
import { statusState } from '../../figures/marks.ts'
import { defineOperation } from '../define.ts'

const STATUSES = [...new Set(Object.values(RUN_STATES).map(state => state.status))]

export const taskList = defineOperation({
  path: ['task', 'list'],
  summary: 'List tasks, newest first',
  examples: [{ words: 'task list --status "Waiting Human"', does: 'what needs a decision' }],
  input: {
    status: optional(choiceField(STATUSES, 'only tasks that show this status')),
    client: optional(textField('only tasks of this client')),
    limit: withDefault(wholeNumberField('most tasks to list', 1, 10_000), 50),
  },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async (context, input) => {
    const tasks = await context.store.tasks.list({
      states: input.status === undefined ? null : statesOf(input.status),
      client: input.client === undefined ? null : nameOf(input.client),
      limit: input.limit,
    })
    return {
      tasks: await Promise.all(
        tasks.map(async task => ({
          id: task.id,
          runId: task.runId,
          title: task.title,
          type: task.type,
          client: task.client,
          priority: task.priority,
          status: task.status,
          score: task.score,
          costUsd: formatNanoUsd(task.costNano),
          reason: task.reason,
          createdAt: instantText(task.createdMs),
          payment: await paymentOf(context.store, task.id),
        })),
      ),
    }
  },
  render: ({ tasks }) => {
    const isBilled = tasks.some(({ payment }) => payment !== null)
    return tasks.length === 0
      ? document('no tasks', next('echopilot task add "what is to be done"'))
      : document(
          table(
            [
              { title: 'task' },
              { title: 'status' },
              { title: 'score', align: 'right' },
              { title: 'cost USD', align: 'right' },
              ...(isBilled ? [{ title: 'payment' }] : []),
              { title: 'title', cut: 'end' },
            ],
            tasks.map(task => [
              id(task.id),
              statusState(task.status),
              task.score === null ? '–' : formatScore(task.score),
              task.costUsd,
              ...(isBilled ? [paymentText(task.payment)] : []),
              task.title,
            ]),
          ),
        )
  },
})

async function paymentOf(store: Store, taskId: string): Promise<TaskPayment | null> {
  const bill = (await store.bills.ofTask(taskId)).at(-1)
  if (bill === undefined) return null
  const link = await linkFigure(store, bill.id)
  return { status: BILL_STATES[bill.state], link: link?.state ?? null, url: link?.url ?? null }
}

/** How the newest bill of a task stands, and its link. */
interface TaskPayment {
  readonly status: PaymentStatus
  readonly link: LinkFigure['state'] | null
  readonly url: string | null
}

/** What is paid needs no word of its link. */
function paymentText(payment: TaskPayment | null): string {
  if (payment === null) return '–'
  const { status, link } = payment
  return status === 'Unpaid' && link !== null ? `${status}, link ${link}` : status
}

function statesOf(status: string): RunState[] {
  return keysOf(RUN_STATES).filter(state => RUN_STATES[state].status === status)
}
