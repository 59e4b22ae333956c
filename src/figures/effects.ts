import { nextOfEffect } from '../domain/next-command.ts'
import type { Undelivered } from '../outbox/deliver.ts'
import { wrap } from '../kernel/text.ts'
import type { Style } from '../kernel/style.ts'
import type { Store } from '../store/index.ts'
import type { Effect } from '../store/effect-rows.ts'

/** A write to the outside as people and machines are shown it. */
export interface ShownEffect {
  readonly id: string
  readonly key: string
  /** What it writes, in a few words. */
  readonly what: string
  readonly taskId: string | null
  readonly title: string | null
  readonly runId: string | null
  readonly state: Effect['state']
  readonly cause: Effect['cause']
  /** Why the last try came to nothing; null where there was none that failed. */
  readonly reason: string | null
  readonly tries: number
  readonly createdAt: string
  /** When it is tried, or a dead one's place looked at, again; null where it is over. */
  readonly dueAt: string | null
  readonly next: string | null
}

const WHAT = {
  page: 'properties of the page',
  body: 'result in the page',
  log: 'row of the Automation Log',
  job: 'row of the Job Log',
} as const satisfies Record<Effect['kind'], string>

/** An effect with the task it belongs to, and the next command. */
export async function shownEffect(store: Store, effect: Effect): Promise<ShownEffect> {
  const run = effect.runId === null ? null : await store.runs.get(effect.runId)
  const task = run === null ? null : await store.tasks.get(run.taskId)
  const isOver = effect.state === 'done' || effect.state === 'dismissed' || effect.cause === 'refused'
  return {
    id: effect.id,
    key: effect.key,
    what: WHAT[effect.kind],
    taskId: task?.id ?? null,
    title: task?.title ?? null,
    runId: effect.runId,
    state: effect.state,
    cause: effect.cause,
    reason: effect.error,
    tries: effect.tries,
    createdAt: iso(effect.createdMs),
    dueAt: isOver ? null : iso(effect.notBeforeMs),
    next: nextOfEffect(effect),
  }
}

/** The newest effects that are dead and missed. */
export async function deadEffects(store: Store, limit: number): Promise<ShownEffect[]> {
  const shown: ShownEffect[] = []
  for (const effect of await store.effects.missed(limit)) shown.push(await shownEffect(store, effect))
  return shown
}

/** What it writes, why it could not, and what to type. */
export function renderEffect(effect: ShownEffect, style: Style): string {
  const mark = effect.state === 'dead' ? style.bad : style.bold
  const of = effect.title === null ? '' : ` of "${effect.title}"`
  return [
    wrap(`${effect.state} ${effect.what}${of}`, style.columns).replace(effect.state, mark),
    style.dim(`    ${effect.id}`),
    ...(effect.reason === null ? [] : [wrap(effect.reason, style.columns, '    ')]),
    ...(effect.next === null ? [] : [style.dim(wrap(`next: ${effect.next}`, style.columns, '    '))]),
  ].join('\n')
}

/** What was not written, for people: each cause once, with what to type. */
export function undeliveredLines(failed: readonly Undelivered[]): string[] {
  const byCause = Map.groupBy(failed, ({ message }) => message)
  return [...byCause.values()].flatMap(same =>
    same
      .slice(0, 1)
      .flatMap(({ message, next }) => [
        `not written: ${[...new Set(same.map(({ kind }) => kind))].join(', ')}: ${message}`,
        `  next: ${next}`,
      ]),
  )
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
