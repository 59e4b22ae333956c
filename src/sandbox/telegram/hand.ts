/** What people do in the chat: the acts behind the chat page's form and buttons. */
import type { JsonObject } from '../lib/json.ts'
import type { HandActs, Given } from '../lib/hand.ts'
import { wholeIn } from '../lib/hand.ts'
import type { Chats, Message } from './chats.ts'
import { badRequest } from './errors.ts'
import { ANA } from './identity.ts'

/** Each by its name; `who` and `chat` are Ana and her chat where they are left out. */
export const ACTS: HandActs<Chats> = {
  /** `{text, who?, chat?, reply_to?}`: somebody writes to the bot. */
  say: (chats, given): JsonObject => {
    const from = whoIn(given)
    const text = (given['text'] ?? '').trim()
    if (text === '') throw badRequest('message text is empty')
    const replyTo = (given['reply_to'] ?? '') === '' ? null : messageIn(chats, given, 'reply_to').id
    const chat = given['chat'] === undefined ? from : Number(given['chat'])
    return chats.shown(chats.say({ from, chat, text, replyTo }))
  },
  /** `{message, data, who?}`: somebody presses a button. */
  press: (chats, given): JsonObject => {
    const message = messageIn(chats, given, 'message')
    const { data = '' } = given
    return { id: chats.press(message, data, whoIn(given)).id }
  },
}

function whoIn(given: Given): number {
  return wholeIn(given, 'who', { usual: ANA, most: Number.MAX_SAFE_INTEGER })
}

function messageIn(chats: Chats, given: Given, name: string): Message {
  const message = chats.get(wholeIn(given, name))
  if (message === undefined) throw badRequest('message not found')
  return message
}
