/** The databases a user's workspace has, made by the official SDK. */
import type { Client, CreateDatabaseParameters } from '@notionhq/client'
import { PARENT_PAGE_ID } from '../../../../src/sandbox/notion/identity.ts'

type Properties = NonNullable<NonNullable<CreateDatabaseParameters['initial_data_source']>['properties']>

/** The ids of a database. */
export interface MadeDatabase {
  readonly databaseId: string
  readonly sourceId: string
}

const STATUSES = [
  ['New', 'gray'],
  ['Queued', 'default'],
  ['Processing', 'blue'],
  ['QA', 'purple'],
  ['Done', 'green'],
  ['Waiting Human', 'yellow'],
  ['Failed', 'orange'],
  ['Failed-Final', 'red'],
  ['Held', 'brown'],
  ['Cancelled', 'gray'],
] as const

/** Options of a select by name. */
export function options(...names: readonly string[]): { options: { name: string }[] } {
  return { options: names.map(name => ({ name })) }
}

/** Makes a database with one data source. */
export async function makeDatabase(
  notion: Client,
  title: string,
  properties: Properties,
): Promise<MadeDatabase> {
  const made = await notion.databases.create({
    parent: { type: 'page_id', page_id: PARENT_PAGE_ID },
    title: [{ text: { content: title } }],
    initial_data_source: { properties },
  })
  const sourceId = 'data_sources' in made ? made.data_sources[0]?.id : undefined
  if (sourceId === undefined) throw new Error('a database without a data source')
  return { databaseId: made.id, sourceId }
}

/** The clients and the queue, with the columns of the product's own schema. */
export async function makeQueue(
  notion: Client,
): Promise<{ readonly clients: MadeDatabase; readonly queue: MadeDatabase }> {
  const clients = await makeDatabase(notion, 'Clients', {
    'Client Name': { title: {} },
    Email: { email: {} },
    Active: { checkbox: {} },
  })
  const queue = await makeDatabase(notion, 'Automation Queue', queueProperties(clients.sourceId))
  return { clients, queue }
}

function queueProperties(clientsId: string): Properties {
  return {
    'Task Name': { title: {} },
    Description: { rich_text: {} },
    Trigger: { checkbox: {} },
    Status: { select: { options: STATUSES.map(([name, color]) => ({ name, color })) } },
    'Task Type': { select: options('Research', 'Drafting', 'Data-transform', 'Transcription', 'Other') },
    'QA Target': { number: {} },
    Client: { relation: { data_source_id: clientsId, type: 'single_property', single_property: {} } },
    'Client Email': { email: {} },
    Price: { number: {} },
    Priority: { select: options('Low', 'Normal', 'High', 'Rush') },
    Due: { date: {} },
    'Payload Link': { url: {} },
    'Result Summary': { rich_text: {} },
    'QA Score': { number: {} },
    'Cost USD': { number: {} },
    'Run ID': { rich_text: {} },
    Notes: { rich_text: {} },
    Decision: { select: options('Approve', 'Return') },
    'Decision Note': { rich_text: {} },
  }
}

/** The log, related to the queue by Run ID alone. */
export async function makeLog(notion: Client): Promise<MadeDatabase> {
  return makeDatabase(notion, 'Automation Log', {
    'Log Entry': { title: {} },
    Status: { select: options('Processing', 'Success', 'Review', 'Error', 'Warning') },
    Message: { rich_text: {} },
    Timestamp: { date: {} },
    'Run ID': { rich_text: {} },
    'Effect ID': { rich_text: {} },
  })
}
