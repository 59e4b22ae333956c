/** The methods of the Bot API that bots of ours call. */
import { bodyObject, integerOf, isObject, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type Reply, type SandboxRequest } from '../lib/service.ts'
import { BOT, chat, PEOPLE, type Chats, type Key, type Message } from './chats.ts'
import { readHtml, type Marked } from './entities.ts'
import { answered, badRequest, failed } from './errors.ts'

/** One method, over the chats. */
type Method = (chats: Chats, given: JsonObject) => Reply

/** Each by its name. */
export const METHODS: Readonly<Record<string, Method>> = {
  getMe: () =>
    answered({
      ...BOT,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    }),
  getWebhookInfo: chats =>
    answered({ url: '', has_custom_certificate: false, pending_update_count: chats.waiting() }),
  deleteWebhook: () => answered(true),
  getChat: (_chats, given) => answered({ ...chat(chatIn(given)), ...CHAT_FACTS }),
  getUpdates: (chats, given) => {
    const limit = Math.min(Math.max(integerOf(given, 'limit') ?? MOST_UPDATES, 1), MOST_UPDATES)
    return answered(chats.pending(integerOf(given, 'offset') ?? 0).slice(0, limit))
  },
  sendMessage: (chats, given) => {
    const to = chatIn(given)
    const { text, entities } = textIn(given)
    const replyTo = integerOf(objectOf(given, 'reply_parameters') ?? {}, 'message_id') ?? null
    if (replyTo !== null && chats.get(replyTo) === undefined)
      throw badRequest('message to be replied not found')
    const message = chats.add({ chat: to, from: null, text, entities, replyTo, keys: keysIn(given) })
    return { ...answered(chats.shown(message)), summary: { Says: text.slice(0, SHOWN) } }
  },
  editMessageText: (chats, given) => {
    const before = messageIn(chats, given)
    const { text, entities } = textIn(given)
    const after = { ...before, text, entities, keys: keysIn(given), isEdited: true }
    if (JSON.stringify({ ...before, isEdited: true }) === JSON.stringify(after))
      throw badRequest(
        'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      )
    chats.change(after)
    return { ...answered(chats.shown(after)), summary: { Says: text.slice(0, SHOWN) } }
  },
  answerCallbackQuery: (chats, given) => {
    const said = stringOf(given, 'text') ?? ''
    if (said.length > MOST_ANSWER) throw badRequest('MESSAGE_TOO_LONG')
    if (!chats.answer(stringOf(given, 'callback_query_id') ?? '', said))
      throw badRequest('query is too old and response timeout expired or query ID is invalid')
    return { ...answered(true), summary: { Says: said } }
  },
}

const CHAT_FACTS = {
  accent_color_id: 0,
  max_reaction_count: 11,
  accepted_gift_types: {
    unlimited_gifts: false,
    limited_gifts: false,
    unique_gifts: false,
    premium_subscription: false,
    gifts_from_channels: false,
  },
}
const MOST_UPDATES = 100
const MOST_TEXT = 4096
const MOST_ANSWER = 200
const MOST_DATA_BYTES = 64
const SHOWN = 80

/** What was given, in the body or, with GET, in the address. Throws the API's 400 for a body that is no JSON. */
export function givenIn({ rawBody, query }: SandboxRequest): JsonObject {
  if (rawBody.length > 0) return bodyObject(rawBody) ?? refuse("Can't parse JSON object")
  return Object.fromEntries(
    [...query].map(([name, value]) => [name, /^-?\d+$/.test(value) ? Number(value) : value]),
  )
}

function refuse(what: string): never {
  throw badRequest(what)
}

/** The group there is, beside the chats with each person. */
export const GROUP = -700_000_100

function chatIn(given: JsonObject): number {
  const id = Number(given['chat_id'])
  if (given['chat_id'] === undefined) throw badRequest('chat_id is empty')
  if (!PEOPLE.has(id) && id !== GROUP) throw badRequest('chat not found')
  return id
}

function messageIn(chats: Chats, given: JsonObject): Message {
  const message = chats.get(integerOf(given, 'message_id') ?? 0)
  if (message === undefined || message.chat !== chatIn(given)) throw badRequest('message to edit not found')
  if (message.from !== null) throw badRequest("message can't be edited")
  return message
}

function textIn(given: JsonObject): Marked {
  const source = stringOf(given, 'text') ?? ''
  const mode = stringOf(given, 'parse_mode')
  if (mode !== undefined && mode !== 'HTML')
    throw new VendorError(failed(400, `The sandbox reads parse_mode HTML alone, not ${mode}`))
  const marked = mode === undefined ? { text: source, entities: [] } : readHtml(source)
  if (marked.text.trim() === '') throw badRequest('message text is empty')
  if (marked.text.length > MOST_TEXT) throw badRequest('message is too long')
  if (!marked.text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8')
  return marked
}

function keysIn(given: JsonObject): Key[][] {
  const rows = objectOf(given, 'reply_markup')?.['inline_keyboard'] ?? []
  if (!Array.isArray(rows))
    throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
  return rows.map((row: unknown) => (Array.isArray(row) ? row.map(keyOf) : []))
}

function keyOf(key: unknown): Key {
  const text = isObject(key) ? stringOf(key, 'text') : undefined
  const data = isObject(key) ? stringOf(key, 'callback_data') : undefined
  if (text === undefined || text === '') throw badRequest('inline keyboard button text is empty')
  if (data === undefined || data === '' || Buffer.byteLength(data) > MOST_DATA_BYTES)
    throw badRequest('BUTTON_DATA_INVALID')
  return { text, callback_data: data }
}
