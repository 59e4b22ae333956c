/** The Telegram stand-in: the part of the Bot API that a bot without an inbound port uses, and a chat with it. */
import type { Database } from '../lib/db.ts'
import { handRoutes } from '../lib/hand.ts'
import { bodyObject, integerOf, stringOf, type JsonObject } from '../lib/json.ts'
import type { Clock, Reply, SandboxRequest, Service, ServiceDefinition } from '../lib/service.ts'
import { chatsOf } from './chats.ts'
import { failed, problemReply } from './errors.ts'
import { ACTS } from './hand.ts'
import { BOT_TOKEN } from './identity.ts'
import { givenIn, METHODS } from './methods.ts'
import { chatPage } from './page.ts'
import { polls } from './polls.ts'

const ROOT = `/bot${BOT_TOKEN}`
const POLL = `${ROOT}/getUpdates`

/** The Telegram stand-in. */
export const TELEGRAM_SERVICE: ServiceDefinition = {
  name: 'telegram',
  title: 'Telegram',
  subtitle: 'The Bot API by long poll, and a chat with the bot',
  bodyLimitBytes: 1_048_576,
  presets: [
    {
      label: 'Message sent, answer lost',
      fault: { match: { path: `${ROOT}/sendMessage` }, action: { type: 'lose-answer' } },
    },
    { label: 'Another bot polls', fault: { match: { path: POLL }, action: { type: 'status', status: 409 } } },
    {
      label: 'Bot was blocked',
      fault: { match: { path: `${ROOT}/sendMessage` }, action: { type: 'status', status: 403 } },
    },
  ],
  open: openService,
}

function openService(db: Database, now: Clock): Service {
  const chats = chatsOf(db, now)
  const polling = polls()
  const routes = Object.entries(METHODS).flatMap(([name, method]) =>
    ['GET', 'POST'].map(verb => ({
      method: verb,
      path: `${ROOT}/${name}`,
      handle: (request: SandboxRequest): Reply => method(chats, givenIn(request)),
    })),
  )
  const acts = handRoutes({ service: 'telegram', acts: ACTS, actOf: () => chats, sentence })
  return {
    routes,
    own: [
      { method: 'GET', path: '/', handle: ({ query }) => chatPage(chats, query.get('problem') ?? '') },
      ...acts.map(route => ({
        ...route,
        handle: (request: SandboxRequest): Reply => {
          const reply = route.handle(request)
          // What waits reads what was said once this is committed.
          setImmediate(polling.wake)
          return reply
        },
      })),
    ],
    callColumns: ['Says'],
    refuse: ({ path }) => (path.startsWith(`${ROOT}/`) ? undefined : failed(401, 'Unauthorized')),
    waits: async (request, closing) => {
      if (request.path !== POLL) return undefined
      const given = request.rawBody.length === 0 ? givenIn(request) : (bodyObject(request.rawBody) ?? {})
      const isThere = (): boolean => chats.pending(integerOf(given, 'offset') ?? 0).length > 0
      return polling.wait(isThere, (integerOf(given, 'timeout') ?? 0) * 1000, closing)
    },
    problem: problemReply,
    state: () => ({ messages: chats.all(), presses: chats.presses(), waiting: chats.waiting() }),
    ledger: () => ({ rows: chats.all().filter(({ from }) => from === null) }),
    figures: () => [
      { value: chats.all().filter(({ from }) => from === null).length, label: 'messages of the bot' },
      { value: chats.all().filter(({ from }) => from !== null).length, label: 'messages to it' },
      { value: chats.waiting(), label: 'updates that wait' },
    ],
  }
}

function sentence(body: JsonObject): string {
  return stringOf(body, 'description') ?? ''
}
