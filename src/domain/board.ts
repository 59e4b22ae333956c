import { BILL_STATES, type BillState } from './billing.ts'
import { cutText, shortenAtWord } from './cut-text.ts'
import type { BoardEffect, JobMoney, JobRow, LogRow, PageChange } from './board-effects.ts'
import type { NewEffect } from './effect-kind.ts'
import { isBareJson } from './json-check.ts'
import { markdownToPlain } from './markdown/plain-text.ts'
import { marginPercent, nanoOfPart, type Money } from './money.ts'
import { RUN_STATES, type RunState, type RunStatus } from './run-state.ts'

type NewBoardEffect = NewEffect<BoardEffect>

/** That work has begun is shown where it is not over at once. */
const BEGUN_MS = 1_000
/** A later state of the work is shown when it stands for longer than most models take: that costs a look and a write. */
const SETTLED_MS = 30_000

/** What is known of a run at the moment its state changes. */
export interface Transition {
  readonly to: RunState
  readonly pageId: string
  readonly taskTitle: string
  readonly taskType: string
  readonly runId: string
  readonly attempt: number
  readonly reason: string | null
  readonly score: number | null
  readonly costNano: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly startedMs: number
  readonly nowMs: number
  readonly commit: string
  readonly status: RunStatus
  /** The latest version of the work; null where there is none, or the state does not show it. */
  readonly output: {
    readonly id: string
    readonly text: string
    /** What checks and judge found in it, for the person who decides; empty in all other states. */
    readonly findings: readonly string[]
  } | null
  readonly money: {
    readonly clientPageId: string | null
    readonly clientRateNano: number | null
    /** What was billed for this run; null where nothing was: only what is done is. */
    readonly bill: {
      readonly state: BillState
      readonly usdNano: number | null
      /** Null without a rate. */
      readonly feeNano: number | null
      /** What went back after payment, of the amount. */
      readonly returnedMinor: number
      readonly amount: Money | null
      /** Where it can be paid now; null where it cannot. */
      readonly link: string | null
    } | null
    /** How the newest bill of its task stands; null where it has none. */
    readonly standing: {
      readonly state: BillState
      /** Null where the task never had a link; `refusal` is why its service will not make one. */
      readonly link: { readonly url: string | null; readonly refusal: string | null } | null
    } | null
  }
}

/** Characters that Notion takes in one text. A summary stays within, the whole stands in the page (SPEC §7). */
const SUMMARY_LENGTH = 2000
/** Markdown that is read for one: addresses of links are not part of it. */
const SUMMARY_SOURCE = 12_000
const CUT = '… (cut)'

/** What of a run its page tells in all states. */
interface Told {
  readonly state: RunState
  readonly reason: string | null
  readonly score: number | null
}

/**
 * Whether the outside has heard already what it must hear of a change of state: that the judge begins is told to the page
 * alone, and in the same words as that the judge is waited for.
 */
export function isToldAlready(before: Told, after: Told): boolean {
  return (
    after.state === 'judging' &&
    RUN_STATES[before.state].status === RUN_STATES.judging.status &&
    before.reason === after.reason &&
    before.score === after.score
  )
}

/** Whether the text that stands is told to the outside in a state. */
export function showsWork(state: RunState): boolean {
  return state === 'waiting_human' || state === 'done' || state === 'failed_final'
}

/** What the outside must hear of a change of state, in order. Pure: the store records it with the change. */
export function effectsOf(transition: Transition): NewBoardEffect[] {
  switch (transition.to) {
    case 'queued':
      return [{ ...page(transition), passingMs: BEGUN_MS }]
    case 'generated':
    case 'judging':
    case 'revising':
      return [{ ...page(transition), passingMs: SETTLED_MS }]
    case 'generating':
      return [
        { ...page(transition), passingMs: BEGUN_MS },
        log(transition, 'started', 'Processing', 'started'),
      ]
    case 'retrying':
      return [page(transition), log(transition, `error-${transition.attempt}`, 'Error', 'attempt failed')]
    case 'held':
      return [page(transition), job(transition, 'Held')]
    case 'waiting_human':
      return [...work(transition), ...atRest(transition, 'Review', 'waits for a decision', 'Waiting Human')]
    case 'done':
      return [...work(transition), ...atRest(transition, 'Success', 'done', 'Done')]
    case 'failed_final':
      return atRest(transition, 'Error', 'failed for good', 'Failed-Final')
    case 'cancelled':
      return atRest(transition, 'Warning', 'cancelled', 'Cancelled')
  }
}

