import { proof } from '../../domain/proof.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import type { Store } from '../../store/index.ts'
import { AppError } from '../../kernel/errors.ts'
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

function failed(detail: string, fix: string): NewProof {
  return proof('failed', 'stripe', detail, fix)
}
