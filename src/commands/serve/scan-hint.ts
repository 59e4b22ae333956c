import { asAppError } from '../../kernel/errors.ts'
import type { Log } from '../../kernel/log.ts'
import type { Clock } from '../../kernel/world.ts'

/** Has what was stored worked soon. A hint only: the schedule works it as well. */
export interface ScanHint {
  /** There is something to work. */
  want(): void
  /** Resolves when nothing is worked any more. */
  settled(): Promise<void>
}

/** What the events of one payment come within is worked at once. */
const GATHER_MS = 500
/** Another process works them: what came since may have come too late for it. */
const BUSY_MS = 15_000

/** Runs `scan`, one at a time, after what was wanted; not any more once `stop` aborts. Never throws. */
export function scanHint(
  scan: () => Promise<unknown>,
  {
    clock,
    log,
    stop,
  }: { readonly clock: Pick<Clock, 'sleep'>; readonly log: Log; readonly stop: AbortSignal },
): ScanHint {
  let isWanted = false
  let working: Promise<void> | null = null
  const work = async (): Promise<void> => {
    let waitMs = GATHER_MS
    while (isWanted && !stop.aborted) {
      await clock.sleep(waitMs, stop)
      if (stop.aborted) break
      isWanted = false
      const isBusy = await isOccupied(scan, log)
      if (isBusy) isWanted = true
      waitMs = isBusy ? BUSY_MS : GATHER_MS
    }
    // In the same step as the look at what is wanted: nothing is wanted in between and forgotten.
    working = null
  }
  return {
    want: () => {
      isWanted = true
      working ??= work()
    },
    settled: async () => {
      await working
    },
  }
}

/** Whether it could not be begun because it runs elsewhere. What else goes wrong is the schedule's to repeat and tell. */
async function isOccupied(scan: () => Promise<unknown>, log: Log): Promise<boolean> {
  try {
    await scan()
    return false
  } catch (thrown) {
    const { kind, message } = asAppError(thrown)
    if (kind !== 'busy') log.warn('webhooks were not worked at once', { error: message })
    return kind === 'busy'
  }
}
