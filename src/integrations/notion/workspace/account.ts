import type { Notion } from '../api/client.ts'
import { AppError } from '../../../kernel/errors.ts'
import type { Store } from '../../../store/index.ts'

/**
 * Makes sure that the token opens the workspace this store belongs to, binding it at the first contact. The
 * service is asked only where the token is not the one it was asked about before. A dry run binds nothing.
 * @throws AppError `config` where it is another workspace; ServiceFailure where Notion does not answer
 */
export async function checkWorkspace(
  store: Store,
  api: Notion,
  rebind: boolean,
  dryRun = false,
): Promise<string> {
  const known = await store.accounts.get('notion')
  if (known !== null && known.credential === api.credential && !rebind) return known.label
  const me = await api.me()
  const account = {
    service: 'notion',
    identity: me.workspaceId,
    label: me.workspaceName,
    credential: api.credential,
  }
  const standing = known === null || rebind ? account : known
  const bound = dryRun ? standing : await store.accounts.bind(account, rebind)
  if (bound.identity === account.identity) return bound.label
  throw new AppError(
    'config',
    `this store belongs to the Notion workspace "${bound.label}", the token opens "${account.label}"`,
    'use the other token, another --state-dir, or echopilot init --rebind',
  )
}
