import type { Notion } from '../api/client.ts'
import type { Store } from '../../../store/index.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import { AppError } from '../../../kernel/errors.ts'

/** Notion with the places of our databases in it. */
export interface Workspace {
  readonly api: Notion
  /** Those that `init` found or made, by their key in our schema: `queue`, `log`, `jobLog`, … */
  readonly databases: Readonly<Record<string, NotionDatabase>>
}

/**
 * The workspace of this store; null where `init` was never run: then the local queue is all there is. In another
 * workspace every page would be missing, and every effect dead.
 * @throws AppError `config` where the token opens another; ServiceFailure where Notion has to be asked and does not
 *   answer
 */
export async function openOwnWorkspace(
  store: Store,
  api: Notion,
  dryRun: boolean,
): Promise<Workspace | null> {
  const list = await store.notion.databases()
  const databases = Object.fromEntries(list.map(database => [database.key, database]))
  if (databases['queue'] === undefined) return null
  await checkWorkspace(store, api, false, dryRun)
  return { api, databases }
}

/**
 * Makes sure that the token opens the workspace this store belongs to, binding it at the first contact. The
 * service is asked only where the token is not the one it was asked about before. A dry run binds nothing.
 * @throws AppError `config` where it is another workspace; ServiceFailure where Notion does not answer
 */
export async function checkWorkspace(
  store: Store,
  api: Notion,
  rebind: boolean,
  dryRun: boolean,
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
