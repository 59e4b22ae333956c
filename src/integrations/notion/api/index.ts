import type { World } from '../../../kernel/world.ts'
import { notionClient, type Notion } from './client.ts'

/** What the integration reads of the settings. */
export interface NotionSettings {
  readonly base_url: string
  readonly requests_per_second: number
  readonly timeout_seconds: number
}

/** The rate limit (a token bucket) that all processes share. */
export interface SharedRate {
  /** Takes requests out; says how long to wait for the first. */
  take(count: number, perSecond: number): Promise<number>
  /** Requests that could be sent at once. */
  left(perSecond: number): Promise<number>
}

/** Requests are taken in batches of a tenth of a second, so that a fast rate does not write for each. */
const BATCHES_PER_SECOND = 10

/** Connects; nothing is sent and no SDK loaded until the first call. */
export function connectNotion(
  settings: NotionSettings,
  token: string,
  world: Pick<World, 'fetch' | 'clock' | 'random'>,
  rate: SharedRate,
): Notion {
  const perSecond = settings.requests_per_second
  return notionClient({
    baseUrl: settings.base_url,
    token,
    timeoutMs: settings.timeout_seconds * 1000,
    world,
    throttle: throttle(perSecond, world, rate),
    hasRoom: async () => (await rate.left(perSecond)) >= 1,
  })
}

function throttle(perSecond: number, world: Pick<World, 'clock'>, rate: SharedRate): () => Promise<void> {
  const batch = Math.max(1, Math.floor(perSecond / BATCHES_PER_SECOND))
  let left = 0
  return async () => {
    if (left > 0) {
      left -= 1
      return
    }
    const waitMs = await rate.take(batch, perSecond)
    left += batch - 1
    if (waitMs > 0) await world.clock.sleep(waitMs)
  }
}
