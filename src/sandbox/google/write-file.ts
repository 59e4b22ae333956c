/** Making files and changing what is said of them. */
import { isObject, stringOf, stringsOf, type JsonObject } from '../lib/json.ts'
import { newSecret, type Account } from './account.ts'
import { objectIn } from './call.ts'
import { fileNotFound, invalid } from './errors.ts'
import { isFolder, ROOT_ID, type Drive, type DriveFile } from './files.ts'

/** The fields of a file that are shown where none are asked for. */
export const USUAL_FIELDS = 'kind,id,name,mimeType'
/** What a caller may say of a file. */
const WRITABLE = [
  'id',
  'name',
  'mimeType',
  'description',
  'parents',
  'appProperties',
  'properties',
  'trashed',
]

/** The file with an id. @throws VendorError 404 */
export function named(drive: Drive, id: string): DriveFile {
  const file = drive.files.get(id)
  if (file === undefined) throw fileNotFound(id)
  return file
}

/** What a body says of a file. @throws VendorError 400 */
export function saidIn(rawBody: Buffer): JsonObject {
  return objectIn(rawBody, WRITABLE)
}

/** As callers see it. */
export function shown({ content, ...file }: DriveFile): JsonObject {
  const kept = content === null ? {} : { size: String(content.size), md5Checksum: content.md5 }
  const webViewLink = isFolder(file)
    ? `https://drive.google.com/drive/folders/${file.id}`
    : `https://drive.google.com/file/d/${file.id}/view?usp=drivesdk`
  return { kind: 'drive#file', ...file, ...kept, webViewLink, ownedByMe: true }
}

/** Makes a file; of this type where none is said. @throws VendorError 400, 404 */
export function create(account: Account, drive: Drive, said: JsonObject, type?: string): DriveFile {
  const id = stringOf(said, 'id') ?? newSecret('1')
  const parents = said['parents'] ?? [ROOT_ID]
  if (!Array.isArray(parents) || parents.length !== 1) {
    throw invalid('A shared drive item must have exactly one parent.', 'invalid', 'parents')
  }
  const now = new Date(account.now()).toISOString()
  const file: DriveFile = {
    id,
    name: stringOf(said, 'name') ?? 'Untitled',
    mimeType: stringOf(said, 'mimeType') ?? type ?? 'application/octet-stream',
    ...wordsIn(said),
    parents: [folder(drive, String(parents[0]))],
    trashed: false,
    createdTime: now,
    modifiedTime: now,
    content: null,
  }
  if (!drive.files.add(file, id)) throw invalid('A file already exists with the provided ID.', 'fileIdInUse')
  return file
}

/** The id of a folder in which a file may be. @throws VendorError 400, 404 */
export function folder(drive: Drive, id: string): string {
  if (id === ROOT_ID || id === 'root') return ROOT_ID
  const found = named(drive, id)
  if (isFolder(found)) return id
  throw invalid('The specified parent is not a folder.', 'parentNotAFolder', 'parents')
}

function wordsIn(said: JsonObject): Partial<DriveFile> {
  const description = stringOf(said, 'description')
  const [appProperties, properties] = [propertiesIn(said, 'appProperties'), propertiesIn(said, 'properties')]
  return {
    ...(description === undefined ? {} : { description }),
    ...(appProperties === undefined ? {} : { appProperties }),
    ...(properties === undefined ? {} : { properties }),
  }
}

/** A key and its value may have 124 bytes together. */
function propertiesIn(said: JsonObject, name: string): Record<string, string> | undefined {
  const given = said[name]
  if (!isObject(given)) return undefined
  const long = Object.entries(given).find(([key, value]) => Buffer.byteLength(key + String(value)) > 124)
  if (long === undefined) return stringsOf(given)
  throw invalid('The size of the property key and value exceeds 124 bytes.', 'propertyTooLarge', name)
}

/** Changes what is said of a file. @throws VendorError 400, 404 */
export function change(
  account: Account,
  drive: Drive,
  file: DriveFile,
  said: JsonObject,
  query: URLSearchParams,
): DriveFile {
  if ('parents' in said || 'id' in said) {
    throw invalid(
      'The parents field is not directly writable in update requests. Use the addParents and removeParents parameters instead.',
      'fieldNotWritable',
      'parents',
    )
  }
  const added = query.get('addParents')
  const next: DriveFile = {
    ...file,
    name: stringOf(said, 'name') ?? file.name,
    mimeType: stringOf(said, 'mimeType') ?? file.mimeType,
    ...wordsIn(said),
    trashed: typeof said['trashed'] === 'boolean' ? said['trashed'] : file.trashed,
    parents: added === null ? file.parents : [folder(drive, added)],
    modifiedTime: new Date(account.now()).toISOString(),
  }
  drive.files.change(file.id, next)
  return next
}
