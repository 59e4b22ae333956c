import { isMail, whyNoMail } from '../domain/mail.ts'
import type { World } from '../kernel/world.ts'
import type { Mailer, Mailers } from '../roles/mailer.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import type { Effect } from '../store/effect-rows.ts'
import { SECOND_LOOK_MS, type Deliverer, type Delivery } from './deliverer.ts'

/**
 * Delivers mails. One that may have been sent is looked for first, twice, and sent again only where it is not found, or
 * where the service cannot tell: then it is the same mail, with the same Message-ID. The mailbox is opened when there is a
 * mail: most calls have none, and must not wait for it.
 */
export function mailDeliverer(
  mailers: Mailers,
  call: ServiceCall,
  { clock }: Pick<World, 'clock'>,
): Deliverer {
  const { service } = mailers
  return {
    service,
    hasRoom: async () => true,
    whyAway: async () => null,
    deliver: async effect => {
      const { body, key } = effect
      if (!isMail(body)) return { kind: 'impossible', why: `${service} takes mails alone` }
      const fault = whyNoMail(body)
      if (fault !== null) return { kind: 'impossible', why: fault }
      const mailer = await mailers.mailer(call)
      const looked = effect.uncertain ? await look(mailer, effect, clock.now()) : null
      return looked ?? done(effect, await mailer.send(body, key))
    },
  }
}

/** What a look decides; null where the mail is to be sent. */
async function look(mailer: Mailer, effect: Effect, nowMs: number): Promise<Delivery | null> {
  const found = await mailer.find(effect.key, effect.createdMs)
  if (found.kind === 'found') return done(effect, found.id)
  if (found.kind === 'cannot tell') return null
  const isSecond = effect.lookedUpMs !== null && nowMs - effect.lookedUpMs >= SECOND_LOOK_MS
  return isSecond ? null : { kind: 'unfound', againAtMs: nowMs + SECOND_LOOK_MS }
}

function done({ key }: Effect, outsideId: string): Delivery {
  return { kind: 'done', thing: { key, outsideId } }
}
