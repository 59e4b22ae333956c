import { isFile, STORAGE } from '../domain/filed.ts'
import type { World } from '../kernel/world.ts'
import type { FileContent, FileStores } from '../roles/file-store.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import { SECOND_LOOK_MS, type Deliverer } from './deliverer.ts'

/**
 * Files texts. One that may have been filed is looked for first, twice, and filed again only where it is not found. Where
 * there is no more room the effects wait, dead of their place, until there is.
 */
export function fileDeliverer(
  stores: FileStores,
  call: ServiceCall,
  { clock }: Pick<World, 'clock'>,
): Deliverer {
  const { service } = stores
  return {
    service,
    hasRoom: async () => true,
    whyAway: async place => (place === STORAGE ? (await stores.files(call)).whyFull() : null),
    deliver: async ({ body, key, uncertain, lookedUpMs }) => {
      if (!isFile(body)) return { kind: 'impossible', why: `${service} keeps files alone` }
      const store = await stores.files(call)
      const found = uncertain ? await store.find(body, key) : null
      if (found !== null) return { kind: 'done', thing: { key, outsideId: found } }
      const isSecond = lookedUpMs !== null && clock.now() - lookedUpMs >= SECOND_LOOK_MS
      if (uncertain && !isSecond) return { kind: 'unfound', againAtMs: clock.now() + SECOND_LOOK_MS }
      const link = await store.put(body, textContent(body.text), key)
      return { kind: 'done', thing: { key, outsideId: link } }
    },
  }
}

/** A text in memory as the content of a file. */
export function textContent(text: string): FileContent {
  const bytes = new TextEncoder().encode(text)
  return { bytes: bytes.length, read: async (from, length) => bytes.subarray(from, from + length) }
}
