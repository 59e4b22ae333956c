import { cutText } from '../../domain/cut-text.ts'
import { defect } from '../../kernel/errors.ts'
import type { Fetch } from '../../kernel/http/fetch.ts'
import { listField } from '../../kernel/field.ts'
import { sandboxAnswer } from '../sandbox-answer.ts'
import { DEMO_CLIENTS } from './clients.ts'
import type { DemoTask } from './tasks.ts'

/** Adds the rows of the clients, with how each pays. */
export async function fillClients(fetch: Fetch, notionUrl: string): Promise<void> {
  for (const { name, email, currency, billing } of DEMO_CLIENTS) {
    const values = {
      'Client Name': name,
      Email: email,
      Currency: currency,
      Active: true,
      Billing: billing ?? 'Link',
    }
    await control(fetch, `${notionUrl}/__sandbox/notion/rows`, { data_source: 'Clients', values })
  }
}

/**
 * Plays the operator: adds a row for each task and ticks Trigger, past the API, as a person at the board would. A long
 * brief goes into the body of the page, where people put long texts.
 */
export async function fillBoard(fetch: Fetch, notionUrl: string, tasks: readonly DemoTask[]): Promise<void> {
  const post = (route: string, body: unknown): Promise<unknown> =>
    control(fetch, `${notionUrl}/__sandbox/notion/${route}`, body)
  for (const task of tasks) {
    const inBody = task.brief.length > LONGEST_DESCRIPTION
    const values = {
      'Task Name': task.title,
      'Task Type': task.type,
      'Client Name': task.client,
      'Client Email': DEMO_CLIENTS.find(({ name }) => name === task.client)?.email ?? '',
      ...(task.price === undefined ? {} : { Price: task.price }),
      Priority: task.priority ?? 'Normal',
      Status: 'New',
      ...(inBody ? {} : { Description: task.brief }),
    }
    const { ids } = sandboxAnswer(ADDED, await post('rows', { data_source: 'Automation Queue', values }))
    for (const body of inBody ? piecesOf(task.brief) : []) await post('edit', { page_id: ids[0], body })
    await post('edit', { page_id: ids[0], values: { Trigger: true } })
  }
}

/** Has a stand-in do otherwise than it would, with its next calls of a kind. */
export async function armFault(fetch: Fetch, url: string, fault: unknown): Promise<void> {
  await control(fetch, `${url}/__sandbox/faults`, fault)
}

/** Has it do as it does again. */
export async function clearFaults(fetch: Fetch, url: string): Promise<void> {
  await control(fetch, `${url}/__sandbox/faults/clear`, {})
}

/** Has the sandbox do something that no vendor offers. */
export async function control(fetch: Fetch, url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw defect(`the sandbox did not obey: ${await answer.text()}`)
  return answer.json()
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
