import { nextOfEffect } from '../domain/next-command.ts'
import type { Undelivered } from '../outbox/deliver.ts'
import { countText, instantText } from '../kernel/text.ts'
import { id, item, line, next, state, words, type Block, type Part } from '../kernel/document.ts'
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
  /** Why the last try failed; null where none did. */
  readonly reason: string | null
  readonly tries: number
  readonly createdAt: string
  /** When it is tried, or a dead one's place looked at, again; null where it is over. */
  readonly dueAt: string | null
  readonly next: string | null
}

/** An effect with the task it belongs to, and the next command. */
export async function shownEffect(store: Store, effect: Effect): Promise<ShownEffect> {
  const runId = effect.runId ?? (await runBehind(store, effect))
  const run = runId === null ? null : await store.runs.get(runId)
  const task = run === null ? null : await store.tasks.get(run.taskId)
  const isOver = effect.state === 'done' || effect.state === 'dismissed' || effect.cause === 'refused'
  return {
    id: effect.id,
    key: effect.key,
    what: store.kinds.of(effect)?.writes ?? `something of the kind ${effect.kind}`,
    taskId: task?.id ?? null,
    title: task?.title ?? null,
    runId,
    state: effect.state,
    cause: effect.cause,
    reason: effect.error,
    tries: effect.tries,
    createdAt: instantText(effect.createdMs),
    dueAt: isOver ? null : instantText(effect.notBeforeMs),
    next: nextOfEffect(effect),
  }
}

/** The run whose bill the link of an effect is for, or whose result a mail holds. */
async function runBehind(store: Store, { subject }: Effect): Promise<string | null> {
  if (subject.kind === 'mailing') return store.lookup.runOf('mailing', subject.id)
  const link = subject.kind === 'link' ? await store.links.get(subject.id) : null
  return link === null ? null : store.lookup.runOf('bill', link.billId)
}

/** The newest effects that are dead and missed. */
export async function deadEffects(store: Store, limit: number): Promise<ShownEffect[]> {
  const shown: ShownEffect[] = []
  for (const effect of await store.effects.missed(limit)) shown.push(await shownEffect(store, effect))
  return shown
}

/** What it writes, why it could not, and what to type; then what more is to be said of it. */
export function effectItem(effect: ShownEffect, ...more: readonly Part[]): Block {
  const of = effect.title === null ? '' : ` of "${effect.title}"`
  const tone = effect.state === 'dead' ? 'bad' : effect.state === 'done' ? 'good' : 'open'
  return item(
    words`${state(effect.state, tone)} ${effect.what}${of}`,
    line`${id(effect.id)}`,
    effect.reason,
    next(effect.next),
    more,
  )
}

/** What was not written, for people: each cause once, with what to type. */
export function undeliveredItems(failed: readonly Undelivered[]): Block[] {
  const byCause = Map.groupBy(failed, ({ message }) => message)
  return [...byCause].map(([message, same]) => {
    const kinds = [...new Set(same.map(({ kind }) => kind))].join(', ')
    return item(words`${state('not written', 'bad')}: ${kinds}: ${message}`, next(same[0]?.next ?? null))
  })
}

/** Pages that a limit left out of a comparison, and how to compare them too. */
export function olderLine({ compared, older }: { compared: number; older: number }): string | null {
  const what = countText(older, 'older page was', 'older pages were')
  return older === 0 ? null : `${what} not compared: --limit ${compared + older}`
}
