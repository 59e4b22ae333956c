/** What lies in Drive. */
import type { Database } from '../lib/db.ts'
import type { JsonObject } from '../lib/json.ts'
import { objects, type Objects } from '../lib/objects.ts'
import type { Account } from './account.ts'
import { refused } from './errors.ts'
import { contents, type Contents } from './uploads.ts'

/** A file or a folder. */
export interface DriveFile {
  readonly id: string
  readonly name: string
  readonly mimeType: string
  readonly description?: string
  readonly appProperties?: Readonly<Record<string, string>>
  readonly properties?: Readonly<Record<string, string>>
  readonly parents: readonly string[]
  readonly trashed: boolean
  readonly createdTime: string
  readonly modifiedTime: string
  /** Null for a folder, and for a file of which nothing was uploaded. */
  readonly content: { readonly size: number; readonly md5: string } | null
}

/** A resumable upload. */
export interface Upload {
  readonly said: JsonObject
  readonly type: string
  /** Whose content is replaced; null for a new file. */
  readonly fileId: string | null
  readonly fields: string | null
  readonly madeMs: number
  /** The file that came of it. */
  readonly doneId?: string
}

/** The folder that everything is in. */
export const ROOT_ID = '0AAsandboxRootPVA'

/** True for a folder. */
export function isFolder({ mimeType }: Pick<DriveFile, 'mimeType'>): boolean {
  return mimeType === 'application/vnd.google-apps.folder'
}

/** All of it. */
export interface Drive {
  readonly files: Objects<DriveFile>
  readonly uploads: Objects<Upload>
  readonly contents: Contents
  /** What was uploaded becomes the content of a file. */
  complete(file: DriveFile, uploadId: string): DriveFile
}

/** Opens it over a database with the tables of stored objects and of contents. */
export function openDrive(db: Database): Drive {
  const files = objects<DriveFile>(db, 'file')
  const kept = contents(db)
  return {
    files,
    uploads: objects<Upload>(db, 'upload'),
    contents: kept,
    complete: (file, uploadId) => {
      kept.move(uploadId, file.id)
      const done = { ...file, content: { size: kept.sizeOf(file.id), md5: kept.md5Of(file.id) } }
      files.change(file.id, done)
      return done
    },
  }
}

/** What all files take, those in the trash too. */
export function usedBytes({ files }: Drive): number {
  return files.list().reduce((sum, [, { content }]) => sum + (content?.size ?? 0), 0)
}

/** @throws VendorError 403 where so much more has no room */
export function checkQuota({ ways }: Account, drive: Drive, bytes: number): void {
  if (usedBytes(drive) + bytes <= ways().quotaBytes) return
  throw refused(403, "The user's Drive storage quota has been exceeded.", 'storageQuotaExceeded')
}
