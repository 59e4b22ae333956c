import { AppError } from '../../kernel/errors.ts'
import type { Account } from '../../store/accounts.ts'
import type { Store } from '../../store/index.ts'
import type { PayPalClient } from './client.ts'
import { modeAt, modeIn, type Mode } from './mode.ts'

/**
 * The mode of the account of this store, made sure of: the first contact binds the store to the account, so that
 * sandbox, test and live never mix. PayPal is asked only where the credentials or its address are not those that it was
 * asked with before. A dry run binds nothing.
 * @throws AppError `config` where it is another account or mode; ServiceFailure where PayPal does not answer
 */
export async function checkedMode(
  { accounts }: Pick<Store, 'accounts'>,
  api: PayPalClient,
  baseUrl: string,
  dryRun: boolean,
): Promise<Mode> {
  const known = await accounts.get('paypal')
  const mode = known === null ? null : modeIn(known.identity)
  if (mode !== null && known?.credential === api.credential) return mode
  return (await bound({ accounts }, api, baseUrl, dryRun)).mode
}

/** An account with its mode. */
export interface ModedAccount {
  readonly id: string
  readonly mode: Mode
}

/** Asks which account it is, and binds it where none is bound. @throws AppError `config` where another is */
export async function bound(
  { accounts }: Pick<Store, 'accounts'>,
  api: PayPalClient,
  baseUrl: string,
  dryRun: boolean,
): Promise<ModedAccount> {
  const { id, address } = await api.account()
  // A proxy hands on the addresses of what is behind it.
  const mode = modeAt(address ?? baseUrl)
  checkAddress(baseUrl, mode)
  const label = `${id}, ${mode}`
  const account = { service: 'paypal', identity: `${id} ${mode}`, label, credential: api.credential }
  const standing = dryRun ? ((await accounts.get('paypal')) ?? account) : await accounts.bind(account, false)
  if (standing.identity === account.identity) return { id, mode }
  throw otherAccount(standing, `PAYPAL_CLIENT_ID opens ${label}`)
}

/** @throws AppError `config` where an address of PayPal's own answers in another mode than its own */
function checkAddress(baseUrl: string, mode: Mode): void {
  const own = modeAt(baseUrl)
  if (own === 'stand-in' || own === mode) return
  throw new AppError(
    'config',
    `paypal.base_url is one of ${own} mode, and what answers there is ${mode}`,
    'check paypal.base_url and the proxies on the way',
  )
}

/** Before anything is asked. @throws AppError `config` where the store belongs to another mode than an address has */
export function checkMode(known: Account | null, baseUrl: string): void {
  const mode = modeAt(baseUrl)
  if (known === null || mode === 'stand-in' || modeIn(known.identity) === mode) return
  throw otherAccount(known, `paypal.base_url is one of ${mode} mode`)
}

function otherAccount({ label }: Pick<Account, 'label'>, otherwise: string): AppError {
  return new AppError(
    'config',
    `this store belongs to the PayPal account ${label}, and ${otherwise}`,
    'set the credentials and the address of that account, use another --state-dir, or echopilot init --rebind',
  )
}
