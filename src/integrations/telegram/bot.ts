import { chatMarkup, chatMessages } from '../../domain/chat-text.ts'
import { isObject, textOf } from '../../domain/shape.ts'
import type { ChatBot, ChatUpdate } from '../../roles/chat-bot.ts'
import type { TelegramApi } from './client.ts'

/** For how long Telegram holds a poll back: longer connections are cut by what stands between. */
const POLL_S = 30

/** The bot of a token. It asks for what is new: nobody has to reach this machine. */
export function telegramBot(api: TelegramApi, { users, chats }: Pick<ChatBot, 'users' | 'chats'>): ChatBot {
  return {
    service: 'telegram',
    users,
    chats,
    updates: async (from, stop) => {
      const given = {
        ...(from === null ? {} : { offset: from }),
        timeout: POLL_S,
        allowed_updates: ['message'],
      }
      const found = await api('getUpdates', given, { heldMs: POLL_S * 1000, stop })
      return Array.isArray(found) ? found.flatMap(readUpdate) : []
    },
    say: async (chat, text) => {
      for (const message of chatMessages(text)) {
        await api('sendMessage', {
          chat_id: Number(chat),
          text: `<pre>${chatMarkup(message)}</pre>`,
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
        })
      }
    },
  }
}

function readUpdate(update: unknown): ChatUpdate[] {
  if (!isObject(update) || typeof update['update_id'] !== 'number') return []
  return [{ id: update['update_id'], said: saidIn(update['message']) }]
}

function saidIn(message: unknown): ChatUpdate['said'] {
  if (!isObject(message) || !isObject(message['from']) || !isObject(message['chat'])) return null
  const text = textOf(message['text'])
  if (text === null) return null
  const replied = message['reply_to_message']
  return {
    user: String(message['from']['id']),
    chat: String(message['chat']['id']),
    text,
    replyTo: isObject(replied) ? textOf(replied['text']) : null,
  }
}
