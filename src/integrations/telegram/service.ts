import { NOTICE } from '../../domain/notice.ts'
import { listField, numberField, originField, withDefault } from '../../kernel/field.ts'
import { defineService } from '../service.ts'

/** A bot that tells of alerts in a chat. */
export const telegram = defineService({
  name: 'telegram',
  settings: {
    base_url: withDefault(
      originField('only for a sandbox or a proxy; without a path'),
      'https://api.telegram.org',
    ),
    chats: withDefault(
      listField('ids of chats that the bot speaks in; alerts are told in the first', given =>
        /^-?\d{1,20}$/.test(given) ? null : `the id of a chat is wanted, such as 700000001, not "${given}"`,
      ),
      [],
    ),
    users: withDefault(
      listField('ids of people whom the bot obeys', given =>
        /^\d{1,20}$/.test(given) ? null : `the id of a person is wanted, such as 700000001, not "${given}"`,
      ),
      [],
    ),
    timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 600), 15),
  },
  variables: { base_url: 'TELEGRAM_BASE_URL' },
  secrets: {
    TELEGRAM_BOT_TOKEN: { meaning: 'token of the Telegram bot, by BotFather; without one it tells nothing' },
  },
  plays: [],
  effects: [NOTICE],
  open: async environment => (await import('./open.ts')).openTelegram(environment),
})
