import { isRefusal } from '../../../kernel/service-failure.ts'
import type { DeadPlace } from '../../../store/effects.ts'
import type { Effect } from '../../../store/effect-rows.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Where an effect goes. */
export function placeOf({ body }: Effect): DeadPlace {
  return body.kind === 'page' || body.kind === 'body'
    ? { kind: 'page', pageId: body.pageId }
    : { kind: body.kind }
}

/**
 * Whether a place is there, in the trash, or not shown: gone, no longer shared, or for a moment not found.
 * @throws ServiceFailure where Notion does not tell
 */
export async function presenceOf(
  { api, databases }: Workspace,
  place: DeadPlace,
): Promise<'there' | 'trashed' | 'unseen'> {
  const database = place.kind === 'page' ? null : databases[place.kind === 'log' ? 'log' : 'jobLog']
  if (database === undefined) return 'there'
  try {
    const { trashed } =
      place.kind === 'page' ? await api.page(place.pageId) : await api.database(database?.databaseId ?? '')
    return trashed ? 'trashed' : 'there'
  } catch (error) {
    if (!isRefusal(error)) throw error
    return 'unseen'
  }
}

/**
 * Why nothing can be written to a place for now; null where it is there, and what was refused was refused for itself.
 * @throws ServiceFailure where Notion does not tell
 */
export async function whyAway(workspace: Workspace, place: DeadPlace): Promise<string | null> {
  const presence = await presenceOf(workspace, place)
  if (presence === 'there') return null
  const name =
    place.kind === 'page'
      ? 'the page'
      : `the database of the ${place.kind === 'log' ? 'Automation' : 'Job'} Log`
  return presence === 'trashed'
    ? `${name} is in the trash`
    : `${name} is gone, or no longer shared with the integration`
}
