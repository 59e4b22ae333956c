import { proof } from '../../domain/proof.ts'
import type { ServiceCall } from '../../roles/task-source.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { openBoard, type NotionBoard } from './board.ts'
import { notionProofs } from './workspace/proofs.ts'
import { setUpNotion } from './workspace/set-up.ts'
import type { Clock } from '../../kernel/world.ts'
import { notionClient } from './api/client.ts'

/** What the integration reads of the settings. */
interface NotionSettings {
  readonly base_url: string
  readonly requests_per_second: number
  readonly timeout_seconds: number
  readonly parent_page: string
  readonly heartbeat: 'daily' | 'append'
}

/** Connects; nothing is sent and no SDK loaded until the first call. Without a token there is only the local queue. */
export async function openNotion({
  own,
  world,
  secret,
  store: openStore,
}: ServiceEnvironment<NotionSettings, 'NOTION_TOKEN'>): Promise<OpenService> {
  const token = secret('NOTION_TOKEN')
  if (token === null) return WITHOUT_TOKEN
  const store = await openStore()
  const perSecond = own.requests_per_second
  const api = notionClient({
    baseUrl: own.base_url,
    token,
    timeoutMs: own.timeout_seconds * 1000,
    world,
    throttle: throttle(perSecond, world.clock, count => store.rates.take('notion', count, perSecond)),
    hasRoom: async () => (await store.rates.left('notion', perSecond)) >= 1,
  })
  const board = onceForEachCall(async call =>
    openBoard({ store: await openStore(call.actor), api, heartbeat: own.heartbeat }, call),
  )
  const setUpCommand = own.parent_page === '' ? 'echopilot init --parent PAGE' : 'echopilot init'
  return {
    roles: {
      taskSource: {
        service: 'notion',
        setUpCommand,
        board,
        setUp: async (call, asked) =>
          setUpNotion({ store: await openStore(call.actor), api, parentPage: own.parent_page, call }, asked),
      },
    },
    deliverer: async call => (await board(call))?.deliverer ?? null,
    proofs: () => notionProofs(store, api, setUpCommand),
  }
}

const WITHOUT_TOKEN: OpenService = {
  roles: { taskSource: null },
  deliverer: async () => null,
  proofs: async () => [proof('not_proved', 'notion', 'no token is set: the local queue is used')],
}

/** One board for each call, while that lasts; a failed opening is tried again. */
function onceForEachCall(
  open: (call: ServiceCall) => Promise<NotionBoard | null>,
): (call: ServiceCall) => Promise<NotionBoard | null> {
  const boards = new WeakMap<ServiceCall, Promise<NotionBoard | null>>()
  return call => {
    const known = boards.get(call)
    if (known !== undefined) return known
    const opening = open(call)
    boards.set(call, opening)
    opening.catch(() => boards.delete(call))
    return opening
  }
}

/** Requests are taken in batches of a tenth of a second, so that a fast rate does not write for each. */
const BATCHES_PER_SECOND = 10

/** Waits until a request may be sent; `take` takes tokens of the bucket that all processes share. */
function throttle(
  perSecond: number,
  clock: Pick<Clock, 'sleep'>,
  take: (count: number) => Promise<number>,
): () => Promise<void> {
  const batch = Math.max(1, Math.floor(perSecond / BATCHES_PER_SECOND))
  let left = 0
  return async () => {
    if (left > 0) {
      left -= 1
      return
    }
    const waitMs = await take(batch)
    left += batch - 1
    if (waitMs > 0) await clock.sleep(waitMs)
  }
}
