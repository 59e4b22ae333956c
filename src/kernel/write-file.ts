import * as fs from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AppError } from './errors.ts'
import type { FileWriting } from './world.ts'
import { nodeCrypto } from './node-modules.ts'

/** More links than this are a loop, as for the kernel (ELOOP). */
const MOST_LINKS = 40

/**
 * Writes a file that the operator named. A regular file, or a new one, is replaced whole or not at all: a temporary
 * name beside it, then a rename, which keeps the owner. A rename would also put a regular file in the place of a
 * device, a pipe or a link: devices and pipes are written into, and a link is followed to the file it names.
 * The folder must be there.
 * @throws AppError `usage` for what can be no file, `refused` for a link that somebody else put there
 */
export function writeFile(path: string, content: string | Uint8Array, mode: number): void {
  const file = beginFile(path, mode)
  try {
    file.write(content)
    file.end()
  } catch (error) {
    file.giveUp()
    throw error
  }
}

/**
 * Begins to write such a file, part by part: a regular one is not there, or as it was, until its end.
 * @throws AppError as {@link writeFile}
 */
export function beginFile(path: string, mode: number): FileWriting {
  const descriptor = ownDescriptor(path)
  if (descriptor !== null && !canBeOpenedAnew(fs.fstatSync(descriptor))) {
    return { write: content => writeAll(descriptor, content), end: () => {}, giveUp: () => {} }
  }
  const target = descriptor === null ? followLinks(path) : path
  const found = fs.statSync(target, { throwIfNoEntry: false })
  if (found === undefined || found.isFile()) return replacing(target, mode, found)
  if (found.isCharacterDevice() || found.isFIFO()) return writingInto(target, found.isFIFO())
  throw noFile(path, found)
}

function noFile(path: string, found: fs.Stats): AppError {
  const kind = found.isDirectory() ? 'a folder' : found.isSocket() ? 'a socket' : 'a device that holds a disk'
  return new AppError('usage', `${path} is ${kind}`, 'name a file')
}

/** `/dev/stdout`, `/dev/fd/5`: the number of an open file of this process. */
function ownDescriptor(path: string): number | null {
  if (path === '/dev/stdout') return 1
  if (path === '/dev/stderr') return 2
  const number = /^(?:\/dev|\/proc\/self)\/fd\/(\d+)$/.exec(path)?.[1]
  return number === undefined ? null : Number(number)
}

/** A file would be written from its start, over what stands in it; a socket cannot be opened at all. */
function canBeOpenedAnew(found: fs.Stats): boolean {
  return !found.isFile() && !found.isSocket()
}

/** Where a path leads in the end, link by link; what is not there yet is where it would be made. */
function followLinks(path: string): string {
  let at = path
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const folder = fs.realpathSync(dirname(at))
    const link = fs.lstatSync(at, { throwIfNoEntry: false })
    if (link?.isSymbolicLink() !== true) return at
    if (!mayFollow(link, fs.statSync(folder))) {
      throw new AppError(
        'refused',
        `${at} is a link that somebody else put into a folder which all may write to`,
        'name the file itself, or one in a folder of your own',
      )
    }
    at = resolve(folder, fs.readlinkSync(at))
  }
  throw new AppError('refused', `${path} is a link that leads in a circle`, 'name the file itself')
}

/** The kernel's rule for opening through links in folders such as /tmp (proc(5), protected_symlinks). */
function mayFollow(link: fs.Stats, folder: fs.Stats): boolean {
  const isSharedByAll = (folder.mode & 0o1002) === 0o1002
  return !isSharedByAll || link.uid === process.geteuid?.() || link.uid === folder.uid
}

function replacing(path: string, mode: number, found: fs.Stats | undefined): FileWriting {
  const temporary = `${path}.${nodeCrypto().randomBytes(6).toString('hex')}.tmp`
  const descriptor = fs.openSync(temporary, 'wx', mode)
  const close = once(() => fs.closeSync(descriptor))
  return {
    write: content => writeAll(descriptor, content),
    end: () => {
      fs.fsyncSync(descriptor)
      close()
      // The process's umask is for files that are new.
      if (found !== undefined) fs.chmodSync(temporary, mode)
      if (found !== undefined) keepOwner(temporary, found)
      fs.renameSync(temporary, path)
    },
    giveUp: () => {
      close()
      fs.rmSync(temporary, { force: true })
    },
  }
}

/** Does it the first time it is asked for. */
function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}

/** Only root can give a file away; whoever else replaces one owns what is new. */
function keepOwner(temporary: string, { uid, gid }: fs.Stats): void {
  if (process.geteuid?.() === 0) fs.chownSync(temporary, uid, gid)
}

function writingInto(path: string, isPipe: boolean): FileWriting {
  // Opening a pipe that nobody reads would wait for ever; so it fails (ENXIO), and while it is open ours cannot wait.
  const probe = isPipe ? fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK) : null
  try {
    const descriptor = fs.openSync(path, fs.constants.O_WRONLY)
    const close = once(() => fs.closeSync(descriptor))
    return { write: content => writeAll(descriptor, content), end: close, giveUp: close }
  } finally {
    if (probe !== null) fs.closeSync(probe)
  }
}

function writeAll(descriptor: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
  for (let at = 0; at < bytes.length;) at += fs.writeSync(descriptor, bytes, at)
}
