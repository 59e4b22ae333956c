import { nextProbeAt, type PausedService } from '../domain/breaker.ts'
import { hint, item, line, state, words, type Block } from '../kernel/document.ts'
import { spanText } from '../kernel/text.ts'
import type { Store } from '../store/index.ts'

/** A service that is not called for now, as people and machines see it: the model, and what is wrong there. */
export type PausedFigure = Pick<
  PausedService,
  'service' | 'model' | 'cause' | 'reason' | 'hint' | 'sinceMs' | 'nextProbeMs'
>

/** What is paused now. */
export async function pausedFigures(store: Store, nowMs: number): Promise<PausedFigure[]> {
  return (await store.pauses.list()).map(pause => {
    const { service, model, cause, reason, hint: fix, sinceMs } = pause
    return { service, model, cause, reason, hint: fix, sinceMs, nextProbeMs: nextProbeAt(pause, nowMs) }
  })
}

/** What is paused for how long, why, and what to do. */
export function pausedItem(pause: PausedFigure, atMs: number): Block {
  const since = `${pause.service} (${pause.model}) for ${spanText(atMs - pause.sinceMs)}`
  return item(
    words`${state('paused', 'warn')} ${since}, ${nextTryText(pause.nextProbeMs - atMs)} (echopilot doctor)`,
    pause.reason,
    pause.hint === null ? null : line`fix: ${hint(pause.hint)}`,
  )
}

/** When a paused service is tried again. */
export function nextTryText(waitMs: number): string {
  return waitMs <= 0 ? 'tried with the next work' : `next try in ${spanText(waitMs)}`
}
