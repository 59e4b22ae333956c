import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js'
import { fits, type Shaped } from '../../domain/shape.ts'
import { notGoogle } from './failure.ts'
import type { Ask } from './sdk.ts'

/** A file or folder as a list shows it. */
export interface DriveEntry {
  readonly id: string
  readonly createdTime: string
  readonly webViewLink: string
}

/** What came of a part of an upload: how many bytes are there, or the file. */
export type Uploaded =
  | { readonly kind: 'more'; readonly arrived: number }
  | { readonly kind: 'file'; readonly id: string; readonly md5: string; readonly link: string }

const ENTRY = 'id,createdTime,webViewLink'
const UPLOADED = { id: 'text', md5Checksum: 'text', webViewLink: 'text' } as const
const UPLOADS = '/upload/drive/v3/files'

/** What is asked of Drive. The SDK sends no upload in parts: those requests are made here, with its sign-in. */
export function driveCalls(ask: Ask, baseUrl: string | null) {
  const root = baseUrl ?? 'https://www.googleapis.com'
  return {
    /** Bytes that may still be kept; null where there is no limit. */
    freeBytes: async (): Promise<number | null> => {
      const { storageQuota } = await ask({ storageQuota: { usage: 'text' } }, async ({ drive }) =>
        (await drive()).about.get({ fields: 'storageQuota(limit,usage)' }),
      )
      const limit: unknown = 'limit' in storageQuota ? storageQuota.limit : null
      return typeof limit === 'string' ? Number(limit) - Number(storageQuota.usage) : null
    },
    /** Those that fit a search, the oldest first. */
    entries: async (q: string): Promise<readonly DriveEntry[]> => {
      const shape = { files: [{ id: 'text', createdTime: 'text', webViewLink: 'text' }] } as const
      const { files } = await ask(shape, async ({ drive }) =>
        (await drive()).files.list({ q, fields: `files(${ENTRY})` }),
      )
      const age = (entry: DriveEntry): string => `${entry.createdTime} ${entry.id}`
      return files.toSorted((a, b) => (age(a) < age(b) ? -1 : 1))
    },
    makeFolder: async (requestBody: drive_v3.Schema$File): Promise<void> => {
      await ask({ id: 'text' }, async ({ drive }) =>
        (await drive()).files.create({ requestBody, fields: 'id' }),
      )
    },
    trash: async (fileId: string): Promise<void> => {
      await ask({ id: 'text' }, async ({ drive }) =>
        (await drive()).files.update({ fileId, requestBody: { trashed: true }, fields: 'id' }),
      )
    },
    /** Begins an upload in parts; gives back its id. */
    beginUpload: async (said: drive_v3.Schema$File, type: string, bytes: number): Promise<string> => {
      const { location } = await ask({ location: 'text' }, async ({ auth }) => {
        const answer = await auth.request({
          url: `${root}${UPLOADS}?uploadType=resumable&fields=id,md5Checksum,webViewLink`,
          method: 'POST',
          headers: { 'x-upload-content-type': type, 'x-upload-content-length': String(bytes) },
          data: said,
        })
        return { data: { location: answer.headers.get('location') } }
      })
      const id = URL.canParse(location) ? new URL(location).searchParams.get('upload_id') : null
      if (id === null) throw notGoogle()
      return id
    },
    /** Sends bytes from there on, or, without any, asks how many have arrived. */
    uploadPart: async (
      uploadId: string,
      {
        from,
        total,
        part,
      }: { readonly from: number; readonly total: number; readonly part: Uint8Array | null },
    ): Promise<Uploaded> => {
      const range =
        part === null || part.length === 0 ? '*' : `${String(from)}-${String(from + part.length - 1)}`
      const { status, arrived, file } = await ask(
        { status: 'number', arrived: 'text?', file: 'any' },
        async ({ auth }) => {
          const answer = await auth.request<unknown>({
            url: `${root}${UPLOADS}?uploadType=resumable&upload_id=${encodeURIComponent(uploadId)}`,
            method: 'PUT',
            headers: { 'content-range': `bytes ${range}/${String(total)}` },
            ...(part === null || part.length === 0 ? {} : { data: part }),
            validateStatus: code => (code >= 200 && code < 300) || code === 308,
          })
          return {
            data: { status: answer.status, arrived: answer.headers.get('range'), file: answer.data ?? '' },
          }
        },
      )
      return status === 308 ? { kind: 'more', arrived: arrivedIn(arrived) } : fileIn(file)
    },
  }
}

/** `bytes=0-99`; nothing is said where nothing has arrived. */
function arrivedIn(range: string | null): number {
  return range === null ? 0 : Number(/-(\d+)$/.exec(range)?.[1] ?? -1) + 1
}

function fileIn(file: unknown): Uploaded {
  if (!fits(file, UPLOADED)) throw notGoogle()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the shape
  const { id, md5Checksum, webViewLink } = file as Shaped<typeof UPLOADED>
  return { kind: 'file', id, md5: md5Checksum, link: webViewLink }
}
