/** Gmail: sending, and looking up what was sent. https://developers.google.com/gmail/api/reference/rest/v1 */
import { addressesIn, mimeOf, type Mail } from '../lib/mailbox.ts'
import { headerText, rawHeader, readMime, textOfType, type MimePart } from '../lib/mime.ts'
import { stringOf, type JsonObject } from '../lib/json.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import { newSecret, type Account } from './account.ts'
import { methodRoute, numberIn, objectIn, pageOf, partialOf } from './call.ts'
import { invalid, refused } from './errors.ts'
import { ADDRESS, SCOPES } from './identity.ts'
import { scopesOf } from './oauth.ts'
import { partsOfUpload } from './uploads.ts'

const SENDS = [SCOPES.send, SCOPES.mail]
const READS = [SCOPES.metadata, SCOPES.readMail, SCOPES.mail]
const MOST_BYTES = 36_700_160

/** The routes. */
export function gmailRoutes(account: Account): readonly Route[] {
  const route = (
    method: string,
    path: string,
    scopes: readonly string[],
    query: readonly string[],
    work: (account: Account, request: SandboxRequest) => JsonObject,
  ): Route =>
    methodRoute(account, {
      method,
      path,
      scopes,
      query,
      handle: request => {
        checkUser(request)
        return { status: 200, body: partialOf(work(account, request), request, '*') } satisfies Reply
      },
    })
  const messages = '/gmail/v1/users/{userId}/messages'
  return [
    route('POST', `${messages}/send`, SENDS, [], sendRaw),
    route('POST', `/upload${messages}/send`, SENDS, [], sendUploaded),
    route('GET', messages, READS, ['q', 'labelIds', 'maxResults', 'pageToken', 'includeSpamTrash'], list),
    route('GET', `${messages}/{id}`, READS, ['format', 'metadataHeaders'], get),
    route('GET', '/gmail/v1/users/{userId}/profile', READS, [], profile),
  ]
}

function checkUser({ params }: SandboxRequest): void {
  const { userId } = params
  if (userId === 'me' || userId === ADDRESS) return
  throw refused(403, `Delegation denied for ${ADDRESS}`, 'forbidden')
}

function sendRaw(account: Account, { rawBody }: SandboxRequest): JsonObject {
  const raw = stringOf(objectIn(rawBody, ['raw', 'threadId', 'labelIds']), 'raw')
  if (raw === undefined) {
    throw invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
  }
  if (!/^[\w-]*={0,2}$/.test(raw))
    throw invalid('Invalid value at "message.raw" (TYPE_BYTES), Base64 decoding failed')
  return accept(account, Buffer.from(raw, 'base64url'))
}

function sendUploaded(account: Account, request: SandboxRequest): JsonObject {
  const { metadata, media, type } = partsOfUpload(request)
  objectIn(metadata, ['threadId', 'labelIds'])
  if (!type.startsWith('message/')) {
    throw invalid(`Media type '${type}' is not supported. Valid media types: [message/*]`, 'badContent')
  }
  return accept(account, media)
}

function accept(account: Account, given: Buffer): JsonObject {
  if (given.length > MOST_BYTES) throw refused(413, 'Request Too Large', 'uploadTooLarge')
  const mime = readMime(given)
  const to = addressesIn(mime, ['To', 'Cc', 'Bcc'])
  if (to.length === 0) throw invalid('Recipient address required')
  const from = addressesIn(mime, ['From'])
  if (from.length > 1) throw invalid('Invalid From header')
  const { messageId, raw } = withMessageId(account, mime, withoutBcc(given))
  const { id } = account.mails.add({ messageId, to }, raw)
  return { id, threadId: id, labelIds: ['SENT'] }
}

/** It is delivered to whoever stands there, and nobody reads of it. */
function withoutBcc(raw: Buffer): Buffer {
  return changeHead(raw, head => head.replaceAll(/^bcc:.*(?:\r?\n[ \t].*)*\r?\n/gim, ''))
}

function withMessageId(
  account: Account,
  mime: MimePart,
  raw: Buffer,
): { readonly messageId: string; readonly raw: Buffer } {
  const given = rawHeader(mime, 'message-id')
  const isWellFormed = /^<[^\s<>@]+@[^\s<>@]+>$/.test(given ?? '')
  if (given !== undefined && isWellFormed && account.ways().keepsMessageIds) return { messageId: given, raw }
  const messageId = `<${newSecret('CA')}@mail.gmail.com>`
  const renamed = changeHead(
    raw,
    head => `Message-ID: ${messageId}\r\n${head.replace(/^message-id:/im, 'X-Google-Original-Message-ID:')}`,
  )
  return { messageId, raw: renamed }
}

