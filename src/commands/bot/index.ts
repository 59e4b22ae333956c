import type { Command } from '../../kernel/command.ts'
import { document } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { defineOperation } from '../../operations/define.ts'
import type { ChatBot } from '../../roles/chat-bot.ts'
import { answerTo } from '../../surfaces/chat/answer.ts'
import { listenToChats, type Said } from '../../surfaces/chat/listen.ts'
import { openCli, type CommandHost } from '../../surfaces/cli/host.ts'

/** Obeys people in a chat until it is told to stop. */
export const bot: Command<CommandHost> = {
  path: ['bot'],
  summary: 'Listen in the chats of Telegram, to people who are listed; no port is opened',
  examples: [{ words: 'bot', does: 'until Ctrl-C; /help in the chat lists what can be written' }],
  input: {},
  run: async (host, raw) => {
    const { session, call } = openCli({ ...host.options, actor: 'bot' }, host)
    const answering = { session, operations: host.options.jobs.operations, call, typed: host.typed }
    const listening = listeningBot({
      answer: async said => answerTo(said, answering),
      told: heard => host.print(heard, () => document(`listens in ${heard.chats} to ${heard.users}`)),
    })
    try {
      await session.run(listening, raw, call)
      return 'ok'
    } finally {
      session.close()
    }
  },
}

interface Given {
  readonly answer: (said: Said) => Promise<string>
  readonly told: (heard: { readonly service: string; readonly chats: string; readonly users: string }) => void
}

/** The bot as an operation, for that is what the parts of a process are opened for; one polls at a time. */
function listeningBot({ answer, told }: Given) {
  return defineOperation({
    path: ['bot'],
    summary: 'Listen in chats',
    input: {},
    needs: { store: 'required', services: 'required' },
    access: 'write',
    isUnrecorded: true,
    exclusive: true,
    scope: 'operate',
    run: async ({ services, store, world, log, stop }) => {
      const [found] = services.flatMap(({ opened }) =>
        opened.ok && opened.value.chat ? [opened.value.chat] : [],
      )
      const chat = heardBy(found)
      const heard = { service: chat.service, chats: chat.chats.join(', '), users: chat.users.join(', ') }
      log.info('listens', heard)
      told(heard)
      await listenToChats({ bot: chat, store, clock: world.clock, log, stop, answer })
      return heard
    },
    render: ({ chats }) => document(`listened in ${chats}`),
  })
}

/** @throws AppError `config` where nobody could write to it */
function heardBy(found: ChatBot | undefined): ChatBot {
  if (found === undefined)
    throw new AppError(
      'config',
      'no bot is set up',
      'set TELEGRAM_BOT_TOKEN to the token that BotFather gave',
    )
  if (found.users.length > 0 && found.chats.length > 0) return found
  throw new AppError(
    'config',
    'the bot obeys nobody: no chat or no person is listed',
    'set telegram.chats and telegram.users to ids of yours',
  )
}
