import { BILLINGS, type Billing } from '../../../domain/billing.ts'
import { emailOf, TAX_CATEGORIES } from '../../../domain/client.ts'
import { readCurrency, readNanoUsd } from '../../../domain/money.ts'
import { unlessRefused } from '../../../kernel/service-failure.ts'
import { nameOf } from '../../../kernel/unseen.ts'
import type { ClientRow } from '../../../store/client-rows.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { NotionPage } from '../api/client.ts'
import { readRow, type RowReader } from '../schema/row-values.ts'
import type { Workspace } from '../workspace/workspace.ts'

/**
 * The client of a row of the queue: the one it is related to, else the only one with the row's address; never one of the
 * same name. A client that was deleted is no reason to stop work.
 * @throws ServiceFailure where Notion does not answer
 */
export async function findClient(workspace: Workspace, row: RowReader): Promise<ClientRow | null> {
  const clients = workspace.databases['clients']
  if (clients === undefined) return null
  const [id] = row.relation('client')
  if (id !== undefined) {
    const page = await unlessRefused(workspace.api.page(id))
    return page === null || page.trashed ? null : clientRowOf(page, clients)
  }
  const email = emailOf(row.text('clientEmail'))
  return email === null ? null : onlyClientWith(workspace, clients, email)
}

async function onlyClientWith(
  { api }: Workspace,
  clients: NotionDatabase,
  email: string,
): Promise<ClientRow | null> {
  const property = clients.properties['email']
  if (property === undefined) return null
  const filter = { property: property.id, [property.type]: { equals: email } }
  const list = await unlessRefused(api.queryPage(clients.dataSourceId, { filter }, null))
  const rows = (list?.pages ?? []).map(page => clientRowOf(page, clients)).filter(row => row.email === email)
  return rows.length === 1 ? (rows[0] ?? null) : null
}

/**
 * Every client of the database; null where there is none.
 * @throws ServiceFailure where Notion does not answer
 */
export async function readClients({ api, databases }: Workspace): Promise<ClientRow[] | null> {
  const clients = databases['clients']
  if (clients === undefined) return null
  const { pages } = await api.query(clients.dataSourceId, {})
  return pages.filter(({ trashed }) => !trashed).map(page => clientRowOf(page, clients))
}

/** What cannot be taken for what its column is reads as nothing: it is then as it is for clients of whom nothing is said. */
function clientRowOf(page: NotionPage, clients: NotionDatabase): ClientRow {
  const row = readRow(page, clients)
  const { active, revenueUsd } = clients.properties
  return {
    ...(revenueUsd === undefined ? {} : { revenueUsd: row.number('revenueUsd') }),
    pageId: page.id,
    name: nameOf(row.text('clientName') ?? '') || 'Unnamed',
    email: emailOf(row.text('email')),
    active: active === undefined || row.checkbox('active'),
    currency: readCurrency(row.choice('currency') ?? row.text('currency') ?? ''),
    billing: billingOf(row.choice('billing')),
    rateNano: readNanoUsd(String(row.number('rate') ?? '')),
    taxCategory: TAX_CATEGORIES.find(category => category === row.choice('taxCategory')) ?? null,
    paymentDays: daysOf(row.number('paymentDays')),
    language: row.text('language'),
    country: row.text('country'),
    taxId: row.text('taxId'),
    address: row.text('address'),
    notes: row.text('notes'),
  }
}

function billingOf(choice: string | null): Billing | null {
  return BILLINGS.find(billing => billing === choice?.toLowerCase()) ?? null
}

function daysOf(number: number | null): number | null {
  return number !== null && Number.isSafeInteger(number) && number >= 0 ? number : null
}
