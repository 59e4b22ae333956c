import type { Billing } from '../domain/billing.ts'
import { emailOf, type ClientFacts, type TaxCategory } from '../domain/client.ts'
import { findRow, readRows, type Change, type RowReader, type StoreReader } from './core.ts'

/** A client as a row of a service says it. */
export interface ClientRow extends ClientFacts {
  readonly pageId: string
  /** What it shows as revenue, which is ours to say; absent where it has no such column. */
  readonly revenueUsd?: number | null
}

/** A client that the store knows. */
export interface Client extends ClientFacts {
  readonly id: string
  /** Where it comes from: `notion`, or `local`. */
  readonly source: 'local' | 'notion'
  /** Its row there; null for a local one. */
  readonly pageId: string | null
  readonly createdMs: number
  /** When its row was last read, or it was last set here. */
  readonly readMs: number
}

/** A row of the clients table. */
export function readClient(is: RowReader): Client {
  return {
    id: is.text('id'),
    source: is.text<Client['source']>('source'),
    pageId: is.textOrNull('page_id'),
    name: is.text('name'),
    email: is.textOrNull('email'),
    active: is.number('active') === 1,
    currency: is.textOrNull('currency'),
    billing: is.textOrNull<Billing>('billing'),
    rateNano: is.numberOrNull('rate_nano'),
    taxCategory: is.textOrNull<TaxCategory>('tax_category'),
    paymentDays: is.numberOrNull('payment_days'),
    language: is.textOrNull('language'),
    country: is.textOrNull('country'),
    taxId: is.textOrNull('tax_id'),
    address: is.textOrNull('address'),
    notes: is.textOrNull('notes'),
    createdMs: is.number('created_ms'),
    readMs: is.number('read_ms'),
  }
}

/** A client by its full id. */
export function clientById(core: StoreReader, id: string): Client | null {
  return findRow(core, 'SELECT * FROM clients WHERE id = :id', { id }, readClient)
}

/** The one client with this address; null where there is none, or several: then it would be a guess. */
export function clientIdByEmail(core: StoreReader, address: string | null): string | null {
  const email = emailOf(address)
  if (email === null) return null
  const found = readRows(core, 'SELECT id FROM clients WHERE email = :email LIMIT 2', { email }, is =>
    is.text('id'),
  )
  return found.length === 1 ? (found[0] ?? null) : null
}

/**
 * Takes over what a row says; returns the id of its client. What was set here and is not written there yet stands: the
 * row does not know of it.
 */
export function keepClientRow(tx: Change, source: 'notion', row: ClientRow): string {
  const { pageId, revenueUsd: _, ...facts } = row
  const known = findRow(tx, 'SELECT * FROM clients WHERE page_id = :pageId', { pageId }, readClient)
  const id = known?.id ?? tx.newId('client')
  if (known !== null && isWaiting(tx, source, pageId)) return id
  writeClient(tx, { id, source, pageId, createdMs: known?.createdMs ?? tx.clock.now(), ...facts })
  return id
}

/** More than its revenue, which is no word of the row's, waits to be written there. */
function isWaiting(core: StoreReader, service: string, target: string): boolean {
  const sql = `SELECT body FROM effects WHERE target = :target AND state = 'pending' AND service = :service AND kind = 'client'`
  const changes = readRows(
    core,
    sql,
    { target, service },
    is => is.json<{ change: object }>('body', { change: {} }).change,
  )
  return changes.some(change => Object.keys(change).some(key => key !== 'revenueNano'))
}

/** Writes a client whole; names it where that changed how it is billed. */
export function writeClient(tx: Change, client: Omit<Client, 'readMs'>): void {
  const before = clientById(tx, client.id)
  tx.engine.run(
    `INSERT INTO clients (id, source, page_id, name, email, active, currency, billing, rate_nano, tax_category,
       payment_days, language, country, tax_id, address, notes, created_ms, read_ms)
     VALUES (:id, :source, :pageId, :name, :email, :active, :currency, :billing, :rateNano, :taxCategory,
       :paymentDays, :language, :country, :taxId, :address, :notes, :createdMs, :now)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, active = excluded.active,
       currency = excluded.currency, billing = excluded.billing, rate_nano = excluded.rate_nano,
       tax_category = excluded.tax_category, payment_days = excluded.payment_days, language = excluded.language,
       country = excluded.country, tax_id = excluded.tax_id, address = excluded.address, notes = excluded.notes,
       read_ms = excluded.read_ms`,
    { ...client, active: client.active ? 1 : 0, now: tx.clock.now() },
  )
  const { active, currency, billing, rateNano, taxCategory, paymentDays } = client
  const told = { active, currency, billing, rateNano, taxCategory, paymentDays }
  const isSame =
    before !== null &&
    Object.entries(told).every(([key, value]) => new Map(Object.entries(before)).get(key) === value)
  if (!isSame) tx.about(client.id, told)
}
