/** The long poll: who waits for updates, of whom there is one at most. */
import type { Reply } from '../lib/service.ts'
import { CONFLICT } from './errors.ts'

/** Polls of one bot. */
export function polls() {
  let waiter: { readonly end: (reply: Reply | undefined) => void } | null = null
  return {
    /** Waits until there is something, for so long at most, or until somebody else polls: that one is served instead. */
    wait: async (isThere: () => boolean, forMs: number, signal: AbortSignal): Promise<Reply | undefined> => {
      waiter?.end(CONFLICT)
      if (isThere() || forMs <= 0 || signal.aborted) return undefined
      const { promise, resolve } = Promise.withResolvers<Reply | undefined>()
      const mine = { end: resolve }
      waiter = mine
      const timer = setTimeout(() => resolve(undefined), forMs)
      const closed = (): void => resolve(undefined)
      signal.addEventListener('abort', closed, { once: true })
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', closed)
        if (waiter === mine) waiter = null
      }
    },
    /** Something may have come. */
    wake: (): void => waiter?.end(undefined),
  }
}
