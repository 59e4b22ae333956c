import type { Clock } from '../../src/kernel/world.ts'

/** A clock that stands still until a test moves it. Every wait of the program hangs on it. */
export interface FakeClock extends Clock {
  /**
   * Moves the time on and fires, in their order, every sleep, interval and deadline that falls due. What
   * they set going runs as far as it gets without the network.
   */
  advance(ms: number): Promise<void>
  /** Sets the time back, as a time service does that finds the clock ahead. Durations go on as they were. */
  setBack(ms: number): void
  /** From now on each sleep ends by itself (or no longer does): the time jumps to its end. */
  skipSleeps(skip?: boolean): void
  /** Every sleep that was asked for, in milliseconds. */
  readonly slept: readonly number[]
}

/** Some Wednesday, at noon UTC: no day or month ends near it. */
const NOON_MS = Date.parse('2026-11-25T12:00:00Z')

interface Timer {
  dueMs: number
  readonly fire: () => void
}

/** A {@link FakeClock} that shows `startMs`. */
export function fakeClock(startMs: number = NOON_MS): FakeClock {
  let nowMs = startMs
  let setBackMs = 0
  let skipping = false
  const timers = new Set<Timer>()
  const slept: number[] = []
  const at = (dueMs: number, fire: () => void): Timer => {
    const timer = { dueMs, fire }
    timers.add(timer)
    return timer
  }
  const advanceTo = async (targetMs: number): Promise<void> => {
    for (let next = nextDue(timers, targetMs); next !== null; next = nextDue(timers, targetMs)) {
      timers.delete(next)
      nowMs = Math.max(nowMs, next.dueMs)
      next.fire()
      await settled()
    }
    nowMs = Math.max(nowMs, targetMs)
    await settled()
  }
  return {
    slept,
    now: () => nowMs,
    monotonicMs: () => nowMs - startMs + setBackMs,
    sleep: async (ms, signal) => {
      slept.push(ms)
      if (signal?.aborted === true) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = at(nowMs + ms, resolve)
      signal?.addEventListener('abort', () => resolve())
      if (skipping) setImmediate(() => void advanceTo(timer.dueMs))
      await promise
      timers.delete(timer)
    },
    every: (everyMs, callback) => {
      let timer: Timer
      const again = (): void => {
        timer = at(nowMs + everyMs, () => {
          again()
          callback()
        })
      }
      again()
      return () => timers.delete(timer)
    },
    soon: queueMicrotask,
    deadline: ms => {
      const controller = new AbortController()
      at(nowMs + ms, () => controller.abort(new DOMException('the time is over', 'TimeoutError')))
      return controller.signal
    },
    advance: async ms => advanceTo(nowMs + ms),
    setBack: ms => {
      nowMs -= ms
      setBackMs += ms
      for (const timer of timers) timer.dueMs -= ms
    },
    skipSleeps: (skip = true) => {
      skipping = skip
    },
  }
}

function nextDue(timers: ReadonlySet<Timer>, targetMs: number): Timer | null {
  const due = [...timers].filter(timer => timer.dueMs <= targetMs)
  return due.reduce<Timer | null>(
    (first, timer) => (first === null || timer.dueMs < first.dueMs ? timer : first),
    null,
  )
}

/** Lets everything run that waits for no timer and no network. */
async function settled(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
}
