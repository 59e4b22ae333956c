import { chatMarkup } from '../../domain/chat-text.ts'
import { shorten } from '../../domain/cut-text.ts'
import { noticeText, type Notice } from '../../domain/notice.ts'
import { proof } from '../../domain/proof.ts'
import { isObject, textOf } from '../../domain/shape.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import { noticeDeliverer } from '../../outbox/deliverer.ts'
import type { AlertChannel } from '../../roles/alert-channel.ts'
import type { NewProof } from '../../store/proofs.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { telegramBot } from './bot.ts'
import { telegramApi, type TelegramApi } from './client.ts'

/** What the integration reads of the settings. */
interface TelegramSettings {
  readonly base_url: string
  readonly chats: readonly string[]
  readonly users: readonly string[]
  readonly timeout_seconds: number
}

/** Connects; nothing is sent until there is something to tell. Without a token, or a chat, nothing is told. */
export async function openTelegram({
  own,
  secret,
  world,
}: ServiceEnvironment<TelegramSettings, 'TELEGRAM_BOT_TOKEN'>): Promise<OpenService> {
  const token = secret('TELEGRAM_BOT_TOKEN')
  if (token === null) return WITHOUT_TOKEN
  const api = telegramApi({
    baseUrl: own.base_url,
    token,
    timeoutMs: own.timeout_seconds * 1000,
    world,
  })
  const bot = telegramBot(api, own)
  const [chat] = own.chats
  if (chat === undefined) {
    return {
      roles: {},
      chat: bot,
      deliverer: async () => null,
      proofs: async () => [await botProof(api, null)],
    }
  }
  const channel = chatChannel(api, chat)
  return {
    roles: {},
    chat: bot,
    alertChannel: () => channel,
    deliverer: async () => noticeDeliverer(channel),
    proofs: async () => [await botProof(api, chat)],
  }
}

const WITHOUT_TOKEN: OpenService = {
  roles: {},
  deliverer: async () => null,
  proofs: async () => [
    proof('not_proved', 'telegram', 'no token of a bot is set: nothing is told in a chat'),
  ],
}

function chatChannel(api: TelegramApi, chat: string): AlertChannel {
  return {
    service: 'telegram',
    tell: async (notice, key, isAgain = false) => {
      await api('sendMessage', {
        chat_id: Number(chat),
        text: messageOf(notice, key, isAgain),
        parse_mode: 'HTML',
        // Nothing is fetched for what somebody else may have written.
        link_preview_options: { is_disabled: true },
      })
    },
  }
}

/** A message says no more: the rest is in `alert list`. */
const LONGEST_NOTICE = 2000

/** Its key stands below: the same key twice is the same notice, for the Bot API has no other way to say so. */
function messageOf(notice: Notice, key: string, isAgain: boolean): string {
  const said = shorten(`EchoPilot: ${noticeText(notice)}`, LONGEST_NOTICE, '…')
  const lines = [
    isAgain ? '<i>once more, as no answer came to the first</i>' : null,
    chatMarkup(said),
    notice.next === null ? null : `next: <code>${chatMarkup(shorten(notice.next, 500, '…'))}</code>`,
    `<code>${chatMarkup(key)}</code>`,
  ]
  return lines.filter(line => line !== null).join('\n')
}

/** Whose token it is, and whether it may speak in the chat. */
async function botProof(api: TelegramApi, chat: string | null): Promise<NewProof> {
  try {
    const me = await api('getMe')
    const name = (isObject(me) ? textOf(me['username']) : null) ?? 'a bot without a name'
    if (chat === null) {
      const fix = 'set telegram.chats and telegram.users to ids of yours'
      return proof('not_proved', 'telegram', `the token is that of @${name}, and no chat is set`, fix)
    }
    await api('getChat', { chat_id: Number(chat) })
    return proof('proved', 'telegram', `@${name} reaches the chat ${chat}`)
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    return proof('failed', 'telegram', error.message, error.fix ?? 'check the network and telegram.base_url')
  }
}
