import { bookAnswer } from '../domain/call-booking.ts'
import { worstCaseNanoUsd, type CallBounds } from '../domain/cost.ts'
import { quotePrice, quotesAsServed, type PriceQuote } from '../domain/price.ts'
import type { CapBreach } from '../domain/budget.ts'
import { quickRetryDelayMs } from '../domain/retry-schedule.ts'
import { newId } from '../kernel/ids.ts'
import type { Completion, CompletionRequest, Model } from '../roles/model.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { ClaimedRun } from '../store/claims.ts'
import type { NewCall, Settlement } from '../store/ledger.ts'
import type { PipelineContext } from './context.ts'
import { capsOf, dearestTier, type ModelChoice } from './rules.ts'
import type { Prompt } from './prompts.ts'

/** What came of asking a model. Each try is booked before it leaves; the last one is left to be settled. */
export type Asked =
  | { readonly kind: 'answered'; readonly completion: Completion; readonly settlement: Settlement }
  | { readonly kind: 'failed'; readonly failure: ServiceFailure; readonly settlement: Settlement }
  | { readonly kind: 'over'; readonly breach: CapBreach; readonly needNano: number }

/** What is asked of which model. */
export interface Question {
  readonly model: Model
  readonly choice: ModelChoice
  readonly prompt: Prompt
  readonly schema: CompletionRequest['schema']
}

/** Where a server asks for a longer wait than this, the retry schedule takes over, which releases the lease. */
const LONGEST_QUICK_WAIT_MS = 10_000

/**
 * Asks once, and quickly again where that may help; a probe of a paused service only once. The budget is reserved
 * before every try at the worst case; a try that is repeated is settled here, the last one by the transition that
 * follows.
 */
export async function ask(
  context: PipelineContext,
  claimed: ClaimedRun,
  question: Question,
  signal: AbortSignal,
): Promise<Asked> {
  const caps = capsOf(context.settings)
  const reserve = async (call: NewCall): Promise<CapBreach | null> =>
    context.store.stages.reserve(claimed.claim, call, caps)
  const { stage, task } = claimed
  const booking = { stage, reserve, begin: () => context.calling({ title: task.title, stage }) }
  for (let tryNumber = 1; ; tryNumber += 1) {
    const asked = await askOnce(context, question, booking, signal)
    if (asked.kind !== 'failed') return asked
    const waitMs = claimed.isProbe ? null : quickWaitMs(context, asked.failure, tryNumber)
    if (waitMs === null || signal.aborted || context.stop.aborted) return asked
    await context.store.stages.settle(asked.settlement)
    context.log.warn('model call failed, trying again', {
      run: claimed.run.id,
      error: asked.failure.message,
      waitMs: Math.round(waitMs),
    })
    await context.world.clock.sleep(waitMs, AbortSignal.any([signal, context.stop]))
    // The lease was lost meanwhile: another call would be booked, and never be sent.
    if (signal.aborted) return asked
  }
}

/** Where a call is booked before it leaves, and what it is for. */
export interface Booking {
  readonly stage: NewCall['stage']
  /** Books it, or says which cap it would break. */
  readonly reserve: (call: NewCall) => Promise<CapBreach | null>
  /** Tells that it is under way, until what is returned is called. */
  readonly begin: () => () => void
}

/** What asking once needs. */
export type AskContext = Pick<PipelineContext, 'settings'> & {
  readonly world: Pick<PipelineContext['world'], 'clock' | 'random'>
}

/** Asks once: booked before it leaves; its settlement is left to the caller. */
export async function askOnce(
  context: AskContext,
  question: Question,
  { stage, reserve, begin }: Booking,
  signal: AbortSignal,
): Promise<Asked> {
  const booked = book(context, stage, question)
  const { call } = booked
  const breach = await reserve(call)
  if (breach !== null) return { kind: 'over', breach, needNano: call.reservedNano }
  const request: CompletionRequest = {
    ...question.choice,
    system: question.prompt.system,
    user: question.prompt.user,
    schema: question.schema,
  }
  const deadline = context.world.clock.deadline(question.model.timeoutMs)
  const ended = begin()
  try {
    const completion = await question.model.complete(request, AbortSignal.any([signal, deadline]))
    return { kind: 'answered', completion, settlement: settle(context, question, booked, completion) }
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    const failure = deadline.aborted ? timedOut(question.model, error) : error
    return { kind: 'failed', failure, settlement: settleFailure(call, failure) }
  } finally {
    ended()
  }
}

/** A call as it is booked before it leaves, and what bounds its cost. */
interface Booked {
  readonly call: NewCall
  readonly bounds: CallBounds
}

/** The request as the ledger books it, at the most it can cost. */
function book(context: AskContext, stage: NewCall['stage'], question: Question): Booked {
  const { choice, prompt, model } = question
  const now = context.world.clock.now()
  const price = quote(context, choice.model, model.serviceTier, now)
  const dearest = quote(context, choice.model, dearestTier(model), now)
  const schemaBytes = question.schema === null ? 0 : byteLength(JSON.stringify(question.schema))
  const promptBytes = byteLength(prompt.system) + byteLength(prompt.user) + schemaBytes
  const bounds = { promptBytes, maxOutputTokens: choice.maxOutputTokens }
  return {
    bounds,
    call: {
      id: newId('call', context.world),
      stage,
      service: model.service,
      credential: model.credential,
      model: choice.model,
      reservedNano: worstCaseNanoUsd(dearest, bounds),
      priceBasis: price.basis,
      priceVersion: price.version,
      promptDigest: prompt.digest,
    },
  }
}

/** Booked by the model and the tier that served it. */
function settle(
  context: AskContext,
  { model: asked }: Question,
  { call, bounds }: Booked,
  completion: Completion,
): Settlement {
  const now = context.world.clock.now()
  const { answeredModel, serviceTier, requestId } = completion
  const prices = quotesAsServed(call.model, answeredModel, model =>
    quote(context, model, serviceTier ?? asked.serviceTier, now),
  )
  const { certainty, costNano, usage, note, ...price } = bookAnswer(prices, bounds, completion)
  const cost = { certainty, costNano, price, usage, note }
  return { callId: call.id, ...cost, answeredModel, serviceTier, requestId, error: null }
}

function settleFailure(call: NewCall, failure: ServiceFailure): Settlement {
  return {
    callId: call.id,
    certainty: failure.billed === 'no' ? 'unbilled' : 'unknown',
    costNano: 0,
    price: null,
    note: null,
    usage: null,
    answeredModel: null,
    serviceTier: null,
    requestId: failure.requestId,
    error: failure.message,
  }
}

function quickWaitMs(context: PipelineContext, failure: ServiceFailure, tryNumber: number): number | null {
  if (failure.errorClass !== 'transient' && failure.errorClass !== 'throttled') return null
  const backoffMs = quickRetryDelayMs(tryNumber, context.world.random.fraction())
  if (backoffMs === null) return null
  const waitMs = Math.max(backoffMs, failure.retryAfterMs ?? 0)
  return waitMs > LONGEST_QUICK_WAIT_MS ? null : waitMs
}

function timedOut({ timeoutMs }: Model, error: ServiceFailure): ServiceFailure {
  const seconds = timeoutMs / 1000
  return new ServiceFailure(`no answer within ${seconds} s`, {
    errorClass: 'transient',
    billed: 'unknown',
    cause: error,
  })
}

function quote(context: AskContext, model: string, tier: string, atMs: number): PriceQuote {
  return quotePrice(model, atMs, tier, context.settings.models)
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
