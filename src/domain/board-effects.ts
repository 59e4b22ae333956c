import type { PaymentStatus } from './billing.ts'
import type { ClientChanges } from './client.ts'
import type { EffectBody, EffectKind } from './effect-kind.ts'
import { keysOf } from './keys-of.ts'
import type { RunStatus } from './run-state.ts'

/** Changes to the properties of a task's page. What is absent stays as it is; null empties it. */
export interface PageChange {
  readonly status?: RunStatus
  readonly untick?: true
  readonly clearDecision?: true
  readonly runId?: string
  readonly score?: number | null
  readonly costNano?: number | null
  readonly summary?: string | null
  readonly notes?: string | null
  readonly paymentStatus?: PaymentStatus
  readonly paymentLink?: string | null
}

/** A row of the Automation Log. */
export interface LogRow {
  readonly entry: string
  readonly status: 'Processing' | 'Success' | 'Review' | 'Error' | 'Warning'
  readonly message: string
  readonly details: string
  readonly atMs: number
  readonly commit: string
  readonly runId: string
}

/** A row of the Job Log. */
export interface JobRow {
  readonly name: string
  readonly type: string
  readonly status: 'Done' | 'Waiting Human' | 'Held' | 'Failed-Final' | 'Cancelled'
  readonly score: number | null
  readonly costNano: number
  readonly durationMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly atMs: number
  readonly commit: string
  readonly runId: string
  readonly notes: string
  /** Absent in what was recorded before there were prices. */
  readonly money?: JobMoney
}

/** The money of a run, in nano-dollars; null where there is none, or no rate. */
export interface JobMoney {
  readonly clientPageId: string | null
  readonly clientRateNano: number | null
  readonly grossNano: number | null
  readonly profitNano: number | null
  readonly marginPercent: number | null
  readonly paymentStatus: PaymentStatus | null
  /** Absent in what was recorded before there were links. */
  readonly paymentLink?: string | null
}

/** Changes to the row of a client. What is absent stays as it is; null empties it. */
export interface ClientChange extends ClientChanges {
  /** Nano-dollars. */
  readonly revenueNano?: number | null
}

/** A row of the Status database. */
export interface StatusRow {
  readonly atMs: number
  /** The auto-operator looked a short while ago, and all was well. */
  readonly ok: boolean
  /** Runs that ended in the last 24 h, … */
  readonly jobs: number
  /** … the average score of what was judged in them (null: nothing was), and how many are under their target. */
  readonly averageScore: number | null
  readonly lowScores: number
  readonly commit: string
  /** Null where the program was packed. */
  readonly branch: string | null
  readonly notes: string
}

/** One write to the board, by kind. `thing` is the key by which a row we made is found again. */
export type BoardEffect =
  | { readonly kind: 'page'; readonly pageId: string; readonly change: PageChange }
  | { readonly kind: 'body'; readonly pageId: string; readonly runId: string; readonly outputId: string }
  | { readonly kind: 'log'; readonly row: LogRow; readonly thing: string }
  | { readonly kind: 'job'; readonly row: JobRow; readonly thing: string }
  /** Of one hour; whether it has a row of its own, or one with the others of its day (UTC), the board decides. */
  | { readonly kind: 'status'; readonly row: StatusRow; readonly day: string; readonly hour: string }
  | { readonly kind: 'client'; readonly pageId: string; readonly change: ClientChange }

/** Of one of the kinds. */
export type BoardEffectOf<Kind extends BoardEffect['kind']> = Extract<BoardEffect, { kind: Kind }>

/** Whether an effect that was read by its kind is one of these. */
export function isBoardEffect<Kind extends BoardEffect['kind']>(
  body: EffectBody,
  kind: Kind,
): body is BoardEffectOf<Kind> {
  return body.kind === kind
}

/** Cells of a row that is not ours: a cell is the last one's that names it. */
function cellsKind<Body extends BoardEffectOf<'page' | 'client'>>(
  kind: Body['kind'],
  writes: string,
  isOne: (body: EffectBody) => body is Body,
): EffectKind<Body> {
  return {
    kind,
    writes,
    shape: { pageId: 'text', change: {} },
    isMerged: true,
    isInParts: false,
    placeOf: ({ pageId }) => pageId,
    stillToSay: (body, later) => {
      const change = unsaid<Body['change']>(
        body.change,
        later.flatMap(other => (isOne(other) ? [other.change] : [])),
      )
      return change === null ? null : { ...body, change }
    },
  }
}

const PAGE: EffectKind<BoardEffectOf<'page'>> = {
  ...cellsKind('page', 'properties of the page', body => isBoardEffect(body, 'page')),
  confirmsTick: ({ change }) => change.untick === true,
}

/** What is left of a change beside later ones; null for nothing. */
function unsaid<T extends object>(change: T, later: readonly T[]): Partial<T> | null {
  const said = new Set<string>(later.flatMap(other => keysOf(other)))
  const rest: Partial<T> = {}
  for (const key of keysOf(change)) if (!said.has(key)) rest[key] = change[key]
  return Object.keys(rest).length === 0 ? null : rest
}

/** The result in the page, in a container that holds the last version. */
const BODY: EffectKind<BoardEffectOf<'body'>> = {
  kind: 'body',
  writes: 'result in the page',
  shape: { pageId: 'text', runId: 'text', outputId: 'text' },
  isMerged: false,
  isInParts: true,
  placeOf: ({ pageId }) => pageId,
  stillToSay: (body, later) =>
    later.some(other => isBoardEffect(other, 'body') && other.runId === body.runId) ? null : body,
}

/** A row of one of the logs, which says the last that was recorded of it. */
function rowKind(kind: 'log' | 'job', writes: string): EffectKind<BoardEffectOf<'log' | 'job'>> {
  return {
    kind,
    writes,
    shape: { thing: 'text', row: {} },
    isMerged: false,
    isInParts: false,
    placeOf: () => kind,
    stillToSay: (body, later) =>
      later.some(other => isBoardEffect(other, kind) && other.thing === body.thing) ? null : body,
  }
}

/** How things stand at an hour. */
const STATUS: EffectKind<BoardEffectOf<'status'>> = {
  kind: 'status',
  writes: 'row of the Status database',
  shape: { day: 'text', hour: 'text', row: {} },
  isMerged: false,
  isInParts: false,
  placeOf: () => 'status',
  stillToSay: (body, later) =>
    later.some(other => isBoardEffect(other, 'status') && other.hour === body.hour) ? null : body,
}

/** What a service declares that holds the board of tasks. */
export const BOARD_EFFECTS: readonly EffectKind[] = [
  PAGE,
  cellsKind('client', 'row of a client', body => isBoardEffect(body, 'client')),
  BODY,
  rowKind('log', 'row of the Automation Log'),
  rowKind('job', 'row of the Job Log'),
  STATUS,
]

/** Later changes win; an untick stays an untick. For writes to one page that are delivered together. */
export function mergeChanges<T extends PageChange | ClientChange>(changes: readonly T[]): Partial<T> {
  const merged: Partial<T> = {}
  Object.assign(merged, ...changes)
  return merged
}