function changeHead(raw: Buffer, change: (head: string) => string): Buffer {
  const text = raw.toString('latin1')
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length
  // With its line end, so that the last header is whole.
  const head = `${text.slice(0, end)}\r\n`
  return Buffer.from(change(head).replace(/\r\n$/, '') + text.slice(end), 'latin1')
}

function list(account: Account, request: SandboxRequest): JsonObject {
  const { query } = request
  const q = query.get('q')
  if (q !== null && !hasMoreThanMetadata(account, request)) {
    throw refused(403, "Metadata scope does not support 'q' parameter", 'forbidden')
  }
  const labels = query.getAll('labelIds')
  const fits = searchFor(q ?? '')
  const hits = account.mails.all().filter(mail => labels.every(label => label === 'SENT') && fits(mail))
  const { page, ...next } = pageOf(hits, numberIn(request, 'maxResults', 100, 500), request)
  const messages = page.map(({ id }) => ({ id, threadId: id }))
  // An empty list is left out.
  return { ...(messages.length === 0 ? {} : { messages }), ...next, resultSizeEstimate: hits.length }
}

/** The part of the language of the search box that finds one mail; other words are refused rather than misread. */
function searchFor(q: string): (mail: Mail) => boolean {
  const tests = q.split(/\s+/).flatMap((word): ((mail: Mail) => boolean)[] => {
    if (word === '' || word === 'in:sent') return []
    const [, operator, value = ''] = /^(rfc822msgid|to|after):(\S+)$/.exec(word) ?? []
    if (operator === 'rfc822msgid') return [({ messageId }) => bare(messageId) === bare(value)]
    if (operator === 'to') return [({ to }) => to.includes(value)]
    if (operator === 'after') return [({ atMs }) => atMs > Number(value) * 1000]
    throw invalid(`The sandbox does not know the search "${word}"`)
  })
  return mail => tests.every(test => test(mail))
}

function bare(messageId: string): string {
  return messageId.replaceAll(/^<|>$/g, '')
}

function hasMoreThanMetadata(account: Account, request: SandboxRequest): boolean {
  return (scopesOf(account, request) ?? []).some(scope => scope === SCOPES.readMail || scope === SCOPES.mail)
}

function get(account: Account, request: SandboxRequest): JsonObject {
  const { params, query } = request
  const mail = account.mails.find(params['id'] ?? '')
  if (mail === undefined) throw refused(404, 'Requested entity was not found.', 'notFound')
  const format = query.get('format') ?? 'full'
  const isWhole = format === 'full' || format === 'raw'
  if (isWhole && !hasMoreThanMetadata(account, request)) {
    throw refused(403, `Metadata scope doesn't allow format ${format.toUpperCase()}`, 'forbidden')
  }
  const mime = mimeOf(mail)
  const about = {
    id: mail.id,
    threadId: mail.id,
    labelIds: ['SENT'],
    historyId: String(Number(mail.id)),
    internalDate: String(mail.atMs),
    sizeEstimate: Buffer.from(mail.raw, 'base64').length,
  }
  switch (format) {
    case 'minimal':
      return about
    case 'raw':
      return { ...about, raw: Buffer.from(mail.raw, 'base64').toString('base64url') }
    case 'metadata':
      return { ...about, payload: headOf(mime, query.getAll('metadataHeaders')) }
    case 'full':
      return {
        ...about,
        snippet: (textOfType(mime, 'text/plain') ?? '').slice(0, 100),
        payload: wholeOf(mime, ''),
      }
    default:
      throw invalid(
        `Invalid value at 'format' (type.googleapis.com/caribou.api.proto.MessageFormat), "${format}"`,
      )
  }
}

/** Only those that are named, where any are. */
function headOf(mime: MimePart, names: readonly string[]): JsonObject {
  const wanted = names.map(name => name.toLowerCase())
  const headers = mime.headers
    .filter(([name]) => wanted.length === 0 || wanted.includes(name.toLowerCase()))
    .map(([name]) => ({ name, value: headerText(mime, name) }))
  return { mimeType: mime.type, headers }
}

function wholeOf(part: MimePart, partId: string): JsonObject {
  const head = { partId, filename: part.fileName ?? '', ...headOf(part, []) }
  if (part.parts.length === 0) {
    return { ...head, body: { size: part.content.length, data: part.content.toString('base64url') } }
  }
  const parts = part.parts.map((one, index) =>
    wholeOf(one, partId === '' ? String(index) : `${partId}.${String(index)}`),
  )
  return { ...head, body: { size: 0 }, parts }
}

function profile({ mails }: Account): JsonObject {
  const total = mails.all().length
  return { emailAddress: ADDRESS, messagesTotal: total, threadsTotal: total, historyId: String(total) }
}
