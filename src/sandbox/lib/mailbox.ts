/** Mails that arrived at a stand-in, and the pages on which a person reads them. */
import { MOST_ROWS, type BoardList, type BoardRow } from './board.ts'
import type { Database } from './db.ts'
import { htmlDocument, linkButton, pageHeader, pageReply } from './document.ts'
import { html } from './html.ts'
import { headerText, leavesOf, readMime, textOfType, type MimePart } from './mime.ts'
import { objects } from './objects.ts'
import { VendorError, type Clock, type Reply, type Route, type SandboxRequest } from './service.ts'

/** A mail as it is kept. */
export interface Mail {
  readonly id: string
  readonly atMs: number
  /** Whoever it goes to, by the envelope. */
  readonly to: readonly string[]
  readonly messageId: string
  /** The whole mail, in base64. */
  readonly raw: string
}

/** All mails of a stand-in. */
export interface Mailbox {
  add(mail: Pick<Mail, 'messageId' | 'to'>, raw: Buffer): Mail
  find(id: string): Mail | undefined
  /** Newest first. */
  all(): readonly Mail[]
}

/** Opens it over a database with the table of stored objects. */
export function mailbox(db: Database, now: Clock): Mailbox {
  const mails = objects<Mail>(db, 'mail')
  return {
    add: ({ messageId, to }, raw) => {
      const number = Number(mails.newest(1)[0]?.id ?? '0'.repeat(16)) + 1
      const id = String(number).padStart(16, '0')
      const mail = { id, atMs: now(), to, messageId, raw: raw.toString('base64') }
      mails.add(mail, id)
      return mail
    },
    find: id => mails.get(id),
    all: () => mails.newest(-1),
  }
}

/** The mail, read. */
export function mimeOf({ raw }: Mail): MimePart {
  return readMime(Buffer.from(raw, 'base64'))
}

/** What `GET /__sandbox/ledger` says of a mail. */
export function mailRow(mail: Mail) {
  const mime = mimeOf(mail)
  return {
    id: mail.id,
    messageId: mail.messageId,
    envelope: mail.to,
    from: headerText(mime, 'From'),
    to: headerText(mime, 'To'),
    subject: headerText(mime, 'Subject'),
    date: headerText(mime, 'Date'),
    text: textOfType(mime, 'text/plain'),
    html: textOfType(mime, 'text/html'),
    files: leavesOf(mime).flatMap(({ fileName, type, content }) =>
      fileName === null ? [] : [{ name: fileName, type, bytes: content.length }],
    ),
  }
}

/** The pages of single mails: `/mail/{id}`, its HTML, its source and its files. */
export function mailRoutes(box: Mailbox): readonly Route[] {
  const page = (path: string, show: (mail: Mail, request: SandboxRequest) => Reply): Route => ({
    method: 'GET',
    path,
    handle: request => show(found(box, request), request),
  })
  return [
    page('/mail/{id}', mailPage),
    page('/mail/{id}/html', mail => shownAs(Buffer.from(textOfType(mimeOf(mail), 'text/html') ?? ''))),
    page('/mail/{id}/raw', mail => savedAs(Buffer.from(mail.raw, 'base64'), `${mail.id}.eml`)),
    page('/mail/{id}/file/{number}', (mail, { params }) => {
      const leaf = leavesOf(mimeOf(mail))[Number(params['number'])] ?? missing()
      return savedAs(leaf.content, leaf.fileName ?? 'part')
    }),
  ]
}

/** Mails as a list of a board. */
export function mailList(title: string, mails: readonly Mail[]): BoardList {
  return { title, rows: mails.slice(0, MOST_ROWS).map(mailRowOnBoard) }
}

function mailRowOnBoard(mail: Mail): BoardRow {
  const about = `${headerText(mimeOf(mail), 'Subject')} · ${mail.to.join(', ')}`
  return { id: mail.id, about, state: timeOf(mail), opens: `/mail/${mail.id}`, buttons: [] }
}

function timeOf({ atMs }: Mail): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
}

function mailPage(mail: Mail): Reply {
  const mime = mimeOf(mail)
  const lines = mime.headers.map(
    ([name]) =>
      html`<tr>
        <td class="quiet">${name}</td>
        <td>${headerText(mime, name)}</td>
      </tr>`,
  )
  const files = leavesOf(mime).flatMap(({ fileName, content }, number) =>
    fileName === null
      ? []
      : [
          html`<a class="button" href="/mail/${mail.id}/file/${number}"
            >${fileName} (${content.length} bytes)</a
          >`,
        ],
  )
  const title = headerText(mime, 'Subject')
  const body = html`${pageHeader(title, `Arrived ${timeOf(mail)} UTC`, [linkButton('All mails', '/')])}
    <main>
      <section class="card">
        <table>
          <tbody>
            ${lines}
          </tbody>
        </table>
      </section>
      <section class="card">
        <div class="row">
          <a class="button" href="/mail/${mail.id}/html">As HTML</a>
          <a class="button" href="/mail/${mail.id}/raw">Source</a>
          ${files}
        </div>
        <pre style="white-space: pre-wrap">${textOfType(mime, 'text/plain') ?? ''}</pre>
      </section>
    </main>`
  return pageReply(htmlDocument({ title: `${title} – EchoPilot sandbox`, body }))
}

/** What somebody wrote must not act as a page of ours. */
const HARMLESS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

function shownAs(body: Buffer): Reply {
  return { status: 200, headers: { ...HARMLESS, 'content-type': 'text/html; charset=utf-8' }, body }
}

function savedAs(body: Buffer, name: string): Reply {
  const disposition = `attachment; filename*=utf-8''${encodeURIComponent(name)}`
  const type = { 'content-type': 'application/octet-stream', 'content-disposition': disposition }
  return { status: 200, headers: { ...HARMLESS, ...type }, body }
}

function found(box: Mailbox, { params }: SandboxRequest): Mail {
  return box.find(params['id'] ?? '') ?? missing()
}

function missing(): never {
  throw new VendorError({ status: 404, body: 'no such mail' })
}

const ADDRESS = /[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+/g

/** The addresses in headers that name people; those in quoted names are none. */
export function addressesIn(part: Pick<MimePart, 'headers'>, names: readonly string[]): readonly string[] {
  const wanted = new Set(names.map(name => name.toLowerCase()))
  const values = part.headers.filter(([name]) => wanted.has(name.toLowerCase())).map(([, value]) => value)
  return values.flatMap(value => value.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').match(ADDRESS) ?? [])
}
