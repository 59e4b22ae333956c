import { isRefusal, ServiceFailure } from '../../../kernel/service-failure.ts'
import type { DeadPlace } from '../../../store/effects.ts'
import type { Effect } from '../../../store/effect-rows.ts'
import type { EffectContext } from './context.ts'
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

/** Places looked at in one pass: a bounded number of requests, however many effects are dead. */
const LOOKS = 3

/** Looks at places whose effects are dead, and brings back what can be written now. */
export async function reviveWhatIsBack(context: EffectContext): Promise<void> {
  for (const place of await context.store.effects.lookAgain(LOOKS)) {
    if (context.stop.aborted) return
    try {
      if ((await whyAway(context.workspace, place)) === null) await context.store.effects.revive(place)
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error
      // Notion does not answer: what is due now will say so, and the place is looked at again later.
      context.log.warn('place not looked at', { kind: place.kind, error: error.message })
    }
  }
}
