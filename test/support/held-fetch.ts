/** A `fetch` whose answers are kept back until the test lets them through. */
export interface HeldFetch {
  readonly fetch: typeof globalThis.fetch
  /** Resolves when an answer has arrived, and is being kept back. */
  readonly arrived: Promise<void>
  /** Lets that answer and all later ones through. */
  release(): void
}

/** The body of a request as it is sent; '' where it is none or no text. */
export function bodyOf(init: RequestInit | undefined): string {
  return typeof init?.body === 'string' ? init.body : ''
}

/** Keeps the answers of model calls back: for what happens between an answer and its commit. */
export function heldFetch(): HeldFetch {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  return {
    arrived: arrived.promise,
    release: () => released.resolve(),
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      arrived.resolve()
      await released.promise
      return answer
    },
  }
}
