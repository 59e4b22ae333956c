import type { DeadCause, EffectBody, EffectState, NewEffect } from '../domain/effect-kind.ts'
import { readRow, readRows, type Change, type RowReader, type StoreReader } from './core.ts'
import { billOfRun, billsOfTask } from './bill-rows.ts'
import { clientById } from './client-rows.ts'
import { lastLinkOf, payAddress } from './link-rows.ts'
import type { SqlValue } from './engine.ts'
import {
  effectsOf,
  isToldAlready,
  lateCostEffects,
  moneyLog,
  paymentEffects,
  pickUpEffect,
  replayEffects,
  showsWork,
  type MoneyNews,
  type Transition,
} from '../domain/board.ts'
import { RUN_STATES } from '../domain/run-state.ts'
import { latestRun, type Run } from './run-rows.ts'
import { taskOf, type Task } from './tasks.ts'
import { findingsIn, latestWorkOf } from './work-rows.ts'

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

/** The effects for which a condition is true that has an index of its own, in order. */
export function effectsWhere(
  core: StoreReader,
  where: string,
  values: Readonly<Record<string, SqlValue>>,
): Effect[] {
  const sql = `SELECT * FROM effects WHERE ${where} ORDER BY /* unindexed */ seq`
  return readRows(core, sql, values, is => readEffect(core, is))
}

