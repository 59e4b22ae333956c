import { AppError } from '../../kernel/errors.ts'
import type { Log } from '../../kernel/log.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import type { Clock } from '../../kernel/world.ts'
import type { ChatBot, ChatUpdate } from '../../roles/chat-bot.ts'
import type { Store } from '../../store/index.ts'

/** What a bot listens with. */
export interface Listening {
  readonly bot: ChatBot
  readonly store: Pick<Store, 'chats'>
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Log
  readonly stop: AbortSignal
  /** What is said to a person who may ask. Never throws. */
  readonly answer: (said: Said) => Promise<string>
}

/** What a person wrote. */
export type Said = NonNullable<ChatUpdate['said']>

/** Waits after failures, one after the other; the last again and again. */
const WAITS_MS = [1_000, 2_000, 5_000, 15_000, 60_000]
const LONGEST_WAIT_MS = 600_000
/** An answer is not sent more often than that where it is refused for now. */
const SAY_TRIES = 3

/**
 * Reads what people write, in order, until it is told to stop. An update is booked as read before anything is done about
 * it: after a crash nothing is done twice, and what was not answered has to be written again.
 * @throws AppError `config` where the bot is not let in; what the store throws
 */
export async function listenToChats({ bot, store, clock, log, stop, answer }: Listening): Promise<void> {
  let failures = 0
  while (!stop.aborted) {
    try {
      const updates = await bot.updates(await store.chats.next(bot.service), stop)
      failures = 0
      for (const update of updates) {
        if (stop.aborted) return
        if (await store.chats.take(bot.service, update.id)) await hear(update)
      }
    } catch (error) {
      if (stop.aborted) return
      if (!(error instanceof ServiceFailure)) throw error
      if (error.errorClass === 'credential') throw notLetIn(error)
      if (failures === 0)
        log.warn('the chat cannot be read for now', { service: bot.service, error: error.message })
      await clock.sleep(waitMs(error, failures), stop)
      failures += 1
    }
  }

  async function hear({ said }: ChatUpdate): Promise<void> {
    if (said === null) return
    const { user, chat } = said
    if (!bot.users.includes(user) || !bot.chats.includes(chat)) {
      const isNew = await store.chats.stranger(bot.service, { user, chat })
      if (isNew)
        log.warn('a stranger wrote to the bot, and was told nothing', { service: bot.service, user, chat })
      return
    }
    await say(chat, await answer(said))
  }

  async function say(chat: string, text: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await bot.say(chat, text)
        return
      } catch (error) {
        if (!(error instanceof ServiceFailure)) throw error
        // Without an answer it may be there: a person asks again sooner than they read the same twice.
        const mayAgain =
          error.errorClass === 'throttled' || (error.errorClass === 'transient' && error.billed === 'no')
        if (!mayAgain || tries === SAY_TRIES || stop.aborted) {
          log.warn('an answer was not said', { service: bot.service, error: error.message })
          return
        }
        await clock.sleep(waitMs(error, tries - 1), stop)
      }
    }
  }
}

function waitMs({ retryAfterMs }: ServiceFailure, failures: number): number {
  const usual = WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] ?? 0
  return Math.min(Math.max(usual, retryAfterMs ?? 0), LONGEST_WAIT_MS)
}

function notLetIn({ message, fix }: ServiceFailure): AppError {
  return new AppError('config', message, fix ?? 'echopilot doctor')
}
