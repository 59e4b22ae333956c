import { cutText } from '../../domain/cut-text.ts'
import { defect } from '../../kernel/errors.ts'
import type { Fetch } from '../../kernel/http/fetch.ts'
import { listField } from '../../kernel/field.ts'
import { sandboxAnswer } from '../sandbox-answer.ts'
import { demoTasks } from './tasks.ts'

/**
 * Plays the operator: adds a row for each task of the day and ticks Trigger, past the API, as a person at the
 * board would. A long brief goes into the body of the page, where people put long texts.
 */
export async function fillBoard(fetch: Fetch, notionUrl: string): Promise<void> {
  const post = async (route: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${notionUrl}/__sandbox/notion/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw defect(`the sandbox took no row: ${await answer.text()}`)
    return answer.json()
  }
  for (const task of demoTasks()) {
    const inBody = task.brief.length > LONGEST_DESCRIPTION
    const values = {
      'Task Name': task.title,
      'Task Type': task.type,
      'Client Name': task.client,
      Priority: task.priority ?? 'Normal',
      Status: 'New',
      ...(inBody ? {} : { Description: task.brief }),
    }
    const { ids } = sandboxAnswer(ADDED, await post('rows', { data_source: 'Automation Queue', values }))
    for (const body of inBody ? piecesOf(task.brief) : []) await post('edit', { page_id: ids[0], body })
    await post('edit', { page_id: ids[0], values: { Trigger: true } })
  }
}

const ADDED = { ids: listField('rows that were added') } as const

const LONGEST_DESCRIPTION = 10_000
/** Characters of a paragraph, and paragraphs of a request: well within Notion's limits. */
const PARAGRAPH = 10_000
const PARAGRAPHS = 30

/** A long text as requests, each some long paragraphs, one a line. */
function piecesOf(text: string): string[] {
  const paragraphs = cutText(text.replaceAll('\n', ' '), PARAGRAPH)
  return Array.from({ length: Math.ceil(paragraphs.length / PARAGRAPHS) }, (_, index) =>
    paragraphs.slice(index * PARAGRAPHS, (index + 1) * PARAGRAPHS).join('\n'),
  )
}
