/** What is uploaded: at once, as one of two parts, or part by part. https://developers.google.com/drive/api/guides/manage-uploads */
import { createHash } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import { leavesOf, readMime } from '../lib/mime.ts'
import type { SandboxRequest } from '../lib/service.ts'
import { invalid } from './errors.ts'

/** The bytes of files and of uploads that are not complete, in pieces as they came. */
export const CONTENT_SCHEMA = `
CREATE TABLE IF NOT EXISTS content (
  id TEXT NOT NULL,
  start INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (id, start)
) STRICT;`

/** Parts but the last must be whole multiples of it. */
export const GRAIN = 262_144

/** The contents over a database with {@link CONTENT_SCHEMA}. */
export function contents(db: Database) {
  const insert = db.prepare<[string, number, Buffer]>(
    'INSERT INTO content (id, start, bytes) VALUES (?, ?, ?)',
  )
  const pieces = db.prepare<[string], { readonly bytes: Buffer }>(
    'SELECT bytes FROM content WHERE id = ? ORDER BY start',
  )
  const size = db.prepare<[string], { readonly size: number }>(
    'SELECT coalesce(sum(length(bytes)), 0) AS size FROM content WHERE id = ?',
  )
  const rename = db.prepare<[string, string]>('UPDATE content SET id = ? WHERE id = ?')
  const remove = db.prepare<[string]>('DELETE FROM content WHERE id = ?')
  const sizeOf = (id: string): number => size.get(id)?.size ?? 0
  return {
    sizeOf,
    append: (id: string, bytes: Buffer): void => {
      if (bytes.length > 0) insert.run(id, sizeOf(id), bytes)
    },
    /** Takes the place of what `to` had. */
    move: (from: string, to: string): void => {
      remove.run(to)
      rename.run(to, from)
    },
    /** Read piece by piece: a file may be larger than memory. */
    md5Of: (id: string): string => {
      const hash = createHash('md5')
      for (const { bytes } of pieces.iterate(id)) hash.update(bytes)
      return hash.digest('hex')
    },
    bytesOf: (id: string): Buffer => Buffer.concat(pieces.all(id).map(({ bytes }) => bytes)),
    clear: (): void => void db.exec('DELETE FROM content'),
  }
}

/** The contents of one stand-in. */
export type Contents = ReturnType<typeof contents>

/** What a call uploads at once: what is said of it (empty where nothing is), its bytes and their type. @throws VendorError 400 */
export function partsOfUpload({ query, headers, rawBody }: SandboxRequest): {
  readonly metadata: Buffer
  readonly media: Buffer
  readonly type: string
} {
  const type = headers['content-type'] ?? 'application/octet-stream'
  const uploadType = query.get('uploadType')
  if (uploadType === 'media') return { metadata: Buffer.alloc(0), media: rawBody, type: bareType(type) }
  if (uploadType !== 'multipart') throw invalid(`Invalid upload type: ${uploadType ?? ''}`, 'badRequest')
  const head = Buffer.from(`content-type: ${type}\r\n\r\n`)
  const [metadata, media, ...more] = leavesOf(readMime(Buffer.concat([head, rawBody])))
  if (metadata?.type !== 'application/json' || media === undefined || more.length > 0) {
    throw invalid('Malformed multipart body.', 'badContent')
  }
  return { metadata: metadata.content, media: media.content, type: media.type }
}

/** A type without its parameters. */
export function bareType(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase()
}

/** What a part of a resumable upload is: where it begins and ends, and the whole size where it is known. */
export interface PartRange {
  /** Null asks how much has arrived. */
  readonly from: number | null
  readonly total: number | null
}

/** Reads `Content-Range`; a body without one is the whole. @throws VendorError 400 */
export function rangeOf({ headers, rawBody }: SandboxRequest): PartRange {
  const given = headers['content-range']
  if (given === undefined) return { from: 0, total: rawBody.length }
  const [, from, to, star, total] = /^bytes (?:(\d+)-(\d+)|(\*))\/(\d+|\*)$/.exec(given) ?? []
  if (total === undefined) throw invalid('Failed to parse Content-Range header.', 'badRequest')
  const whole = total === '*' ? null : Number(total)
  if (star !== undefined) return { from: null, total: whole }
  if (Number(to) - Number(from) + 1 !== rawBody.length || (whole !== null && Number(to) >= whole)) {
    throw invalid('Content-Range does not match the body.', 'badRequest')
  }
  return { from: Number(from), total: whole }
}
