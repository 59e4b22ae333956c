import { resolve } from 'node:path'
import { AppError, messageOf } from './errors.ts'
import type { World } from './world.ts'

/** The disk, not the name, is what is wrong. */
const DISK_IS_FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO'])

/**
 * Writes a result to the file that the operator named, whole or not at all; returns its full path. A file that is
 * there keeps its mode.
 * @throws AppError `usage` where no file can be there, `store` where the disk takes no more
 */
export function writeResultFile(world: World, what: string, file: string, text: string): string {
  const path = resolve(world.host.cwd, file)
  try {
    world.files.writeText(path, text, world.files.mode(path) ?? 0o644)
    return path
  } catch (error) {
    const message = `${what} cannot be written to ${path}: ${messageOf(error)}`
    if (error instanceof AppError) throw new AppError(error.kind, message, error.hint, error)
    throw error instanceof Error && 'code' in error && DISK_IS_FULL.has(error.code)
      ? new AppError('store', message, 'make room on the disk, then run the same command again', error)
      : new AppError('usage', message, 'name a file in a folder that you can write to', error)
  }
}
