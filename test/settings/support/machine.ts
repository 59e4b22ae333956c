/** A machine in memory: files with modes, an environment, a home. */
import type { Files, Host, World } from '../../../src/kernel/world.ts'

/** A file: its text, and its mode where it is not 0600. */
export type FileSpec = string | { readonly text: string; readonly mode: number } | { readonly broken: string }

/** The part of a world that settings and secrets are read from. */
export function machine(
  files: Readonly<Record<string, FileSpec>>,
  env: Readonly<Record<string, string>> = {},
): Pick<World, 'host' | 'files'> {
  return { host: hostOf(env), files: filesOf(files) }
}

function hostOf(env: Readonly<Record<string, string>>): Host {
  return {
    env,
    cwd: '/cwd',
    homeDir: '/home/ana',
    user: 'ana',
    nodeVersion: '24.0.0',
    pid: 4711,
    execPath: '/usr/bin/node',
    scriptPath: '',
  }
}

function filesOf(files: Readonly<Record<string, FileSpec>>): Files {
  const never = (): never => {
    throw new Error('settings are only read')
  }
  const readText = (path: string): string | null => {
    const file = files[path]
    if (file === undefined) return null
    if (typeof file === 'string') return file
    if ('broken' in file) throw new Error(file.broken)
    return file.text
  }
  return {
    readText,
    readBytes: never,
    mode: path => {
      const file = files[path]
      if (file === undefined) return null
      return typeof file === 'object' && 'mode' in file ? file.mode : 0o600
    },
    writeText: never,
    beginText: never,
    readPipe: async () => null,
    makeFile: never,
    tighten: never,
    rename: never,
    list: never,
    makeDir: never,
    freeBytes: () => null,
    exists: path => files[path] !== undefined,
    isEmptyDir: never,
    remove: never,
  }
}
