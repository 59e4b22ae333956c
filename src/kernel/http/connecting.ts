import type { ClientRequest } from 'node:http'

/** As undici has it. */
const CONNECT_TIMEOUT_MS = 10_000

/** How far a request got on its way to a server. */
export interface Connecting {
  /** Something of it may have been sent: a connection that it may use is, or was, there. */
  readonly mayBeSent: () => boolean
}

/**
 * Watches a request get its connection, and gives up where that takes too long. Node holds the first bytes back
 * until the connection is there and, over TLS, the server is known to be the right one: a failure before that,
 * of whatever kind, happened to a request that nobody saw.
 */
export function watchConnecting(request: ClientRequest, isSecure: boolean): Connecting {
  const connected = isSecure ? 'secureConnect' : 'connect'
  let mayBeSent = false
  const sending = (): void => {
    mayBeSent = true
  }
  request.once('socket', socket => {
    // Nothing was written by now, and to a socket that has failed already nothing will be.
    if (socket.destroyed) return
    if (!socket.connecting) return sending()
    const timer = setTimeout(
      () => request.destroy(coded('connect timeout', 'UND_ERR_CONNECT_TIMEOUT')),
      CONNECT_TIMEOUT_MS,
    )
    const stop = (): void => clearTimeout(timer)
    socket.once(connected, sending)
    socket.once(connected, stop)
    request.once('close', stop)
  })
  return { mayBeSent: () => mayBeSent }
}

/** An error with a code, as those of the network are. */
export function coded(message: string, code: string): TypeError {
  return Object.assign(new TypeError(message), { code })
}

/** The error of a failure, by what was being waited for when it came. */
type Failure = (waitingFor: 'fetch failed' | 'terminated') => unknown

/** The end of an exchange. It comes once; what comes after it is not heard. */
export interface Ending {
  readonly isOpen: () => boolean
  /** All of the answer is there. */
  readonly done: () => void
  /** The exchange cannot go on, because of `cause`: the connection is closed. */
  readonly broken: (cause: unknown) => void
}

/** Watches a request and a signal for the end of an exchange. At the end it stops listening to the signal. */
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
  // Where Node reports no error, as after an upgrade that was not asked for.
  request.on('close', () => {
    if (open) broken(coded('the connection was closed', 'ECONNRESET'))
  })
  return { isOpen: () => open, done, broken }
}
