/** Forgetting what a sandbox that does not run holds. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxError } from './errors.ts'
import { databaseName, SANDBOX_SERVICES } from './services.ts'

/**
 * Removes the stand-ins' databases in `dir`; nothing else there is touched, and a missing folder is nothing to do.
 * Rejects with `SandboxError` `in-use`, before removing anything, while a sandbox runs on it: that one is reset by
 * `POST /__sandbox/reset` of each service.
 */
export async function resetSandbox(dir: string): Promise<void> {
  const files = SANDBOX_SERVICES.map(({ name }) => join(dir, databaseName(name))).filter(file =>
    existsSync(file),
  )
  for (const file of files) await refuseWhenHeld(file)
  for (const file of files) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
  }
}

/** Whether a sandbox runs on the databases in `dir`, of this program or another. */
export async function isSandboxRunning(dir: string): Promise<boolean> {
  for (const { name } of SANDBOX_SERVICES) {
    const file = join(dir, databaseName(name))
    if (existsSync(file) && (await isInUse(file))) return true
  }
  return false
}

async function isInUse(file: string): Promise<boolean> {
  try {
    await refuseWhenHeld(file)
    return false
  } catch (error) {
    if (error instanceof SandboxError) return true
    throw error
  }
}

async function refuseWhenHeld(file: string): Promise<void> {
  // Loaded here only: starting a sandbox needs no SQLite in the caller's process.
  const { isHeld, openDatabase } = await import('./lib/db.ts')
  try {
    openDatabase(file, '').close()
  } catch (error) {
    if (isHeld(error)) throw new SandboxError('in-use', `a sandbox is running on ${file}`)
    // A damaged database is a reason to remove it, not to stop.
  }
}
