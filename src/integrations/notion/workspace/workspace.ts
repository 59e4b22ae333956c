import type { Notion } from '../api/client.ts'
import type { Store } from '../../../store/index.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import { checkWorkspace } from './account.ts'

/** Notion with the places of our databases in it. */
export interface Workspace {
  readonly api: Notion
  /** Those that `init` found or made, by their key in our schema: `queue`, `log`, `jobLog`, … */
  readonly databases: Readonly<Record<string, NotionDatabase>>
}

/**
 * Notion with the places of our databases in it; null where no token is set, or `init` was never run: then
 * the local queue is all there is.
 */
async function openWorkspace(store: Store, api: Notion | null): Promise<Workspace | null> {
  if (api === null) return null
  const list = await store.notion.databases()
  const databases = Object.fromEntries(list.map(database => [database.key, database]))
  return databases['queue'] === undefined ? null : { api, databases }
}

/**
 * The same for what works with it: only where the token opens the workspace that this
 * store belongs to. In another one every page would be missing, and every effect dead.
 * @throws AppError `config` where it is another; ServiceFailure where Notion has to be asked and does not answer
 */
export async function openOwnWorkspace(
  store: Store,
  api: Notion | null,
  dryRun: boolean,
): Promise<Workspace | null> {
  const workspace = await openWorkspace(store, api)
  if (workspace !== null) await checkWorkspace(store, workspace.api, false, dryRun)
  return workspace
}
