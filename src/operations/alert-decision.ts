import { alertItem, shownAlert, type ShownAlert } from '../figures/alerts.ts'
import { document, minute, next, words, type Document } from '../kernel/document.ts'
import { AppError } from '../kernel/errors.ts'
import { textField } from '../kernel/field.ts'
import { findAlert } from '../pipeline/alerts.ts'
import type { AlertDecided, StoredAlert } from '../store/alerts.ts'
import type { Context } from './define.ts'

/** The alert of a decision, as each verb is told it. */
export const alertIdField = textField('alert, the beginning of its id, or its cause')

/** What an operator's word about an alert did, or would do. */
export interface AlertDecision {
  readonly dryRun: boolean
  readonly did: 'acknowledged' | 'snoozed'
  /** When it is told again; null where that is not before it is over. */
  readonly untilMs: number | null
  readonly atMs: number
  /** As it is after it; in a dry run, as it is. */
  readonly alert: ShownAlert
}

/**
 * Has an open alert be silent.
 * @throws AppError `missing`; `refused` where it is over
 */
export async function silence(
  { store, world, dryRun }: Context<{ store: 'required' }>,
  asked: Pick<AlertDecision, 'did' | 'untilMs'> & { readonly id: string; readonly command: string },
  decide: (alert: StoredAlert) => Promise<AlertDecided>,
): Promise<AlertDecision> {
  const { did, untilMs } = asked
  const before = await findAlert(store, asked.id, asked.command)
  const decided = before.state === 'open' ? (dryRun ? 'done' : await decide(before)) : 'refused'
  if (decided === 'refused') {
    throw new AppError(
      'refused',
      `${before.id} cannot be ${did}: it is over`,
      'echopilot alert list --state resolved',
    )
  }
  const atMs = world.clock.now()
  const alert = shownAlert((await store.alerts.get(before.id)) ?? before, atMs)
  return { dryRun, did, untilMs, atMs, alert }
}

/** For people. */
export function renderSilence({ dryRun, did, untilMs, atMs, alert }: AlertDecision): Document {
  const until = untilMs === null ? 'it is over' : words`${minute(untilMs)} UTC`
  const covers = alert.severity === 'critical' ? '' : ', unless it becomes critical'
  return document(
    { kind: 'line', text: words`${dryRun ? 'would be ' : ''}${did}: nobody is told until ${until}${covers}` },
    alertItem({ ...alert, next: null }, atMs),
    next(dryRun ? null : alert.next),
  )
}