/** A row of the effects table. */
export function readEffect({ kinds }: StoreReader, is: RowReader): Effect {
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

/** Names an effect as what a change is about, with the state that it has after it. */
export function aboutEffect(tx: Change, { id, service, kind, subject }: Effect, state: EffectState): void {
  tx.about(id, { state, service, kind, of: subject.id })
}

/** Where effects go, and what they tell of. */
export interface EffectsOf {
  readonly service: string
  readonly subject: Subject
}

/** Records effects, inside the transaction that causes them. A key is never recorded twice. */
export function recordEffects(
  tx: Change,
  { service, subject }: EffectsOf,
  effects: readonly NewEffect[],
): void {
  for (const { name, target, body, passingMs = null } of effects) {
    const { kind } = body
    tx.engine.run(
      `INSERT INTO effects (id, seq, key, subject_kind, subject_id, service, kind, target, place, body, state, tries,
         uncertain, not_before_ms, claim_no, created_ms, passing_ms)
       VALUES (:id, (SELECT COALESCE(MAX(seq), 0) + 1 FROM effects), :prefix || COALESCE(:name,
         CAST((SELECT COUNT(*) + 1 FROM effects
           WHERE subject_kind = :subjectKind AND subject_id = :subjectId AND service = :service AND kind = :kind) AS TEXT)),
         :subjectKind, :subjectId, :service, :kind, :target, :place, :body, 'pending', 0, 0, 0, 0, :now, :passingMs)
       ON CONFLICT (service, key) DO NOTHING`,
      {
        id: tx.newId('effect'),
        prefix: `${subject.id}/${kind}/`,
        name,
        subjectKind: subject.kind,
        subjectId: subject.id,
        service,
        kind,
        target,
        place: tx.kinds.of({ service, kind })?.placeOf(body) ?? target,
        body: JSON.stringify(body),
        passingMs,
        now: tx.clock.now(),
      },
    )
  }
}

/** What tells of a run goes to the service that its task came from. */
export function effectsOfRun({ source }: Pick<Task, 'source'>, runId: string): EffectsOf {
  return { service: source, subject: { kind: 'run', id: runId } }
}

/**
 * Records what the outside must hear of the state a run has just entered, from the one before (null for a new run). A local task has no
 * outside. Inside the transaction that changed the state.
 */
export function tellOutside(tx: Change, before: Run | null, run: Run): void {
  if (before !== null && isToldAlready(before, run)) return
  const task = taskOf(tx, run)
  if (task.pageId === null) return
  recordEffects(tx, effectsOfRun(task, run.id), effectsOf(transitionOf(tx, run, task, task.pageId)))
}

/** Records what a pick-up writes back; inside the transaction that created the run. */
export function tellPickUp(tx: Change, run: Run, pageId: string): void {
  const task = taskOf(tx, run)
  recordEffects(tx, effectsOfRun(task, run.id), [pickUpEffect(transitionOf(tx, run, task, pageId))])
}

/** Records what the outside hears of a run that was queued to repeat another; inside the transaction that queued it. */
export function tellReplay(tx: Change, run: Run, replayOf: string): void {
  const transition = standingTransition(tx, run)
  if (transition === null) return
  recordEffects(tx, effectsOfRun(taskOf(tx, run), run.id), replayEffects(transition, replayOf))
}

/** Records a cost that was booked when nobody worked on the run any more; inside the transaction that booked it. */
export function tellLateCost(tx: Change, run: Run): void {
  const transition = standingTransition(tx, run)
  if (transition === null) return
  const isLatest = latestRun(tx, run.taskId).id === run.id
  recordEffects(tx, effectsOfRun(taskOf(tx, run), run.id), lateCostEffects(transition, isLatest))
}

/** Records that the money in the row of a run's figures has changed; inside the transaction that changed it. */
export function tellMoney(tx: Change, run: Run): void {
  const transition = standingTransition(tx, run)
  if (transition === null) return
  recordEffects(tx, effectsOfRun(taskOf(tx, run), run.id), lateCostEffects(transition, false))
}

/**
 * Records that a bill of a run is paid otherwise than it was, or at another link; inside the transaction that changed it.
 */
export function tellPayment(tx: Change, run: Run, news: readonly MoneyNews[]): void {
  const billed = standingTransition(tx, run)
  const latest = standingTransition(tx, latestRun(tx, run.taskId))
  if (billed === null || latest === null) return
  const rows = news.map(one => moneyLog(billed, one))
  recordEffects(tx, effectsOfRun(taskOf(tx, run), run.id), [...paymentEffects(billed, latest), ...rows])
}

/** What is known of a run now, as the outside would be told; null for a local task. */
export function standingTransition(core: StoreReader, run: Run): Transition | null {
  const task = taskOf(core, run)
  return task.pageId === null ? null : transitionOf(core, run, task, task.pageId)
}

function transitionOf(core: StoreReader, run: Run, task: Task, pageId: string): Transition {
  const runId = run.id
  const sums = readRow(
    core,
    `SELECT COALESCE(SUM(cost_nano), 0) AS cost, COALESCE(SUM(input_tokens), 0) AS input,
       COALESCE(SUM(output_tokens), 0) AS output FROM calls WHERE run_id = :runId`,
    { runId },
    is => ({
      costNano: is.number('cost'),
      inputTokens: is.number('input'),
      outputTokens: is.number('output'),
    }),
  )
  return {
    to: run.state,
    pageId,
    taskTitle: task.title,
    taskType: task.type,
    runId,
    attempt: run.attempt,
    reason: run.reason,
    score: run.score,
    ...sums,
    startedMs: run.startedMs ?? run.createdMs,
    nowMs: run.endedMs ?? core.clock.now(),
    commit: core.commit,
    status: RUN_STATES[run.state].status,
    output: showsWork(run.state) ? outputOf(core, run) : null,
    money: moneyOf(core, run, task),
  }
}

function moneyOf(core: StoreReader, run: Run, task: Task): Transition['money'] {
  const client = task.clientId === null ? null : clientById(core, task.clientId)
  const bill = run.state === 'done' ? billOfRun(core, run.id) : null
  return {
    clientPageId: client?.pageId ?? null,
    clientRateNano: client?.rateNano ?? null,
    bill: bill === null ? null : { ...bill, link: payAddress(lastLinkOf(core, bill.id)) },
    standing: standingBill(core, task.id),
  }
}

/** The newest bill of a task, with the link of it; of a task that never had a link nothing is said of one. */
function standingBill(core: StoreReader, taskId: string): Transition['money']['standing'] {
  const bills = billsOfTask(core, taskId)
  const bill = bills.at(-1)
  if (bill === undefined) return null
  const link = lastLinkOf(core, bill.id)
  const hadLink = bills.some(({ id }) => lastLinkOf(core, id) !== null)
  const refusal = link?.state === 'refused' ? link.why : null
  return { state: bill.state, link: hadLink ? { url: payAddress(link), refusal } : null }
}

/** The text that stands, with what was found in it where a person is to read that. */
function outputOf(core: StoreReader, run: Run): Transition['output'] {
  const work = latestWorkOf(core, run.id)
  if (work === null) return null
  return { ...work, findings: run.state === 'waiting_human' ? findingsIn(core, work.id) : [] }
}
