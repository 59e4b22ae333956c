import type { AppError } from '../../kernel/errors.ts'
import type { Log } from '../../kernel/log.ts'
import type { Clock } from '../../kernel/world.ts'
import type { Store } from '../../store/index.ts'

/** Counts what was not taken; anybody may send anything, so it is written and logged once in a while, not each time. */
export interface Tally {
  /** It was no webhook of the service. `from` is who sent it. */
  refused(service: string, why: string, from: string): void
  /** It was one, and could not be stored: the service was told to send it again. */
  notStored(service: string, error: AppError): void
  /** Writes now what was counted. Never throws: what cannot be written is in the log. */
  flush(): Promise<void>
}

/** What is counted together. */
interface Counted {
  readonly service: string
  readonly why: string
  count: number
  /** The last one's. */
  from: string
}

const EVERY_MS = 1_000

/** Begins with nothing counted. */
export function tally(store: Pick<Store, 'webhooks'>, clock: Pick<Clock, 'sleep'>, log: Log): Tally {
  const refusals = new Map<string, Counted>()
  const failures = new Map<string, Counted>()
  let waiting: Promise<void> | null = null
  const flush = async (): Promise<void> => {
    for (const { service, why, count } of takeAll(failures)) {
      log.error('webhooks were not stored, and are to be sent again', { service, error: why, count })
    }
    for (const { service, why, count, from } of takeAll(refusals)) {
      log.warn('webhooks were refused', { service, error: why, count, from })
      await store.webhooks.refused(service, why, count).catch((error: unknown) => {
        log.warn('refused webhooks were not counted', { service, error: String(error) })
      })
    }
  }
  const count = (into: Map<string, Counted>, service: string, why: string, from: string): void => {
    const key = `${service} ${why}`
    const known = into.get(key) ?? { service, why, count: 0, from }
    into.set(key, Object.assign(known, { count: known.count + 1, from }))
    waiting ??= clock.sleep(EVERY_MS).then(() => {
      waiting = null
      return flush()
    })
  }
  return {
    refused: (service, why, from) => count(refusals, service, why, from),
    notStored: (service, { message }) => count(failures, service, message, ''),
    flush,
  }
}

function takeAll(from: Map<string, Counted>): Counted[] {
  const all = [...from.values()]
  from.clear()
  return all
}
