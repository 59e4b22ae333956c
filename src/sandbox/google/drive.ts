/** Drive: files and folders. https://developers.google.com/drive/api/reference/rest/v3 */
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { methodRoute, numberIn, pageOf, partialOf } from './call.ts'
import { invalid } from './errors.ts'
import { usedBytes, type Drive, type DriveFile } from './files.ts'
import { ADDRESS, SCOPES } from './identity.ts'
import { matcherOf } from './query.ts'
import { upload, uploadPart } from './transfer.ts'
import { change, create, named, saidIn, shown, USUAL_FIELDS } from './write-file.ts'

const READS_AND_WRITES = [SCOPES.files, SCOPES.drive]

/** The routes. */
export function driveRoutes(account: Account, drive: Drive): readonly Route[] {
  const route = (
    method: string,
    path: string,
    query: readonly string[],
    handle: (request: SandboxRequest) => Reply,
  ): Route => methodRoute(account, { method, path, scopes: READS_AND_WRITES, query, handle })
  const at = (request: SandboxRequest): DriveFile => named(drive, request.params['fileId'] ?? '')
  const answer = (request: SandboxRequest, file: DriveFile): Reply => ({
    status: 200,
    body: partialOf(shown(file), request, USUAL_FIELDS),
  })
  const listQuery = ['q', 'pageSize', 'pageToken']
  const updateQuery = ['addParents', 'removeParents', 'supportsAllDrives']
  const files = '/drive/v3/files'
  return [
    route('GET', '/drive/v3/about', [], request => about(account, drive, request)),
    route('GET', files, [...listQuery, 'supportsAllDrives', 'includeItemsFromAllDrives'], request =>
      list(drive, request),
    ),
    route('POST', files, ['supportsAllDrives'], request =>
      answer(request, create(account, drive, saidIn(request.rawBody))),
    ),
    route('GET', `${files}/{fileId}`, ['supportsAllDrives', 'acknowledgeAbuse'], request =>
      request.query.get('alt') === 'media' ? download(drive, at(request)) : answer(request, at(request)),
    ),
    route('PATCH', `${files}/{fileId}`, updateQuery, request =>
      answer(request, change(account, drive, at(request), saidIn(request.rawBody), request.query)),
    ),
    route('POST', `/upload${files}`, ['supportsAllDrives'], request => upload(account, drive, request, null)),
    route('PATCH', `/upload${files}/{fileId}`, updateQuery, request =>
      upload(account, drive, request, at(request)),
    ),
    route('PUT', `/upload${files}`, [], request => uploadPart(account, drive, request)),
  ]
}

function list(drive: Drive, request: SandboxRequest): Reply {
  const matches = matcherOf(request.query.get('q') ?? '')
  const hits = drive.files.newest(-1).filter(matches)
  const { page, ...next } = pageOf(hits, numberIn(request, 'pageSize', 100, 1000), request)
  const answer = { kind: 'drive#fileList', incompleteSearch: false, files: page.map(shown), ...next }
  return {
    status: 200,
    body: partialOf(answer, request, `kind,incompleteSearch,nextPageToken,files(${USUAL_FIELDS})`),
  }
}

function about(account: Account, drive: Drive, request: SandboxRequest): Reply {
  if (request.query.get('fields') === null) {
    throw invalid("The 'fields' parameter is required for this method.", 'required', 'fields')
  }
  const user = { kind: 'drive#user', displayName: 'Ana', me: true, permissionId: '1', emailAddress: ADDRESS }
  const usage = String(usedBytes(drive))
  const storageQuota = { limit: String(account.ways().quotaBytes), usage, usageInDrive: usage }
  return { status: 200, body: partialOf({ kind: 'drive#about', user, storageQuota }, request, '*') }
}

function download({ contents }: Drive, { id, content, mimeType }: DriveFile): Reply {
  if (content === null) {
    throw invalid('Only files with binary content can be downloaded.', 'fileNotDownloadable', 'alt')
  }
  return { status: 200, headers: { 'content-type': mimeType }, body: contents.bytesOf(id) }
}
