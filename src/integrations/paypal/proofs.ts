import { proof } from '../../domain/proof.ts'
import { AppError } from '../../kernel/errors.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import type { Store } from '../../store/index.ts'
import type { NewProof } from '../../store/proofs.ts'
import { bound } from './account.ts'
import type { PayPalClient } from './client.ts'
import { MODE_WORDS } from './mode.ts'
import { unlessGone } from './payments.ts'

/** What is proved with. */
export interface Proving {
  readonly api: PayPalClient
  readonly store: Store
  readonly baseUrl: string
  /** Null where none is set. */
  readonly webhookId: string | null
  readonly dryRun: boolean
}

/**
 * That the credentials open the account of this store in its mode, with the rights to search its transactions and to read
 * its disputes; and that the webhook, where one is named, is one of the app. It binds the store to the account where it belongs to none; a dry
 * run does not.
 */
export async function paypalProofs(given: Proving): Promise<NewProof[]> {
  const { api, store, baseUrl, dryRun } = given
  const account = await proving('paypal', async () => {
    const { id, mode } = await bound(store, api, baseUrl, dryRun)
    await api.checkDisputes()
    return proof('proved', 'paypal', `the credentials open the account ${id} in ${MODE_WORDS[mode]}`)
  })
  return account.outcome === 'failed' ? [account] : [account, await webhookProof(given)]
}

const WEBHOOKS = 'paypal webhooks'

async function webhookProof({ api, webhookId }: Proving): Promise<NewProof> {
  if (webhookId === null) {
    const detail = 'no webhook is named: payments are seen by payments-scan alone'
    return proof('not_proved', WEBHOOKS, detail, 'set PAYPAL_WEBHOOK_ID to the id of a webhook of the app')
  }
  return proving(WEBHOOKS, async () => {
    const url = await unlessGone(api.webhookUrl(webhookId))
    if (url !== null) return proof('proved', WEBHOOKS, `PayPal sends events of the app to ${url}`)
    const detail =
      'the app has no webhook of the id in PAYPAL_WEBHOOK_ID: no event is taken for one of PayPal'
    return proof('not_proved', WEBHOOKS, detail, 'make one at PayPal (Apps & Credentials), and set its id')
  })
}

/** What cannot be asked is a failed proof, with what helps. */
async function proving(subject: string, prove: () => Promise<NewProof>): Promise<NewProof> {
  try {
    return await prove()
  } catch (error) {
    if (error instanceof AppError && error.kind === 'config') {
      return proof('failed', subject, error.message, error.hint)
    }
    if (!(error instanceof ServiceFailure)) throw error
    return proof('failed', subject, error.message, error.fix ?? 'check the network and paypal.base_url')
  }
}
