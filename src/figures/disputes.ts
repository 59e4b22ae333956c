import { answerCommand, urgencyOf, waitingText, type Urgency } from '../domain/dispute.ts'
import { item, next, section, state, words, type Part, type Tone } from '../kernel/document.ts'
import { instantText, spanText } from '../kernel/text.ts'
import type { Store } from '../store/index.ts'

/** A dispute that waits for an answer, as people and machines see it. */
export interface WaitingFigure {
  readonly id: string
  readonly paymentId: string
  readonly text: string
  readonly due: string | null
  readonly urgency: Urgency
  /** `8 d left`; null where nobody knows, or it is over. */
  readonly left: string | null
  readonly next: string
}

/** All of them, the nearest deadline first. */
export async function waitingDisputes(
  { payments }: Pick<Store, 'payments'>,
  nowMs: number,
): Promise<WaitingFigure[]> {
  return (await payments.waitingDisputes()).map(dispute => {
    const { id, paymentId, dueMs } = dispute
    const urgency = urgencyOf(dispute, nowMs)
    const hasTime = dueMs !== null && urgency !== 'over'
    return {
      id,
      paymentId,
      text: waitingText(dispute, instantText),
      due: dueMs === null ? null : instantText(dueMs),
      urgency,
      left: hasTime ? `${spanText(dueMs - nowMs)} left` : null,
      next: answerCommand(dispute),
    }
  })
}

const WORDS: Readonly<Record<Urgency, readonly [string, Tone]>> = {
  later: ['waits for an answer', 'open'],
  soon: ['waits for an answer', 'warn'],
  now: ['answer it now', 'bad'],
  over: ['was not answered in time', 'bad'],
  unknown: ['waits for an answer', 'warn'],
}

/** What waits, and what to type; nothing where nothing does. */
export function waitingParts(disputes: readonly WaitingFigure[]): Part {
  return section(
    'Disputes',
    disputes.map(({ urgency, text, left, next: step }) => {
      const [said, tone] = WORDS[urgency]
      return item(words`${state(said, tone)}${left === null ? '' : `, ${left}`}`, text, next(step))
    }),
  )
}
