import type { ClientRequest } from 'node:http'
import { coded } from './coded.ts'
import type { Connecting } from './connecting.ts'

/** The error of a failure, by what was being waited for when it came. */
export type Failure = (waitingFor: 'fetch failed' | 'terminated') => unknown

/** The end of an exchange. It comes once; what comes after it is not heard. */
export interface Ending {
  readonly isOpen: () => boolean
  /** All of the answer is there. */
  readonly done: () => void
  /** The exchange cannot go on, because of `cause`: the connection is closed. */
  readonly broken: (cause: unknown) => void
}

/** Watches a request and a signal for the end of an exchange. The signal is let go of at the end. */
export function endOnce(
  request: ClientRequest,
  connecting: Connecting,
  signal: AbortSignal | null,
  fail: (failure: Failure) => void,
): Ending {
  let open = true
  const done = (): void => {
    open = false
    signal?.removeEventListener('abort', abort)
  }
  const end = (failure: Failure): void => {
    if (!open) return
    done()
    request.destroy()
    fail(failure)
  }
  const broken = (cause: unknown): void => {
    const sent = connecting.mayBeSent()
    end(waitingFor => Object.assign(new TypeError(waitingFor, { cause }), { sent }))
  }
  const abort = (): void => end(() => signal?.reason)
  signal?.addEventListener('abort', abort)
  request.on('error', broken)
  // Where Node has no other word, as after an upgrade that nobody asked for.
  request.on('close', () => {
    if (open) broken(coded('the connection was closed', 'ECONNRESET'))
  })
  return { isOpen: () => open, done, broken }
}
