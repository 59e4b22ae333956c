import { whyNoMail, type Mail } from '../domain/mail.ts'
import { resultMail } from '../domain/result-mail.ts'
import { billsOfTask } from './bill-rows.ts'
import { findRow, readRows, type RowReader, type StoreReader } from './core.ts'
import { lastLinkOf } from './link-rows.ts'
import { openOfBill } from './payment-rows.ts'
import type { Run } from './run-rows.ts'
import { taskOf } from './tasks.ts'
import { latestWorkOf } from './work-rows.ts'

/** A mail of an accepted result to its client. */
export interface Mailing {
  readonly id: string
  readonly runId: string
  /** Of its run, from 1. */
  readonly number: number
  /** The text that it holds. */
  readonly outputId: string
  readonly address: string
  readonly wantedMs: number
  /** When its effect was recorded; null while it waits for its payment link. */
  readonly askedMs: number | null
  /** What sends it; null as before. */
  readonly service: string | null
  /** The payment link in it; null for none. */
  readonly linkId: string | null
  /** When its service said that it took it; null until then. */
  readonly sentMs: number | null
}

/** A row of the mailings table. */
function readMailing(is: RowReader): Mailing {
  return {
    id: is.text('id'),
    runId: is.text('run_id'),
    number: is.number('number'),
    outputId: is.text('output_id'),
    address: is.text('address'),
    wantedMs: is.number('wanted_ms'),
    askedMs: is.numberOrNull('asked_ms'),
    service: is.textOrNull('service'),
    linkId: is.textOrNull('link_id'),
    sentMs: is.numberOrNull('sent_ms'),
  }
}

/** A mailing by its full id; null where there is none. */
export function findMailing(core: StoreReader, id: string): Mailing | null {
  return findRow(core, 'SELECT * FROM mailings WHERE id = :id', { id }, readMailing)
}

/** The newest mailing of a run; null where there is none. */
export function lastMailingOf(core: StoreReader, runId: string): Mailing | null {
  const sql = 'SELECT * FROM mailings WHERE run_id = :runId ORDER BY number DESC LIMIT 1'
  return findRow(core, sql, { runId }, readMailing)
}

/** All mailings of a task, the first first. */
export function mailingsOfTask(core: StoreReader, taskId: string): Mailing[] {
  const sql = `SELECT m.* FROM runs r JOIN mailings m ON m.run_id = r.id WHERE r.task_id = :taskId ORDER BY r.number, m.number`
  return readRows(core, sql, { taskId }, readMailing)
}

/** Those that wait for their payment links. */
export function wantedMailings(core: StoreReader, limit: number): Mailing[] {
  const sql =
    'SELECT * FROM mailings /* by mailings_wanted */ WHERE asked_ms IS NULL ORDER BY id LIMIT :limit'
  return readRows(core, sql, { limit }, readMailing)
}

/** Whether a client was sent, or is to be sent, this very text of a task before. */
export function wasMailed(core: StoreReader, taskId: string, outputId: string): boolean {
  const sql = `SELECT 1 FROM runs r JOIN mailings m ON m.run_id = r.id JOIN outputs o ON o.id = m.output_id
    WHERE r.task_id = :taskId AND o.digest = (SELECT digest FROM outputs WHERE id = :outputId) LIMIT 1`
  return core.engine.get(sql, { taskId, outputId }) !== undefined
}

/** A result as it would be mailed now, or the rule that forbids it. */
export type Draft =
  | {
      readonly kind: 'draft'
      readonly mail: Mail
      readonly address: string
      readonly outputId: string
      readonly linkId: string | null
      /** Its bill is unpaid, and its link is being made or made anew. */
      readonly awaitsLink: boolean
    }
  | { readonly kind: 'not accepted' }
  | { readonly kind: 'no address' }

/** The mail of the result of a run. */
export function draftOf(core: StoreReader, run: Run): Draft {
  const work = run.state === 'done' ? latestWorkOf(core, run.id) : null
  if (work === null) return { kind: 'not accepted' }
  const { name, address, language } = recipientOf(core, run.taskId)
  if (address === null || whyNoMail({ to: [{ name, address }] }) !== null) return { kind: 'no address' }
  const { title } = taskOf(core, run)
  const { linkId, payment, awaitsLink } = paymentOf(core, run.taskId)
  const mail = resultMail({ to: { name, address }, title, markdown: work.text, language, payment })
  return { kind: 'draft', mail, address, outputId: work.id, linkId, awaitsLink }
}

/** Who its client is: by the client's own row, or by that of the task where the client is not known. */
function recipientOf(core: StoreReader, taskId: string) {
  const sql = `SELECT COALESCE(c.email, t.client_email) AS address, COALESCE(c.name, t.client) AS name, c.language
    FROM tasks t LEFT JOIN clients c ON c.id = t.client_id WHERE t.id = :taskId`
  const read = (is: RowReader) => ({
    address: is.textOrNull('address'),
    name: is.textOrNull('name'),
    language: is.textOrNull('language'),
  })
  return findRow(core, sql, { taskId }, read) ?? { address: null, name: null, language: null }
}

function paymentOf(core: StoreReader, taskId: string) {
  const bill = billsOfTask(core, taskId).at(-1)
  const amount = bill?.state === 'unpaid' ? openOfBill(core, bill) : null
  if (bill === undefined || amount === null || amount.minor === 0)
    return { linkId: null, payment: null, awaitsLink: false }
  const link = lastLinkOf(core, bill.id)
  if (link?.state !== 'open' || link.url === null)
    return { linkId: null, payment: null, awaitsLink: link?.state !== 'refused' }
  return { linkId: link.id, payment: { amount, url: link.url }, awaitsLink: false }
}
