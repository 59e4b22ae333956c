import { formatMoney } from '../../domain/money.ts'
import { PRIORITIES } from '../../domain/run-state.ts'
import { TASK_TYPES } from '../../domain/task-type.ts'
import { document, id, line, next } from '../../kernel/document.ts'
import { sha256 } from '../../kernel/digest.ts'
import { AppError } from '../../kernel/errors.ts'
import {
  choiceField,
  dateField,
  nameField,
  numberField,
  optional,
  textField,
  withDefault,
} from '../../kernel/field.ts'
import { cutTo } from '../../kernel/text.ts'
import { isBlank, nameOf } from '../../kernel/unseen.ts'
import { knownClient } from '../../pipeline/clients.ts'
import { currencyFor, typedPrice } from '../../pipeline/price.ts'
import { checkedBrief, newRun } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

const TITLE_COLUMNS = 80

export const taskAdd = defineOperation({
  path: ['task', 'add'],
  summary: 'Add a task to the local queue',
  examples: [
    { words: 'task add --type Research "Compare three invoicing tools"', does: 'a brief in one line' },
    { words: 'task add --client Acme --file brief.md', does: 'a brief from a file' },
    {
      words: 'cat notes.md brief.md | echopilot task add --type Drafting -',
      does: 'a brief that is piped in',
    },
  ],
  input: {
    brief: optional(textField('what is to be done; - reads it from standard input')),
    title: optional(textField('name in lists; the first line of the brief if left out')),
    type: withDefault(choiceField(TASK_TYPES, 'kind of work'), 'Other'),
    client: optional(
      nameField('for whom: name, address or id of a client', 'the name of the client is empty'),
    ),
    price: optional(textField('what it costs the client, in its currency: 49.90')),
    target: optional(numberField('score that passes, 1 to 100', 1, 100)),
    priority: withDefault(choiceField(PRIORITIES, 'higher ones are done first'), 'Normal'),
    due: optional(dateField('due date, YYYY-MM-DD')),
  },
  positionals: ['brief'],
  readFrom: { into: 'brief', flag: 'file', meaning: 'read the brief from this file', what: 'the brief' },
  needs: { settings: 'required', store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const brief = givenBrief(input.brief)
    const title = nameOf(input.title ?? '') || titleOf(brief)
    const { settings } = context.settings
    const client = input.client === undefined ? null : await knownClient(context.store, input.client)
    const currency = currencyFor(settings, client)
    const request = {
      title,
      brief,
      type: input.type,
      client: client?.name ?? input.client ?? null,
      clientId: client?.id ?? null,
      price: input.price === undefined ? null : typedPrice(input.price, currency),
      qaTarget: input.target ?? null,
      priority: input.priority,
      dueDate: input.due ?? null,
    }
    const ids = context.dryRun
      ? { taskId: null, runId: null }
      : await context.store.tasks.add(request, newRun(settings, request, 'added', context))
    return {
      dryRun: context.dryRun,
      ...ids,
      title,
      type: input.type,
      client: request.client,
      clientId: request.clientId,
      price: request.price === null ? null : formatMoney(request.price),
      priority: input.priority,
      status: 'Queued',
      briefCharacters: brief.length,
      briefDigest: sha256(brief),
    }
  },
  render: ({ taskId, title, type, briefCharacters }) =>
    taskId === null
      ? document(`would add "${title}" (${type}, ${briefCharacters} characters)`)
      : document(line`${id(taskId)}  queued: ${title}`, next('echopilot poll --drain')),
})

/** The brief, or what is wrong with it. */
function givenBrief(brief: string | undefined): string {
  if (brief !== undefined) return checkedBrief(brief, 'echopilot task add "what is to be done"')
  throw new AppError(
    'usage',
    'there is no brief',
    'echopilot task add "what is to be done", or - to pipe it in',
  )
}

/** The first line that says something, without Markdown's heading marks. */
function titleOf(brief: string): string {
  const first = brief.split('\n').find(candidate => !isBlank(candidate)) ?? ''
  return cutTo(nameOf(first.replace(/^[#>*\s-]+/, '')) || 'Untitled', TITLE_COLUMNS)
}
