import { formatMoney } from '../domain/money.ts'
import { AppError } from '../kernel/errors.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import { deliverDue, NOTHING_DELIVERED, type Delivered, type OutboxContext } from '../outbox/deliver.ts'
import { onlyTo } from '../outbox/deliverer.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import type { LinkMaker } from '../store/links.ts'

/** What asking for payment links works with. */
export interface LinkContext extends ServiceCall, OutboxContext {
  /** The services that are set up to take payments: the first makes the links. */
  readonly payments: readonly Payments[]
}

/** A link that would be asked for. */
export interface PlannedLink {
  readonly billId: string
  readonly taskId: string
  readonly title: string
  /** `49.90 EUR` */
  readonly amount: string
}

/**
 * Asks for a link for each bill that wants one, and has them made, before what else is to be written: the rows then
 * tell of them in the same pass. Where no bill wants one, or no service is set up, nothing is asked of anybody.
 */
export async function makeLinks(context: LinkContext): Promise<Delivered> {
  if ((await context.store.links.wanted()).length === 0) return NOTHING_DELIVERED
  const maker = await makerOf(context)
  if (maker === null || (await context.store.links.ask(maker)) === 0) return NOTHING_DELIVERED
  return deliverDue({
    ...context,
    deliverers: onlyTo(context.deliverers, service => service === maker.service),
  })
}

/** The links that {@link makeLinks} would ask for now; none where no service is set up. */
export async function plannedLinks({
  payments,
  store,
}: Pick<LinkContext, 'payments' | 'store'>): Promise<PlannedLink[]> {
  if (payments.length === 0) return []
  return (await store.links.wanted()).map(({ billId, taskId, title, amount }) => {
    return { billId, taskId, title, amount: formatMoney(amount) }
  })
}

/** Null where none is set up, or it does not tell whose account it is: delivering to it says why. */
async function makerOf(context: LinkContext): Promise<LinkMaker | null> {
  const [first] = context.payments
  if (first === undefined) return null
  try {
    const { isLive } = await first.provider(context)
    return { service: first.service, isLive }
  } catch (error) {
    const isOfService =
      error instanceof ServiceFailure || (error instanceof AppError && error.kind === 'config')
    if (!isOfService) throw error
    context.log.warn('no payment links are asked for', { service: first.service, error: error.message })
    return null
  }
}

/** What two passes came to. */
export function bothDelivered(one: Delivered, other: Delivered): Delivered {
  return { delivered: one.delivered + other.delivered, failed: [...one.failed, ...other.failed] }
}
