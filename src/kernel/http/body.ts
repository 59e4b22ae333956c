import type { IncomingMessage } from 'node:http'
import type { Ending } from './connecting.ts'

/** Larger than any answer of an API: a limit, so that no server can use up the memory. */
export const MOST_BYTES = 64 * 1024 * 1024

/** The body of an answer. */
export interface LightBody {
  /**
   * All of it, as it came over the wire; the same each time.
   *
   * @throws TypeError `terminated` with a cause when it did not come whole or is larger than allowed; the
   *   reason of the signal
   */
  bytes(): Promise<Buffer>
  /** Takes no more of it: the connection is closed. */
  cancel(): void
}

/**
 * Reads the body of an answer into memory, from now on. Until someone asks for it, it does not keep the
 * process alive.
 *
 * @param whole is resolved with the body; the caller rejects it on a failure
 */
export function lightBody(
  incoming: IncomingMessage,
  ending: Ending,
  whole: PromiseWithResolvers<Buffer>,
): LightBody {
  const { socket } = incoming
  const chunks: Buffer[] = []
  let size = 0
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > MOST_BYTES) ending.broken(tooLarge())
    else chunks.push(chunk)
  })
  incoming.on('end', () => {
    // The agent takes the socket back as it gave it.
    socket.ref()
    ending.done()
    whole.resolve(joined(chunks))
  })
  incoming.on('error', ending.broken)
  socket.unref()
  return {
    bytes: async () => {
      if (ending.isOpen()) socket.ref()
      return whole.promise
    },
    cancel: () => ending.broken(new TypeError('the body was cancelled')),
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
}

function tooLarge(): TypeError {
  return new TypeError(`the answer is larger than ${String(MOST_BYTES)} bytes`)
}