/**
 * What the page of a task says of its latest run, in each state: whatever changes the run, the page is told all of
 * it, so that comparing the two needs no history. The summary stands while a run is worked on again, and goes when
 * a new one begins.
 */
export function standingOf(transition: Transition): PageChange {
  const { status, runId, score, costNano } = transition
  return {
    status,
    runId,
    score,
    costNano,
    notes: notesOf(transition),
    ...summaryIn(transition),
    ...paymentIn(transition),
  }
}

/**
 * Where a person is to decide, what was found stands below the reason, until the run goes on; so does why there is no
 * link at which the work can be paid.
 */
function notesOf({ to, reason, output, money: { standing } }: Transition): string | null {
  const refusal = standing?.link?.refusal ?? null
  if (refusal !== null) {
    return bounded([...(reason === null ? [] : [reason]), `No payment link: ${refusal}`].join('\n'))
  }
  const findings = new Set(to === 'waiting_human' ? output?.findings : [])
  if (findings.size === 0) return reason
  const lines = [...findings].map(text => `• ${text.trim().replaceAll(/\s+/g, ' ')}`)
  return bounded([reason ?? 'a decision is wanted', 'Found in it:', ...lines].join('\n'))
}

/** What was never billed says nothing of payment, and what never had a link nothing of one. */
function paymentIn({ money: { standing } }: Transition): Pick<PageChange, 'paymentStatus' | 'paymentLink'> {
  if (standing === null) return {}
  const paymentStatus = BILL_STATES[standing.state]
  return standing.link === null ? { paymentStatus } : { paymentStatus, paymentLink: standing.link.url }
}

function summaryIn({ to, output }: Transition): Pick<PageChange, 'summary'> {
  if (to === 'queued') return { summary: null }
  if (!showsWork(to)) return {}
  return { summary: output === null || output.text === '' ? null : summaryOf(output.text) }
}

/** A cost that became known when the run was no longer worked on; `isLatest` where no newer run has the page. */
export function lateCostEffects(transition: Transition, isLatest: boolean): NewBoardEffect[] {
  const jobs = effectsOf(transition).filter(({ body }) => body.kind === 'job')
  return isLatest ? [page(transition), ...jobs] : jobs
}

/**
 * How a bill is paid, or can be paid, has changed: how its task stands with its latest run, and the money of the run that
 * was billed.
 */
export function paymentEffects(billed: Transition, latest: Transition): NewBoardEffect[] {
  const jobs = effectsOf(billed).filter(({ body }) => body.kind === 'job')
  return [pageAgain(latest.pageId, { ...paymentIn(latest), notes: notesOf(latest) }), ...jobs]
}

/** What befell money that was paid for a run. */
export interface MoneyNews extends Pick<LogRow, 'status' | 'message' | 'details' | 'atMs'> {
  /** What it is about, such as a refund: there is one row of each, which says the last of it. */
  readonly id: string
}

/** A row of the log about it. */
export function moneyLog(transition: Transition, { id, ...row }: MoneyNews): NewBoardEffect {
  return { ...logRow(transition, id, row), name: null }
}

/** What is written of a run that repeats another: its state, and a row of the log that names the other. */
export function replayEffects(transition: Transition, replayOf: string): NewBoardEffect[] {
  return [...effectsOf(transition), log(transition, 'replay', 'Processing', `replay of ${replayOf}`)]
}

/** What a pick-up writes back: the tick is taken, and earlier outcomes no longer stand on the row. */
export function pickUpEffect(transition: Transition): NewBoardEffect {
  return {
    ...page(transition, { untick: true, clearDecision: true }),
    name: 'picked-up',
    passingMs: BEGUN_MS,
  }
}

