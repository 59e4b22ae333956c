import { unlessRefused } from '../../../kernel/service-failure.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Places of effects that are no page, by name. */
const LOGS = new Map([
  ['log', { key: 'log', name: 'the database of the Automation Log' }],
  ['job', { key: 'jobLog', name: 'the database of the Job Log' }],
  ['status', { key: 'status', name: 'the Status database' }],
])

/**
 * Whether a place is there, in the trash, or not shown: gone, no longer shared, or for a moment not found.
 * @throws ServiceFailure where Notion does not tell
 */
export async function presenceOf(
  { api, databases }: Workspace,
  place: string,
): Promise<'there' | 'trashed' | 'unseen'> {
  const log = LOGS.get(place)
  const database = log === undefined ? null : databases[log.key]
  if (database === undefined) return 'there'
  const found = await unlessRefused<{ readonly trashed: boolean }>(
    database === null ? api.page(place) : api.database(database.databaseId),
  )
  if (found === null) return 'unseen'
  return found.trashed ? 'trashed' : 'there'
}

/**
 * Why nothing can be written to a place for now; null where it is there, and what was refused was refused for itself.
 * @throws ServiceFailure where Notion does not tell
 */
export async function whyAway(workspace: Workspace, place: string): Promise<string | null> {
  const presence = await presenceOf(workspace, place)
  if (presence === 'there') return null
  const name = LOGS.get(place)?.name ?? 'the page'
  return presence === 'trashed'
    ? `${name} is in the trash`
    : `${name} is gone, or no longer shared with the integration`
}
