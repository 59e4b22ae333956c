import type { ClientRequest } from 'node:http'
import { coded } from './coded.ts'

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
