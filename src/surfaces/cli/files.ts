import { join, resolve } from 'node:path'
import { AppError, messageOf } from '../../kernel/errors.ts'
import { optional, textField, type Fields } from '../../kernel/field.ts'
import { utf8Text } from '../../kernel/utf8.ts'
import type { World } from '../../kernel/world.ts'
import type { AnyOperation } from '../../operations/define.ts'

type Given = Readonly<Record<string, unknown>>

/** What an operation takes on the command line: its input, and the flags that name files. */
export function withFileFlags({ input, readFrom, writeTo, streamTo, writeFolder }: AnyOperation): Fields {
  const fieldOf = (file: { readonly flag: string; readonly meaning: string } | undefined): Fields =>
    file === undefined ? {} : { [file.flag]: optional(textField(file.meaning)) }
  return {
    ...fieldOf(readFrom),
    ...input,
    ...fieldOf(writeTo),
    ...fieldOf(streamTo),
    ...fieldOf(writeFolder),
  }
}

/**
 * The input with the text that was named by a file, or is piped in, in the place of its name.
 * @throws AppError `usage` where it is given twice or cannot be read, `missing` where there is no such file
 */
export async function withFileRead(
  { readFrom }: AnyOperation,
  given: Given,
  host: { readonly world: World; readonly stop: AbortSignal; readonly readInput: () => Promise<string> },
): Promise<Given> {
  if (readFrom === undefined) return given
  const { into, flag, what } = readFrom
  const file = given[flag]
  if (given[into] === '-' && file === undefined) return { ...given, [into]: await host.readInput() }
  if (typeof file !== 'string') return given
  if (given[into] !== undefined) {
    throw new AppError('usage', `${what} is given twice, as text and as --${flag}`, 'leave one of them out')
  }
  const path = resolve(host.world.host.cwd, file)
  return { ...given, [into]: utf8Text(await bytesOf(path, what, host), what) }
}

async function bytesOf(
  path: string,
  what: string,
  { world: { files }, stop }: { readonly world: World; readonly stop: AbortSignal },
): Promise<Uint8Array> {
  let bytes: Uint8Array | null
  try {
    bytes = (await files.readPipe(path, stop)) ?? files.readBytes(path)
  } catch (error) {
    const message = `${what} cannot be read: ${messageOf(error)}`
    throw new AppError('usage', message, 'give a text file, in UTF-8', error)
  }
  if (bytes !== null) return bytes
  throw new AppError(
    'missing',
    `there is no file ${path}`,
    'name a file that is there, or - for standard input',
  )
}

/**
 * Writes the result to the file that was asked for; returns its path, null where none was.
 * @throws AppError as {@link writeResultFile}, and where there is nothing to write
 */
export function resultWritten(
  { writeTo }: Pick<AnyOperation, 'writeTo'>,
  given: Given,
  result: unknown,
  world: World,
): string | null {
  const file = writeTo === undefined ? undefined : given[writeTo.flag]
  if (writeTo === undefined || typeof file !== 'string') return null
  return writeResultFile(world, writeTo.what, file, writeTo.text(result))
}

/**
 * Writes the files of the result into the folder that was asked for, and makes that; returns its path, null where none
 * was. A file that is there is never replaced. Broken off, it leaves the first of the files: another folder is named then.
 * @throws AppError `refused` where something is in it, else as {@link writeResultFile}
 */
export function resultFolder(
  { writeFolder }: Pick<AnyOperation, 'writeFolder'>,
  given: Given,
  result: unknown,
  world: World,
): string | null {
  const folder = writeFolder === undefined ? undefined : given[writeFolder.flag]
  if (writeFolder === undefined || typeof folder !== 'string') return null
  const { what } = writeFolder
  const path = resolve(world.host.cwd, folder)
  if (inFile(what, path, () => world.files.exists(path) && !world.files.isEmptyDir(path))) {
    const message = `${what} is not written: ${path} is there, and not empty`
    throw new AppError('refused', message, 'name a folder that is not there yet')
  }
  inFile(what, path, () => world.files.makeDir(path, 0o700))
  for (const { name, text } of writeFolder.files(result)) {
    inFile(what, path, () => world.files.writeText(join(path, name), text, 0o600))
  }
  return path
}

/** Where the parts of a text go that an operation hands on while it runs. */
export interface ResultStream {
  /** The file's full path; null where it goes to standard output. */
  readonly path: string | null
  readonly emit: (text: string) => void
  readonly end: () => void
  readonly giveUp: () => void
}

/**
 * Opens the way of an operation's text: to the file that was asked for, whole or not at all, else to standard output.
 * Null where it has none.
 * @throws AppError as {@link resultWritten}; `usage` where only one JSON document is to be printed
 */
export function resultStream(
  { streamTo }: Pick<AnyOperation, 'streamTo'>,
  given: Given,
  {
    world,
    out,
    json,
  }: { readonly world: World; readonly out: (text: string) => void; readonly json: boolean },
): ResultStream | null {
  if (streamTo === undefined) return null
  const { what, flag } = streamTo
  const file = given[flag]
  if (typeof file !== 'string') {
    if (!json) return { path: null, emit: out, end: () => {}, giveUp: () => {} }
    throw new AppError(
      'usage',
      `with --json one document is printed, and ${what} would not be in it`,
      `leave --json out, or name a file with --${flag}`,
    )
  }
  const path = resolve(world.host.cwd, file)
  const writing = inFile(what, path, () => world.files.beginText(path, world.files.mode(path) ?? 0o644))
  return {
    path,
    emit: text => inFile(what, path, () => writing.write(text)),
    end: () => inFile(what, path, () => writing.end()),
    giveUp: () => writing.giveUp(),
  }
}

/** The disk, not the name, is what is wrong. */
const DISK_IS_FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO'])

/**
 * Writes a result to the file that the operator named, whole or not at all; returns its full path. A file that is
 * there keeps its mode.
 * @throws AppError `usage` where no file can be there, `store` where the disk takes no more
 */
function writeResultFile(world: World, what: string, file: string, text: string | Uint8Array): string {
  const path = resolve(world.host.cwd, file)
  inFile(what, path, () => world.files.writeText(path, text, world.files.mode(path) ?? 0o644))
  return path
}

function inFile<T>(what: string, path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const message = `${what} cannot be written to ${path}: ${messageOf(error)}`
    if (error instanceof AppError) throw new AppError(error.kind, message, error.hint, error)
    throw error instanceof Error && 'code' in error && DISK_IS_FULL.has(error.code)
      ? new AppError('store', message, 'make room on the disk, then run the same command again', error)
      : new AppError('usage', message, 'name a file in a folder that you can write to', error)
  }
}
