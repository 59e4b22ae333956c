/** Uploads: at once, or part by part with an answer to each. */
import type { Reply, SandboxRequest } from '../lib/service.ts'
import { newSecret, type Account } from './account.ts'
import { partialOf } from './call.ts'
import { fileNotFound, invalid } from './errors.ts'
import { checkQuota, type Drive, type DriveFile } from './files.ts'
import { bareType, GRAIN, partsOfUpload, rangeOf } from './uploads.ts'
import { change, create, folder, named, saidIn, shown, USUAL_FIELDS } from './write-file.ts'

const WEEK_MS = 7 * 86_400_000

/** At once, or the beginning of one that is resumable. */
export function upload(
  account: Account,
  drive: Drive,
  request: SandboxRequest,
  file: DriveFile | null,
): Reply {
  if (request.query.get('uploadType') === 'resumable') return begin(account, drive, request, file)
  const { metadata, media, type } = partsOfUpload(request)
  checkQuota(account, drive, media.length)
  const said = saidIn(metadata)
  const target =
    file === null ? create(account, drive, said, type) : change(account, drive, file, said, request.query)
  const uploadId = newSecret('U')
  drive.contents.append(uploadId, media)
  const done = drive.complete(target, uploadId)
  return { status: 200, body: partialOf(shown(done), request, USUAL_FIELDS) }
}

function begin(account: Account, drive: Drive, request: SandboxRequest, file: DriveFile | null): Reply {
  const { headers, query, rawBody } = request
  const size = headers['x-upload-content-length']
  checkQuota(account, drive, Number(size ?? 0))
  const id = newSecret('U')
  const type = bareType(String(headers['x-upload-content-type'] ?? 'application/octet-stream'))
  const said = saidIn(rawBody)
  // What is wrong with it is said before anything is sent.
  for (const parent of Array.isArray(said['parents']) ? said['parents'] : []) folder(drive, String(parent))
  drive.uploads.add(
    { said, type, fileId: file?.id ?? null, fields: query.get('fields'), madeMs: account.now() },
    id,
  )
  const location = new URL(`http://${headers.host ?? '127.0.0.1'}/upload/drive/v3/files`)
  location.search = new URLSearchParams({ uploadType: 'resumable', upload_id: id }).toString()
  return { status: 200, headers: { location: location.href, 'x-guploader-uploadid': id }, body: '' }
}

/** One part of a resumable upload, or the question how far it has come. */
export function uploadPart(account: Account, drive: Drive, request: SandboxRequest): Reply {
  const id = request.query.get('upload_id') ?? ''
  const known = drive.uploads.get(id)
  if (known === undefined || account.now() - known.madeMs > WEEK_MS) throw fileNotFound(id)
  if (known.doneId !== undefined) return uploaded(named(drive, known.doneId), known.fields, request)
  const { from, total } = rangeOf(request)
  const arrived = drive.contents.sizeOf(id)
  if (from === null) return total === arrived ? finish(account, drive, id, request) : resume(arrived)
  // What has arrived already is not taken twice; what leaves a gap is not taken at all.
  if (from !== arrived) return resume(arrived)
  const isLast = total !== null && from + request.rawBody.length === total
  if (!isLast && request.rawBody.length % GRAIN !== 0) {
    throw invalid(`The size of a part must be a multiple of ${String(GRAIN)}.`, 'badRequest')
  }
  if (request.fault?.type === 'half-part') {
    const half = Math.floor(request.rawBody.length / 2 / GRAIN) * GRAIN
    drive.contents.append(id, request.rawBody.subarray(0, half))
    return { status: 503, body: '' }
  }
  checkQuota(account, drive, arrived + request.rawBody.length)
  drive.contents.append(id, request.rawBody)
  return isLast ? finish(account, drive, id, request) : resume(arrived + request.rawBody.length)
}

/** How far it has come: nothing is said of the range where nothing has arrived. */
function resume(arrived: number): Reply {
  const headers: Record<string, string> = arrived === 0 ? {} : { range: `bytes=0-${String(arrived - 1)}` }
  return { status: 308, headers, body: '' }
}

function finish(account: Account, drive: Drive, id: string, request: SandboxRequest): Reply {
  const known = drive.uploads.get(id)
  if (known === undefined) throw fileNotFound(id)
  const { said, type, fileId, fields } = known
  const target =
    fileId === null
      ? create(account, drive, said, type)
      : change(account, drive, named(drive, fileId), said, new URLSearchParams())
  const done = drive.complete(target, id)
  drive.uploads.change(id, { ...known, doneId: done.id })
  return uploaded(done, fields, request)
}

function uploaded(file: DriveFile, fields: string | null, request: SandboxRequest): Reply {
  const query = new URLSearchParams(fields === null ? {} : { fields })
  return { status: 200, body: partialOf(shown(file), { ...request, query }, USUAL_FIELDS) }
}
