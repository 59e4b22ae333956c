import type { BillState, PriceBasis } from './billing.ts'
import type { ErrorClass } from './error-class.ts'
import type { CriterionScores } from './rubric.ts'
import type { RunState } from './run-state.ts'
import type { Shape, Shaped } from './shape.ts'

/** What a core that was kept has to look like to be read, whatever its version. */
export const CORE_SHAPE = {
  schema: 'text',
  runId: 'text',
  taskId: 'text',
  taskType: 'text',
  cause: 'text',
  state: 'text',
  errorClass: 'text?',
  briefDigest: 'text',
  threshold: 'number',
  score: 'number?',
  createdAt: 'text',
  startedAt: 'text?',
  endedAt: 'text',
  commit: 'text',
  attempts: [{ id: 'text', outcome: 'text', errorClass: 'text?', interruptions: 'number' }],
  outputs: [
    {
      id: 'text',
      stage: 'text',
      finish: 'text',
      digest: 'text',
      callId: 'text',
      checksVersion: 'text',
      failedChecks: 'number',
    },
  ],
  judgements: [
    {
      id: 'text',
      outputId: 'text',
      callId: 'text',
      score: 'number?',
      scores: 'any',
      model: 'text',
      rubricDigest: 'text',
      promptDigest: 'text',
    },
  ],
  decisions: [{ outputId: 'text', kind: 'text', at: 'text' }],
  calls: [
    {
      id: 'text',
      attempt: 'number',
      stage: 'text',
      model: 'text',
      answeredModel: 'text?',
      certainty: 'text',
      inputTokens: 'number?',
      outputTokens: 'number?',
      costNano: 'number',
      priceBasis: 'text',
      priceVersion: 'text',
    },
  ],
  totals: {
    calls: 'number',
    inputTokens: 'number',
    outputTokens: 'number',
    costNano: 'number',
    uncertainNano: 'number',
    unpricedNano: 'number',
  },
} as const satisfies Shape

type Kept = Shaped<typeof CORE_SHAPE>
type KeptCall = Kept['calls'][number]

/**
 * The core of a receipt: everything that was decided and paid for in one run, as of its end. Only digests, ids,
 * figures and words of ours are in it, nothing that a person or a model wrote, so an erasure does not break the seal:
 * such words are {@link ReceiptWords}. The first version sealed them as well; what is read of it is the same.
 */
export interface ReceiptCore extends Omit<Kept, 'schema' | 'state' | 'errorClass' | 'judgements' | 'calls'> {
  readonly schema: 'echopilot.receipt/1' | 'echopilot.receipt/2'
  readonly state: RunState
  readonly errorClass: ErrorClass | null
  /** The run that it repeats; absent in receipts that were sealed before there were replays. */
  readonly replayOf?: string | null
  /** What was billed for it; null where nothing was, absent in receipts that were sealed before there were prices. */
  readonly bill?: ReceiptBill | null
  readonly judgements: readonly (Omit<Kept['judgements'][number], 'scores'> & {
    readonly scores: CriterionScores | null
  })[]
  readonly calls: readonly ReceiptCall[]
}

/** A bill as it was made, in the smallest unit of its currency; null without a price. */
export interface ReceiptBill {
  readonly id: string
  readonly state: BillState
  readonly basis: PriceBasis
  readonly currency: string | null
  readonly amountMinor: number | null
  readonly priceMinor: number | null
  readonly usdNano: number | null
}

/** What was said of a run, for people: it may quote brief and result, and is not sealed. */
export interface ReceiptWords {
  /** Why the run is in its state. */
  readonly reason: string | null
  /** Why attempts ended, by their id. */
  readonly attempts: Readonly<Record<string, string>>
  /** Why answers were no verdicts, by the id of the judgement. */
  readonly judgements: Readonly<Record<string, string>>
}

/** One call as a receipt lists it. */
export interface ReceiptCall extends KeptCall {
  readonly cachedTokens: number | null
  readonly reasoningTokens: number | null
  readonly promptDigest: string
  readonly requestId: string | null
  /** Why it is booked so, where the figures do not say it; absent in receipts that were sealed before it was kept. */
  readonly note?: string | null
}

/**
 * Sums over the calls of a run. Tokens count what services reported; cost counts every booking. `uncertainNano` is the
 * part of it that is a reservation or more, because no usage came back that can be believed; `unpricedNano` that of
 * models that have no price.
 */
export type ReceiptTotals = Kept['totals']

/** Adds up the calls of a run. */
export function totalsOf(calls: readonly ReceiptCall[]): ReceiptTotals {
  const sum = (pick: (call: ReceiptCall) => number): number =>
    calls.reduce((total, call) => total + pick(call), 0)
  return {
    calls: calls.length,
    inputTokens: sum(call => call.inputTokens ?? 0),
    outputTokens: sum(call => call.outputTokens ?? 0),
    costNano: sum(call => call.costNano),
    uncertainNano: sum(call =>
      ['reserved', 'unknown', 'unmetered'].includes(call.certainty) ? call.costNano : 0,
    ),
    unpricedNano: sum(call => (call.priceBasis === 'unpriced' ? call.costNano : 0)),
  }
}

/** JSON with sorted keys, so that the same receipt always has the same digest. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
