/** The board: what the person sees of the mails that were sent and of the files, with what can go wrong. */
import { boardPage, type BoardRow, type Button } from '../lib/board.ts'
import { mailList } from '../lib/mailbox.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { isFolder, ROOT_ID, usedBytes, type Drive, type DriveFile } from './files.ts'
import { ADDRESS } from './identity.ts'

/** The one page, and the files that are on it. */
export function boardRoutes(account: Account, drive: Drive): readonly Route[] {
  return [
    { method: 'GET', path: '/', handle: request => board(account, drive, request) },
    { method: 'GET', path: '/file/{id}', handle: request => saved(drive, request) },
  ]
}

function board(account: Account, drive: Drive, { query }: SandboxRequest): Reply {
  const files = drive.files.list().map(([, file]) => file)
  const { quotaBytes } = account.ways()
  return boardPage({
    service: 'google',
    title: 'Google',
    subtitle: `Gmail and Drive of ${ADDRESS}: ${String(usedBytes(drive))} of ${String(quotaBytes)} bytes are used`,
    links: [],
    problem: query.get('problem') ?? '',
    lists: [
      mailList('Mails sent', account.mails.all()),
      { title: 'Files', rows: rowsIn(files, ROOT_ID, ''), buttons: STORAGE },
      { title: 'Sign-in', rows: [], buttons: [...SIGN_IN, ...waysOf(account)] },
    ],
  })
}

const STORAGE: readonly Button[] = [
  ['Storage is full', 'quota', { bytes: '0' }],
  ['Storage has room', 'quota', { bytes: String(15 * 1024 ** 3) }],
]

const SIGN_IN: readonly Button[] = [
  ['End it', 'revoke', {}],
  ['Make it again', 'sign-in', {}],
  ['For sending alone', 'sign-in', { scopes: 'gmail.send' }],
  ['Access tokens end', 'expire', {}],
  ['Let a day pass', 'clock', { seconds: '86400' }],
]

function waysOf({ ways }: Account): readonly Button[] {
  const { rotates, isTesting, keepsMessageIds } = ways()
  return [
    [rotates ? 'Keep refresh tokens' : 'Rotate refresh tokens', 'rotate', { on: String(!rotates) }],
    [isTesting ? 'Publish the application' : 'Application in Testing', 'testing', { on: String(!isTesting) }],
    [
      keepsMessageIds ? 'Replace Message-IDs' : 'Keep Message-IDs',
      'replace-message-ids',
      { on: String(keepsMessageIds) },
    ],
  ]
}

/** A folder and then what is in it, with the path to it. */
function rowsIn(files: readonly DriveFile[], parent: string, path: string): readonly BoardRow[] {
  return files
    .filter(({ parents }) => parents.includes(parent))
    .flatMap(file => [rowOf(file, path), ...rowsIn(files, file.id, `${path}${file.name}/`)])
}

function rowOf(file: DriveFile, path: string): BoardRow {
  const { id, name, content, trashed } = file
  const row = { id, about: `${path}${name}${isFolder(file) ? '/' : ''}`, buttons: [] }
  const state = trashed ? 'in the trash' : content === null ? 'empty' : `${String(content.size)} bytes`
  return content === null
    ? { ...row, state: isFolder(file) ? 'folder' : state }
    : { ...row, state, opens: `/file/${id}` }
}

function saved({ files, contents }: Drive, { params }: SandboxRequest): Reply {
  const file = files.get(params['id'] ?? '')
  if (file === undefined) throw new VendorError({ status: 404, body: 'no such file' })
  const disposition = `attachment; filename*=utf-8''${encodeURIComponent(file.name)}`
  const headers = { 'content-type': 'application/octet-stream', 'content-disposition': disposition }
  return { status: 200, headers, body: contents.bytesOf(file.id) }
}
