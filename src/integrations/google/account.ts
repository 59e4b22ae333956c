import { AppError } from '../../kernel/errors.ts'
import type { Account } from '../../store/accounts.ts'
import type { Store } from '../../store/index.ts'
import type { GoogleClient } from './client.ts'

/**
 * Makes sure that the sign-in is that of the account of this store, binding it at the first contact. Google is asked only
 * where the sign-in is not the one it was asked about before; one that may only send does not tell whose it is, and
 * binds nothing. A dry run binds nothing either.
 * @throws AppError `config` where it is another account; ServiceFailure where Google does not answer
 */
export async function checkAccount(
  { accounts }: Pick<Store, 'accounts'>,
  api: GoogleClient,
  dryRun: boolean,
): Promise<void> {
  const known = await accounts.get('google')
  if (known !== null && known.credential === api.credential) return
  const address = await api.address()
  if (address !== null) await bound({ accounts }, { address, credential: api.credential }, dryRun)
}

/** Binds the account, where none is bound. @throws AppError `config` where another is */
export async function bound(
  { accounts }: Pick<Store, 'accounts'>,
  { address, credential }: { readonly address: string; readonly credential: string },
  dryRun: boolean,
): Promise<void> {
  const account = { service: 'google', identity: address, label: address, credential }
  const standing: Pick<Account, 'identity' | 'label'> = dryRun
    ? ((await accounts.get('google')) ?? account)
    : await accounts.bind(account, false)
  if (standing.identity === address) return
  throw new AppError(
    'config',
    `this store belongs to the Google account ${standing.label}, and the sign-in is of ${address}`,
    'echopilot auth google, as that account, or use another --state-dir',
  )
}
