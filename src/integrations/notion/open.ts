import { proof } from '../../domain/proof.ts'
import type { ServiceCall } from '../../roles/task-source.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { connectNotion, type NotionSettings } from './api/index.ts'
import { openBoard, type NotionBoard } from './board.ts'
import { notionProofs } from './workspace/probe.ts'
import { setUpNotion } from './workspace/init.ts'

/** Connects; nothing is sent and no SDK loaded until the first call. Without a token there is only the local queue. */
export async function openNotion({
  own,
  world,
  secret,
  store: openStore,
}: ServiceEnvironment<
  NotionSettings & { readonly parent_page: string },
  'NOTION_TOKEN'
>): Promise<OpenService> {
  const token = secret('NOTION_TOKEN')
  if (token === null) return WITHOUT_TOKEN
  const store = await openStore()
  const api = connectNotion(own, token, world, {
    take: (count, perSecond) => store.rates.take('notion', count, perSecond),
    left: perSecond => store.rates.left('notion', perSecond),
  })
  const board = onceForEachCall(call => openBoard(store, api, call))
  return {
    roles: {
      taskSource: {
        service: 'notion',
        board,
        setUp: (call, asked) => setUpNotion({ store, api, parentPage: own.parent_page, call }, asked),
      },
    },
    deliverer: async call => (await board(call))?.deliverer ?? null,
    probes: () => notionProofs(store, api),
  }
}

const WITHOUT_TOKEN: OpenService = {
  roles: { taskSource: null },
  deliverer: async () => null,
  probes: async () => [proof('not_proved', 'notion', 'no token is set: the local queue is used')],
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
