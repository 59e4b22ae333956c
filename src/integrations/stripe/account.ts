import { AppError } from '../../kernel/errors.ts'
import type { Account } from '../../store/accounts.ts'
import type { Store } from '../../store/index.ts'
import type { StripeClient } from './client.ts'

/** Whether money is real. A key has one mode, and sees only what was made in it. */
export type Mode = 'test' | 'live'

/**
 * The mode that a key says itself.
 * @throws AppError `config` for what is no key that may make payments; never with any part of it
 */
export function modeOf(secretKey: string): Mode {
  const [, mode] = /^[sr]k_(test|live)_/.exec(secretKey) ?? []
  if (mode === 'test' || mode === 'live') return mode
  throw new AppError(
    'config',
    'STRIPE_SECRET_KEY is no secret or restricted key of Stripe',
    'set one that begins with sk_test_ or rk_test_, or for real money with sk_live_ or rk_live_',
  )
}

/**
 * Makes sure that the key opens the account of this store in its mode, binding it at the first contact: so sandbox, test
 * and live never mix. Stripe is asked only where the key is not the one it was asked about before. A dry run binds
 * nothing.
 * @throws AppError `config` where it is another account; ServiceFailure where Stripe does not answer
 */
export async function checkAccount(
  { accounts }: Pick<Store, 'accounts'>,
  api: StripeClient,
  mode: Mode,
  dryRun: boolean,
): Promise<void> {
  const known = await accounts.get('stripe')
  if (known !== null && known.credential === api.credential) return
  const { id } = await api.account()
  await bound({ accounts }, { id, credential: api.credential }, mode, dryRun)
}

/** Binds the account, where none is bound. @throws AppError `config` where another is */
export async function bound(
  { accounts }: Pick<Store, 'accounts'>,
  { id, credential }: { readonly id: string; readonly credential: string },
  mode: Mode,
  dryRun: boolean,
): Promise<void> {
  const account = { service: 'stripe', identity: `${id} ${mode}`, label: `${id}, ${mode} mode`, credential }
  const standing = dryRun ? ((await accounts.get('stripe')) ?? account) : await accounts.bind(account, false)
  if (standing.identity !== account.identity) throw otherAccount(standing, `opens ${id}`)
}

/** @throws AppError `config` where the store belongs to the account in the other mode */
export function checkMode(known: Account | null, mode: Mode): void {
  if (known === null || known.identity.endsWith(` ${mode}`)) return
  throw otherAccount(known, `is one of ${mode} mode`)
}

/** The error for a key of another account, or of the other mode. `opens` says what the key is, in a few words. */
function otherAccount({ label }: Pick<Account, 'label'>, opens: string): AppError {
  return new AppError(
    'config',
    `this store belongs to the Stripe account ${label}, and STRIPE_SECRET_KEY ${opens}`,
    'set a key of that account and mode, use another --state-dir, or echopilot init --rebind',
  )
}
