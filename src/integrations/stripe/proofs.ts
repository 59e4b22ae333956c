import { proof } from '../../domain/proof.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import type { Store } from '../../store/index.ts'
import { AppError } from '../../kernel/errors.ts'
import { countText, instantText } from '../../kernel/text.ts'
import type { NewProof } from '../../store/proofs.ts'
import { bound, type Mode } from './account.ts'
import type { StripeClient } from './client.ts'

/**
 * That the key opens the account of this store, in the mode that it says, and may read payment links. It binds the store
 * to the account where it belongs to none; a dry run does not.
 */
export async function stripeProof(
  api: StripeClient,
  mode: Mode,
  store: Store,
  dryRun: boolean,
): Promise<NewProof> {
  try {
    const { id, takesPayments } = await api.account()
    await bound(store, { id, credential: api.credential }, mode, dryRun)
    const isLive = await api.newestLinkIsLive()
    if (isLive !== null && isLive !== (mode === 'live')) {
      return failed(`the key is one of ${mode} mode, and what it shows is not`, 'check stripe.base_url')
    }
    if (!takesPayments) {
      return failed(`the account ${id} may not take payments yet`, 'activate it in the dashboard of Stripe')
    }
    const money = mode === 'live' ? 'live mode: money is real' : 'test mode: no money moves'
    return proof('proved', 'stripe', `the key opens the account ${id} in ${money}`)
  } catch (error) {
    if (error instanceof AppError && error.kind === 'config') return failed(error.message, error.hint)
    if (!(error instanceof ServiceFailure)) throw error
    return failed(error.message, error.fix ?? 'check the network and stripe.base_url')
  }
}

const WEBHOOKS = 'stripe webhooks'
const SCANNED = 'payments are seen by payments-scan alone'

/**
 * That webhooks of Stripe arrive: proved by the newest that was verified, as long as what was paid since is told of too.
 * It is measured by what came; nobody is asked.
 */
export async function webhookProof(store: Store, isSet: boolean): Promise<NewProof> {
  if (!isSet) {
    const fix = 'set STRIPE_WEBHOOK_SECRET to the secret of an endpoint of Stripe, and run echopilot serve'
    return proof('not_proved', WEBHOOKS, `no secret of webhooks is set: ${SCANNED}`, fix)
  }
  const { verifiedMs, unheard, unheardSinceMs, refused } = await store.webhooks.facts('stripe')
  const [first] = refused
  const others = first === undefined ? '' : `; refused in 7 days: ${first.count} × ${first.why}`
  if (verifiedMs === null) {
    const fix = 'run echopilot serve, and send an event to its address from the dashboard of Stripe'
    return proof('not_proved', WEBHOOKS, `none has come yet: ${SCANNED}${others}`, fix)
  }
  const newest = `the newest that was verified came at ${instantText(verifiedMs)}`
  if (unheardSinceMs === null) return proof('proved', WEBHOOKS, newest)
  const detail = `${newest}, and none tells of ${countText(unheard, 'payment')} since ${instantText(unheardSinceMs)}${others}`
  const fix = 'see that echopilot serve runs, and what Stripe says of the endpoint (echopilot payments debug)'
  return proof('failed', WEBHOOKS, detail, fix)
}

function failed(detail: string, fix: string): NewProof {
  return proof('failed', 'stripe', detail, fix)
}
