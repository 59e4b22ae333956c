import type { FilePlace } from '../../domain/filed.ts'
import { sha256 } from '../../kernel/digest.ts'
import { nodeCrypto } from '../../kernel/node-modules.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import type { FileContent, FileStore } from '../../roles/file-store.ts'
import type { GoogleClient } from './client.ts'
import type { Uploaded } from './drive-calls.ts'

/** Parts but the last are whole multiples of 256 KiB. One is in memory at a time. */
const PART_BYTES = 8 * 1_048_576
/** Parts in a row that did not arrive, after which the upload is given up. */
const MOST_CUTS = 3
/** With less than that nothing is kept: a file may be larger than what is free. */
const LEAST_FREE_BYTES = 10_000_000
/** What is ours is found by it, whatever a person calls it. */
const OURS = 'echopilot'
const FOLDER = 'application/vnd.google-apps.folder'

/** Keeps files in Drive: those of ours alone, which is all that the sign-in shows. */
export function driveStore(api: GoogleClient): FileStore {
  // Two that make one folder at once would make two.
  let making: Promise<unknown> = Promise.resolve()
  const folderFor = (folders: readonly string[]): Promise<string> => {
    const made = making.then(async () => folderAt(api, folders))
    making = made.catch(() => null)
    return made
  }
  return {
    put: async (place, content, key) => {
      const parent = await folderFor(place.folders)
      const { name, type } = place
      const said = { name, mimeType: type, parents: [parent], appProperties: { [OURS]: tagOf(key) } }
      const uploadId = await api.beginUpload(said, type, content.bytes)
      const { id, md5, link, sent } = await upload(api, uploadId, content)
      if (md5 === sent) return link
      await api.trash(id)
      throw broken('what Google Drive keeps is not what was sent')
    },
    find: async (_: FilePlace, key) => {
      const [file] = await api.entries(`${has(tagOf(key))} and trashed = false`)
      return file?.webViewLink ?? null
    },
    whyFull: async () => {
      const free = await api.freeBytes()
      if (free === null || free >= LEAST_FREE_BYTES) return null
      return 'the storage of Google Drive is full: make room there'
    },
  }
}

/** A value and its key may have 124 bytes. */
function tagOf(key: string): string {
  return sha256(key).slice(0, 32)
}

function has(tag: string): string {
  return `appProperties has { key='${OURS}' and value='${tag}' }`
}

/** The id of the innermost; those that are missing, or in the trash, are made. */
async function folderAt(api: GoogleClient, folders: readonly string[]): Promise<string> {
  let parent = 'root'
  for (const name of folders) {
    const search = `name = ${quoted(name)} and mimeType = '${FOLDER}' and '${parent}' in parents and ${has('folder')} and trashed = false`
    const said = { name, mimeType: FOLDER, parents: [parent], appProperties: { [OURS]: 'folder' } }
    const there = await api.entries(search)
    if (there.length === 0) await api.makeFolder(said)
    // Another process may have made one too: all take the oldest.
    const [first] = there.length === 0 ? await api.entries(search) : there
    if (first === undefined) throw broken('a folder that was made in Google Drive is not shown yet')
    parent = first.id
  }
  return parent
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}

/** Part by part. After one that was cut Google is asked how far it has come, and it goes on from there. */
async function upload(api: GoogleClient, uploadId: string, { bytes, read }: FileContent) {
  const digest = nodeCrypto().createHash('md5')
  let [from, hashed, cuts] = [0, 0, 0]
  for (;;) {
    const part = await read(from, Math.min(PART_BYTES, bytes - from))
    digest.update(part.subarray(Math.max(0, hashed - from)))
    hashed = Math.max(hashed, from + part.length)
    const state = await sendPart(api, uploadId, { from, total: bytes, part })
    if (state.kind === 'file') return { ...state, sent: digest.digest('hex') }
    if (state.arrived > hashed) throw broken('Google Drive has more of a file than was sent')
    cuts = state.arrived > from ? 0 : cuts + 1
    if (cuts > MOST_CUTS) throw broken('an upload to Google Drive comes no further')
    from = state.arrived
  }
}

type Part = Parameters<GoogleClient['uploadPart']>[1]

async function sendPart(api: GoogleClient, uploadId: string, part: Part): Promise<Uploaded> {
  try {
    return await api.uploadPart(uploadId, part)
  } catch (error) {
    if (!(error instanceof ServiceFailure && error.errorClass === 'transient')) throw error
    return api.uploadPart(uploadId, { ...part, part: null })
  }
}

function broken(message: string): ServiceFailure {
  return new ServiceFailure(message, { errorClass: 'transient', billed: 'unknown' })
}
