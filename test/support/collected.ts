import type { Readable } from 'node:stream'

/** What came out of a stream so far. */
export interface Collected {
  text(): string
  /** Resolves with all of it once it matches; never, if it does not. */
  matching(pattern: RegExp): Promise<string>
}

/** Reads a stream as text from now on. */
export function collected(stream: Readable): Collected {
  let text = ''
  const changed = new EventTarget()
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more
    changed.dispatchEvent(new Event('data'))
  })
  return {
    text: () => text,
    matching: async pattern =>
      new Promise(resolve => {
        const look = (): void => {
          if (pattern.test(text)) resolve(text)
        }
        changed.addEventListener('data', look)
        look()
      }),
  }
}
