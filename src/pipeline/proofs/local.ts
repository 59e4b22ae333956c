import { answerCommand, waitingText } from '../../domain/dispute.ts'
import { unscannedSince } from '../../domain/payer-health.ts'
import { proof } from '../../domain/proof.ts'
import { AppError, isStoreFailure } from '../../kernel/errors.ts'
import type { Attempted } from '../../kernel/operation.ts'
import { clockText, countText, spanText, instantText } from '../../kernel/text.ts'
import type { Files } from '../../kernel/world.ts'
import type { LoadedSettings } from '../../settings/load.ts'
import type { Store } from '../../store/index.ts'
import type { NewProof } from '../../store/proofs.ts'

/** The oldest Node that the store's driver runs on; below it the process dies without a message. */
const OLDEST_NODE = [22, 14]

/** That the program runs on a Node it works with. */
export function runtimeProof(nodeVersion: string): NewProof {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = OLDEST_NODE
  const fine = major > leastMajor || (major === leastMajor && minor >= leastMinor)
  const detail = `runs on Node ${nodeVersion}`
  if (fine) return proof('proved', 'node', detail)
  return proof('failed', 'node', detail, `install Node ${OLDEST_NODE.join('.')} or newer`)
}

/** That the configuration is valid as a whole. */
export function configProof(settings: Attempted<LoadedSettings>): NewProof {
  if (!settings.ok) return proof('failed', 'config', settings.error.message, settings.error.hint)
  const { path, fileExists } = settings.value
  const detail = fileExists ? `${path} is valid` : `no file ${path}: defaults and environment are used`
  return proof('proved', 'config', detail)
}

/**
 * That nothing in the store is of a later time than now. Which of the two clocks was wrong is not known, so
 * it is never more than not proved.
 */
export async function clockProofs(store: Attempted<Store>, nowMs: number): Promise<NewProof[]> {
  return whereReadable<NewProof>(store, async ({ records }) => {
    const ahead = await records.ahead()
    if (ahead === null) return [proof('proved', 'clock', 'nothing was recorded at a later time than now')]
    const fix = 'compare `date -u` with a clock you trust'
    return [proof('not_proved', 'clock', clockText(ahead, nowMs), fix)]
  })
}

/** Whether a bank waits for an answer: until then it is not proved that the money stays. Nothing where none ever did. */
export async function disputeProofs(store: Attempted<Store>): Promise<NewProof[]> {
  return whereReadable<NewProof>(store, async ({ payments }) => {
    const waiting = await payments.waitingDisputes()
    const [first] = waiting
    if (first !== undefined) {
      const detail = `${countText(waiting.length, 'dispute waits', 'disputes wait')} for an answer; ${waitingText(first, instantText)}`
      return [proof('not_proved', 'disputes', detail, answerCommand(first))]
    }
    const isKnown = await payments.hasDisputes()
    return isKnown ? [proof('proved', 'disputes', 'no dispute waits for an answer')] : []
  })
}

/**
 * That what services of payments know was compared with the books lately. Nothing of those of which the store belongs
 * to no account.
 */
export async function scanProofs(
  store: Attempted<Store>,
  services: readonly string[],
  nowMs: number,
): Promise<NewProof[]> {
  return whereReadable(store, async ({ accounts, coverage }) => {
    const bound = (await accounts.list()).filter(({ service }) => services.includes(service))
    return Promise.all(
      bound.map(async ({ service, sinceMs }) => {
        const scannedMs = await coverage.lastLook(service)
        const detail = scannedMs === null ? 'never scanned' : `last scanned ${instantText(scannedMs)}`
        const isLate = scannedMs === null || unscannedSince(scannedMs, sinceMs, nowMs) !== null
        const subject = `scan of ${service}`
        return isLate
          ? proof('not_proved', subject, detail, 'echopilot payments-scan')
          : proof('proved', subject, detail)
      }),
    )
  })
}

/** That of the receipts of ended runs, as far as a sample goes, none was changed after it was sealed. */
export async function sealProofs(store: Attempted<Store>): Promise<NewProof[]> {
  return whereReadable<NewProof>(store, async ({ receipts }) => {
    const subject = 'receipts'
    const { seals, broken } = await receipts.sample()
    const [first] = broken
    if (first !== undefined) {
      const named = broken.slice(0, NAMED).join(', ')
      const detail = `${broken.length} of ${countText(seals, 'seal')} broken: ${named}`
      return [proof('failed', subject, detail, `echopilot explain ${first}`)]
    }
    return seals === 0
      ? [proof('not_proved', subject, 'no run has ended yet')]
      : [proof('proved', subject, `${countText(seals, 'seal')} looked at, all intact`)]
  })
}

/** Most broken receipts that are named. */
const NAMED = 5

/** What is found in a store that can be read; that it cannot is a finding of its own. */
export async function whereReadable<T>(
  store: Attempted<Store>,
  find: (store: Store) => Promise<T[]>,
): Promise<T[]> {
  if (!store.ok) return []
  try {
    return await find(store.value)
  } catch (error) {
    if (error instanceof AppError && isStoreFailure(error)) return []
    throw error
  }
}

/** A large file is checked in parts, one at each call. */
function wholeText(wholeMs: number | null, nowMs: number): string {
  if (wholeMs !== null && wholeMs >= nowMs) return 'whole'
  const last =
    wholeMs === null ? 'not read to its end yet' : `read to its end ${spanText(nowMs - wholeMs)} ago`
  return `no damage in the part that was read now (the file is large; it was ${last})`
}

/**
 * That nobody else can read what must be private, and nobody outside the group can put other files in its
 * place. What is not there is no matter.
 */
export function modeProof(
  files: Pick<Files, 'mode'>,
  paths: { readonly files: readonly string[]; readonly folders: readonly string[] },
): NewProof {
  const open = [
    ...paths.files
      .filter(path => ((files.mode(path) ?? 0) & 0o077) !== 0)
      .map(path => ({ path, fix: `chmod 600 ${path}` })),
    ...paths.folders
      .filter(path => ((files.mode(path) ?? 0) & 0o002) !== 0)
      .map(path => ({ path, fix: `chmod o-w ${path}` })),
  ]
  const subject = 'file modes'
  if (open.length === 0) {
    return proof('proved', subject, 'store, secrets and configuration are safe from others')
  }
  const detail = `open to others: ${open.map(({ path }) => path).join(', ')}`
  return proof('failed', subject, detail, open.map(({ fix }) => fix).join('; '))
}

/** That the store is whole and takes writes. */
export async function storeProof(store: Attempted<Store>, nowMs: number): Promise<NewProof> {
  if (!store.ok) return proof('failed', 'store', store.error.message, store.error.hint)
  const { flaw, wholeMs } = await store.value.check()
  const { path, schema, sqlite } = store.value.facts
  const fix = 'keep a copy of the file and its -wal, then put a backup in its place'
  if (flaw !== null) return proof('failed', 'store', `${path}: ${flaw}`, fix)
  const whole = wholeText(wholeMs, nowMs)
  return proof('proved', 'store', `${path}, schema ${schema}, SQLite ${sqlite}: ${whole}, and takes writes`)
}
