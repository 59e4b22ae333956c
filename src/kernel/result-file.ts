import { resolve } from 'node:path'
import { AppError } from './errors.ts'
import type { World } from './world.ts'

/**
 * Writes a result to the file that the operator named, whole or not at all; returns its full path.
 * @throws AppError `usage` where no file can be there
 */
export function writeResultFile(world: World, what: string, file: string, text: string): string {
  const path = resolve(world.host.cwd, file)
  try {
    world.files.writeText(path, text, 0o644)
    return path
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'usage',
      `${what} cannot be written to ${path}: ${why}`,
      'name a file in a folder that you can write to',
      error,
    )
  }
}
