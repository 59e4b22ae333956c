import type { Notion } from '../integrations/notion/client.ts'
import type { Store } from '../store/index.ts'
import type { Workspace } from './context.ts'

/**
 * Notion with the places of our databases in it; null where no token is set, or `init` was never run: then
 * the local queue is all there is.
 */
export async function openWorkspace(store: Store, api: Notion | null): Promise<Workspace | null> {
  if (api === null) return null
  const list = await store.notion.databases()
  const databases = Object.fromEntries(list.map(database => [database.key, database]))
  return databases['queue'] === undefined ? null : { api, databases }
}
