import type { DeadCause, EffectBody, EffectState } from '../domain/effect-kind.ts'
import { reader, type StoreReader } from './core.ts'
import type { SqlRow } from './engine.ts'

/** What an effect is about: a run, and later an invoice, a report, an alert. */
export interface Subject {
  readonly kind: string
  readonly id: string
}

/** A write to the outside, waiting to be delivered or known to have been. */
export interface Effect {
  readonly id: string
  readonly seq: number
  readonly key: string
  /** What it tells of. */
  readonly subject: Subject
  /** The subject, where that is a run. */
  readonly runId: string | null
  readonly service: string
  readonly kind: string
  readonly target: string
  /** What has to be there for it to be delivered: see {@link EffectKind.placeOf}. */
  readonly place: string
  readonly body: EffectBody
  readonly state: EffectState
  /** Why it is dead; null where it is not, or not known. */
  readonly cause: DeadCause | null
  readonly tries: number
  /** Sent before without an answer: it may have happened. */
  readonly uncertain: boolean
  readonly lookedUpMs: number | null
  readonly notBeforeMs: number
  readonly owner: string | null
  readonly claimNo: number
  readonly error: string | null
  readonly createdMs: number
  readonly endedMs: number | null
}

/** A row of the effects table. */
export function readEffect({ kinds }: Pick<StoreReader, 'kinds'>, row: SqlRow): Effect {
  const is = reader(row)
  const named = { service: is.text('service'), kind: is.text('kind') }
  const subject = { kind: is.text('subject_kind'), id: is.text('subject_id') }
  return {
    id: is.text('id'),
    seq: is.number('seq'),
    key: is.text('key'),
    subject,
    runId: subject.kind === 'run' ? subject.id : null,
    ...named,
    target: is.text('target'),
    place: is.text('place'),
    body: is.json<EffectBody>('body', { kind: 'text', ...kinds.of(named)?.shape }),
    state: is.text<EffectState>('state'),
    cause: is.textOrNull<DeadCause>('cause'),
    tries: is.number('tries'),
    uncertain: is.number('uncertain') === 1,
    lookedUpMs: is.numberOrNull('looked_up_ms'),
    notBeforeMs: is.number('not_before_ms'),
    owner: is.textOrNull('owner'),
    claimNo: is.number('claim_no'),
    error: is.textOrNull('error'),
    createdMs: is.number('created_ms'),
    endedMs: is.numberOrNull('ended_ms'),
  }
}