/** Some of what the page says, to be written once more, with what of the operator's word was left on it. */
export function pageAgain(pageId: string, change: PageChange): NewBoardEffect {
  return { name: null, target: pageId, body: { kind: 'page', pageId, change } }
}

function page(transition: Transition, more: PageChange = {}): NewBoardEffect {
  return pageAgain(transition.pageId, { ...standingOf(transition), ...more })
}

/** The whole text, written into the page under a container of its own; once for each version that rests. */
function work(transition: Transition): NewBoardEffect[] {
  const { output, pageId, runId } = transition
  if (output === null || output.text === '') return []
  return [{ name: output.id, target: pageId, body: { kind: 'body', pageId, runId, outputId: output.id } }]
}

/** The decision that led here, or that is void now, is taken off the row. */
function atRest(
  transition: Transition,
  logStatus: LogRow['status'],
  message: string,
  status: JobRow['status'],
): NewBoardEffect[] {
  return [
    page(transition, { clearDecision: true }),
    log(transition, 'ended', logStatus, message),
    job(transition, status),
  ]
}

function log(
  transition: Transition,
  name: string,
  status: LogRow['status'],
  message: string,
): NewBoardEffect {
  const details = bounded(transition.reason ?? '')
  return {
    ...logRow(transition, name, { status, message, details, atMs: transition.nowMs }),
    // The ended row is made at the first rest and changed when the run ends: each time another effect.
    name: name === 'ended' ? null : name,
  }
}

function logRow(
  { runId, taskTitle, commit }: Transition,
  name: string,
  row: Omit<MoneyNews, 'id'>,
): Omit<NewBoardEffect, 'name'> {
  const thing = `${runId}/log/${name}`
  return {
    target: `log/${runId}`,
    body: { kind: 'log', thing, row: { entry: taskTitle, ...row, commit, runId } },
  }
}

function job(transition: Transition, status: JobRow['status']): NewBoardEffect {
  return {
    name: null,
    target: `job/${transition.runId}`,
    body: {
      kind: 'job',
      thing: `${transition.runId}/job`,
      row: {
        name: transition.taskTitle,
        type: transition.taskType,
        status,
        score: transition.score,
        costNano: transition.costNano,
        durationMs: transition.nowMs - transition.startedMs,
        inputTokens: transition.inputTokens,
        outputTokens: transition.outputTokens,
        atMs: transition.nowMs,
        commit: transition.commit,
        runId: transition.runId,
        notes: bounded(transition.reason ?? ''),
        money: jobMoney(transition),
      },
    },
  }
}

/** The figures of a bill stand in the row of the run that was billed; what is not known in US dollars is left empty. */
function jobMoney({ costNano, money: { clientPageId, clientRateNano, bill } }: Transition): JobMoney {
  const grossNano = bill?.usdNano ?? null
  const feeNano = bill?.feeNano ?? null
  const isKnown = bill !== null && grossNano !== null && feeNano !== null
  const profitNano = isKnown ? grossNano - costNano - feeNano - returnedNano(bill, grossNano) : null
  return {
    clientPageId,
    clientRateNano,
    grossNano,
    profitNano,
    marginPercent: profitNano === null || grossNano === null ? null : marginPercent(profitNano, grossNano),
    paymentStatus: bill === null ? null : BILL_STATES[bill.state],
    paymentLink: bill === null ? null : bill.link,
  }
}

function returnedNano(
  { amount, returnedMinor }: { readonly amount: Money | null; readonly returnedMinor: number },
  grossNano: number,
): number {
  return amount === null ? 0 : nanoOfPart(grossNano, returnedMinor, amount.minor)
}

/** As people read it beside other columns: no Markdown. Only the start is read, however long the text is. */
function summaryOf(text: string): string {
  const whole = text.trim()
  const [start = ''] = cutText(whole, SUMMARY_SOURCE)
  const plain = isBareJson(start) ? start : markdownToPlain(start).trim()
  const allSaid = start.length === whole.length || plain.length > SUMMARY_LENGTH - CUT.length
  return allSaid ? bounded(plain) : plain + CUT
}

function bounded(text: string): string {
  return shortenAtWord(text, SUMMARY_LENGTH, CUT)
}
