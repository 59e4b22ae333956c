import { AppError } from '../kernel/errors.ts'
import { deliverDue, type Delivered } from '../outbox/deliver.ts'
import { onlyTo } from '../outbox/deliverer.ts'
import type { Mailers, OpenMailers } from '../roles/mailer.ts'
import { bothDelivered, makeLinks, type LinkContext } from './links.ts'

/** What mailing results works with. */
export interface MailContext extends LinkContext {
  readonly mailers: OpenMailers
}

/**
 * Has payment links made, and then the mails sent that wait for theirs, before what else is to be written: see
 * {@link makeLinks}. Where there is neither, nothing is opened.
 */
export async function makeLinksAndMails(context: MailContext): Promise<Delivered> {
  const links = await makeLinks(context)
  const { payments, store } = context
  if (!(await store.mailings.isAnyWanted())) return links
  const mailers = await mailersOf(context)
  if (mailers === null || (await store.mailings.askWanted(mailers.service, payments.length > 0)) === 0)
    return links
  return bothDelivered(links, await sendMails(context, mailers))
}

/** Delivers what waits at the service that mails are sent by. */
export function sendMails(context: LinkContext, mailers: Mailers): Promise<Delivered> {
  const deliverers = onlyTo(context.deliverers, service => service === mailers.service)
  return deliverDue({ ...context, deliverers })
}

/** Null where one is set up wrongly: then the mails wait, and `doctor` says why. */
async function mailersOf({ mailers, log }: MailContext): Promise<Mailers | null> {
  try {
    return await mailers.open()
  } catch (error) {
    if (!(error instanceof AppError && error.kind === 'config')) throw error
    log.warn('mails of results wait', { error: error.message })
    return null
  }
}
