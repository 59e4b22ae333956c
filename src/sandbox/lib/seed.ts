/** Many payments at once: what tests and benchmarks of long lists begin with. */
import { wholeIn, type Given, type Telling } from './hand.ts'
import type { JsonObject } from './json.ts'

const DAY_MS = 86_400_000

/**
 * Makes as many payments as were asked for (`{count, days?, prefix?}`), evenly over the last days and the oldest first;
 * `one` makes each, labelled with the prefix and a number from 1 on. They are told of by no events, as what lies longer
 * back than vendors keep events.
 */
export function sow<A extends Telling>(
  act: A,
  given: Given,
  one: (then: A, label: string) => void,
): JsonObject {
  const count = wholeIn(given, 'count')
  const stepMs = (wholeIn(given, 'days', { usual: 30 }) * DAY_MS) / count
  const webhooks = { ...act.webhooks, loses: () => true }
  for (let number = 1; number <= count; number += 1) {
    const nowMs = Math.floor(act.nowMs - (count - number) * stepMs)
    one({ ...act, webhooks, nowMs }, `${given['prefix'] ?? 'seed_'}${String(number)}`)
  }
  return { seeded: count }
}
