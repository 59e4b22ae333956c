import { utcDay } from '../domain/budget.ts'
import { findRow, readRow, type Change, type StoreCore, type StoreReader } from './core.ts'

/** Anybody can make accounts by the thousand: no more of them are named on a day. */
const MOST_STRANGERS = 20

/** What the bot remembers of chats. */
export function chatStore(core: StoreCore) {
  return {
    /** The first update that was not read yet; null where none ever was. */
    next: async (service: string) => nextOf(core, service),
    /** Says that an update is read, before anything is done about it. False where it was read before: nothing is to be done. */
    take: (service: string, update: number) =>
      core.change(core.actor, 'chat.take', tx => {
        const next = nextOf(tx, service)
        if (next !== null && update < next) return false
        tx.engine.run(
          `INSERT INTO chat_reading (service, next_update, at_ms) VALUES (:service, :next, :now)
           ON CONFLICT (service) DO UPDATE SET next_update = :next, at_ms = :now`,
          { service, next: update + 1, now: tx.clock.now() },
        )
        return true
      }),
    /** Counts what a stranger wrote; true for the first time on a day, which is audited, of the first strangers of a day. */
    stranger: (service: string, who: { readonly user: string; readonly chat: string }) =>
      core.change(core.actor, 'chat.stranger', tx => stranger(tx, service, who)),
  }
}

function nextOf(core: StoreReader, service: string): number | null {
  return findRow(core, 'SELECT next_update FROM chat_reading WHERE service = :service', { service }, is =>
    is.number('next_update'),
  )
}

function stranger(
  tx: Change,
  service: string,
  { user, chat }: { readonly user: string; readonly chat: string },
): boolean {
  const now = tx.clock.now()
  const key = { service, day: utcDay(now), user, chat }
  const known = tx.engine.run(
    `UPDATE chat_strangers SET count = count + 1, last_ms = :now
     WHERE service = :service AND day = :day AND user_id = :user AND chat_id = :chat`,
    { ...key, now },
  )
  if (known > 0) return false
  const { service: of, day } = key
  const sql = 'SELECT COUNT(*) AS count FROM chat_strangers WHERE service = :of AND day = :day'
  if (readRow(tx, sql, { of, day }, is => is.number('count')) >= MOST_STRANGERS) return false
  tx.engine.run(
    `INSERT INTO chat_strangers (service, day, user_id, chat_id, count, last_ms)
     VALUES (:service, :day, :user, :chat, 1, :now)`,
    { ...key, now },
  )
  tx.about(`${service}/stranger`, { user, chat })
  return true
}
