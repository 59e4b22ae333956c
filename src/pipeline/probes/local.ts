import { AppError, isStoreFailure } from '../../kernel/errors.ts'
import type { Attempted } from '../../kernel/operation.ts'
import { clockText } from '../../kernel/text.ts'
import type { LoadedSettings } from '../../settings/load.ts'
import type { Store } from '../../store/index.ts'
import type { NewProof } from '../../store/proofs.ts'

/** The oldest Node that the store's driver runs on; below it the process dies without a word. */
const OLDEST_NODE = [22, 14]

/** That the program runs on a Node it works with. */
export function runtimeProof(nodeVersion: string): NewProof {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = OLDEST_NODE
  const fine = major > leastMajor || (major === leastMajor && minor >= leastMinor)
  return {
    subject: 'node',
    outcome: fine ? 'proved' : 'failed',
    detail: `runs on Node ${nodeVersion}`,
    fix: fine ? null : `install Node ${OLDEST_NODE.join('.')} or newer`,
  }
}

/** That the configuration is valid as a whole. */
export function configProof(settings: Attempted<LoadedSettings>): NewProof {
  if (!settings.ok) {
    return {
      subject: 'config',
      outcome: 'failed',
      detail: settings.error.message,
      fix: settings.error.hint,
    }
  }
  const { path, fileExists } = settings.value
  return {
    subject: 'config',
    outcome: 'proved',
    detail: fileExists ? `${path} is valid` : `no file ${path}: defaults and environment are used`,
    fix: null,
  }
}

/**
 * That nothing in the store is of a later time than now. Which of the two clocks was wrong nobody here can tell, so
 * it is never more than not proved.
 */
export async function clockProofs(store: Attempted<Store>, nowMs: number): Promise<NewProof[]> {
  if (!store.ok) return []
  const subject = 'clock'
  try {
    const ahead = await store.value.clock.ahead()
    return ahead === null
      ? [{ subject, outcome: 'proved', detail: 'nothing was recorded at a later time than now', fix: null }]
      : [
          {
            subject,
            outcome: 'not_proved',
            detail: clockText(ahead, nowMs),
            fix: 'compare `date -u` with a clock you trust',
          },
        ]
  } catch (error) {
    // A store that cannot be read is a finding of its own.
    if (error instanceof AppError && isStoreFailure(error)) return []
    throw error
  }
}

/** That the store is whole and takes writes. */
export async function storeProof(store: Attempted<Store>): Promise<NewProof> {
  if (!store.ok) {
    return { subject: 'store', outcome: 'failed', detail: store.error.message, fix: store.error.hint }
  }
  const flaw = await store.value.check()
  const { path, schema, sqlite } = store.value.facts
  return flaw === null
    ? {
        subject: 'store',
        outcome: 'proved',
        detail: `${path}, schema ${schema}, SQLite ${sqlite}: whole, and takes writes`,
        fix: null,
      }
    : {
        subject: 'store',
        outcome: 'failed',
        detail: `${path}: ${flaw}`,
        fix: 'keep a copy of the file and its -wal, then put a backup in its place',
      }
}
