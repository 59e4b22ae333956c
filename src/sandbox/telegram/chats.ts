/** The chats of the bot: messages, what people did to them, and the updates that tell the bot of that. */
import type { Database } from '../lib/db.ts'
import type { JsonObject } from '../lib/json.ts'
import { objects } from '../lib/objects.ts'
import type { Clock } from '../lib/service.ts'
import { ANA, BOT_TOKEN, STRANGER } from './identity.ts'

/** A button below a message. */
export interface Key {
  readonly text: string
  readonly callback_data: string
}

/** A message as it is stored. */
export interface Message {
  readonly id: number
  readonly chat: number
  /** Who wrote it; null where that is the bot. */
  readonly from: number | null
  readonly atMs: number
  readonly text: string
  readonly entities: readonly JsonObject[]
  readonly replyTo: number | null
  readonly keys: readonly (readonly Key[])[]
  readonly isEdited: boolean
}

/** A press of a button. */
export interface Press {
  readonly id: string
  readonly data: string
  readonly message: number
  /** What the bot said to it; null while it said nothing. */
  readonly said: string | null
}

/** Who there is. */
export const PEOPLE: ReadonlyMap<number, string> = new Map([
  [ANA, 'Ana'],
  [STRANGER, 'Mallory'],
])

/** The bot, as others see it. */
export const BOT = {
  id: Number(BOT_TOKEN.split(':', 1)[0]),
  is_bot: true,
  first_name: 'EchoPilot sandbox',
  username: 'echopilot_sandbox_bot',
}

/** The chats over a database. */
export function chatsOf(db: Database, now: Clock) {
  const messages = objects<Message>(db, 'message')
  const presses = objects<Press>(db, 'press')
  const updates = objects<JsonObject>(db, 'update')
  const confirmed = objects<number>(db, 'confirmed')
  const tell = (update: JsonObject): void => {
    const [last] = updates.newest(1)
    const id = Number(last?.['update_id'] ?? FIRST_UPDATE) + 1
    updates.add({ update_id: id, ...update }, String(id))
  }
  const get = (id: number): Message | undefined => messages.get(String(id))
  const add = (given: Omit<Message, 'id' | 'atMs' | 'isEdited'>): Message => {
    const id = (messages.newest(1)[0]?.id ?? 0) + 1
    const message = { ...given, id, atMs: now(), isEdited: false }
    messages.add(message, String(id))
    return message
  }
  return {
    all: (): Message[] => messages.list().map(([, message]) => message),
    presses: (): Press[] => presses.list().map(([, press]) => press),
    get,
    add,
    change: (message: Message): void => messages.change(String(message.id), message),
    /** A person writes to the bot. */
    say: (given: { from: number; chat: number; text: string; replyTo: number | null }): Message => {
      const message = add({ ...given, entities: commandsIn(given.text), keys: [] })
      tell({ message: shown(message, get) })
      return message
    },
    /** A person presses a button. */
    press: (message: Message, data: string, from: number): Press => {
      const press = {
        id: String(PRESSES + presses.list().length),
        data,
        message: message.id,
        said: null,
      }
      presses.add(press, press.id)
      tell({
        callback_query: {
          id: press.id,
          from: person(from),
          chat_instance: String(message.chat),
          message: shown(message, get),
          data,
        },
      })
      return press
    },
    /** False where there is no such press. */
    answer: (id: string, said: string): boolean => {
      const press = presses.get(id)
      if (press !== undefined) presses.change(id, { ...press, said })
      return press !== undefined
    },
    /** Updates from `offset` on; those before it are forgotten, as the bot has them. */
    pending: (offset: number): JsonObject[] => {
      const before = confirmed.get('offset')
      const from = Math.max(offset, before ?? 0)
      if (before === undefined) confirmed.add(from, 'offset')
      else confirmed.change('offset', from)
      return updates.list().flatMap(([, update]) => (Number(update['update_id']) >= from ? [update] : []))
    },
    waiting: (): number => {
      const from = confirmed.get('offset') ?? 0
      return updates.list().filter(([id]) => Number(id) >= from).length
    },
    shown: (message: Message): JsonObject => shown(message, get),
  }
}

/** The chats of the bot. */
export type Chats = ReturnType<typeof chatsOf>

const FIRST_UPDATE = 810_000_000
const PRESSES = 4_400_000_000

function person(id: number): JsonObject {
  return { id, is_bot: false, first_name: PEOPLE.get(id) ?? 'Somebody', language_code: 'en' }
}

/** A chat as messages name it. */
export function chat(id: number): JsonObject {
  return { id, type: id < 0 ? 'group' : 'private', ...(id < 0 ? { title: 'Group' } : named(id)) }
}

function named(id: number): JsonObject {
  return { first_name: PEOPLE.get(id) ?? 'Somebody' }
}

function shown(message: Message, get: (id: number) => Message | undefined): JsonObject {
  const { id, from, atMs, text, entities, keys, isEdited } = message
  const replied = message.replyTo === null ? undefined : get(message.replyTo)
  return {
    message_id: id,
    from: from === null ? BOT : person(from),
    chat: chat(message.chat),
    date: Math.floor(atMs / 1000),
    text,
    ...(entities.length === 0 ? {} : { entities }),
    ...(isEdited ? { edit_date: Math.floor(atMs / 1000) } : {}),
    ...(keys.length === 0 ? {} : { reply_markup: { inline_keyboard: keys } }),
    ...(replied === undefined ? {} : { reply_to_message: shown({ ...replied, replyTo: null }, get) }),
  }
}

function commandsIn(text: string): JsonObject[] {
  const [command] = /^\/\w+(?:@\w+)?/.exec(text) ?? []
  return command === undefined ? [] : [{ type: 'bot_command', offset: 0, length: command.length }]
}
