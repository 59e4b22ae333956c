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
import { newRun } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

/** Longer than any model takes in; more is a mistake, such as a video given as a brief. */
const MOST_BRIEF_CHARACTERS = 5_000_000
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
    client: optional(nameField('for whom', 'the name of the client is empty')),
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
    const brief = checkedBrief(input.brief)
    const title = nameOf(input.title ?? '') || titleOf(brief)
    const request = {
      title,
      brief,
      type: input.type,
      client: input.client ?? null,
      qaTarget: input.target ?? null,
      priority: input.priority,
      dueDate: input.due ?? null,
    }
    const ids = context.dryRun
      ? { taskId: null, runId: null }
      : await context.store.tasks.add(
          request,
          newRun(context.settings.settings, request, 'added', context.actor),
        )
    return {
      dryRun: context.dryRun,
      ...ids,
      title,
      type: input.type,
      client: request.client,
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
function checkedBrief(brief: string | undefined): string {
  const wrong = (message: string, hint: string): AppError => new AppError('usage', message, hint)
  if (brief === undefined) {
    throw wrong('there is no brief', 'echopilot task add "what is to be done", or - to pipe it in')
  }
  if (brief.includes('\0')) {
    throw wrong('the brief is not text: it holds NUL bytes', 'give a text file, in UTF-8')
  }
  if (brief.length > MOST_BRIEF_CHARACTERS) {
    throw wrong(
      `the brief has ${brief.length} characters, at most ${MOST_BRIEF_CHARACTERS} are taken`,
      'give the text that is to be worked on, in parts if need be',
    )
  }
  if (isBlank(brief)) {
    throw wrong('the brief is empty: nothing was added', 'echopilot task add "what is to be done"')
  }
  return brief
}

/** The first line that says something, without Markdown's heading marks. */
function titleOf(brief: string): string {
  const first = brief.split('\n').find(candidate => !isBlank(candidate)) ?? ''
  return cutTo(nameOf(first.replace(/^[#>*\s-]+/, '')) || 'Untitled', TITLE_COLUMNS)
}
