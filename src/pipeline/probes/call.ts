import { proof } from '../../domain/proof.ts'
import { jsonFlaw } from '../../domain/json-check.ts'
import { formatNanoUsd } from '../../domain/cost.ts'
import { CAP_SETTINGS, type CapBreach } from '../../domain/budget.ts'
import type { Completion, Model } from '../../roles/model.ts'
import type { ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import type { Settings } from '../../settings/schema.ts'
import type { NewCall } from '../../store/ledger.ts'
import type { NewProof } from '../../store/proofs.ts'
import type { Store } from '../../store/index.ts'
import { askOnce, type Question } from '../ask.ts'
import { capsOf, type ModelChoice } from '../rules.ts'

/** What a probe by a call works with. */
export interface CallContext {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly settings: Settings
  readonly store: Store
  /** Tells that a model is being called, until what is returned is called. */
  readonly calling: (call: { readonly title: string; readonly stage: string }) => () => void
}

/** What a probe by a call found, and what it cost. */
export interface CallProof {
  readonly proof: NewProof
  readonly costNano: number
}

/** A model, and its stage; one that writes and judges is asked as a judge, which needs more of it. */
export interface Worker {
  readonly model: Model
  readonly stage: 'generate' | 'judge'
  /** As work asks it. */
  readonly choice: ModelChoice
  /** What findings call it; a judge with a service or a key of its own may have the name of the other's model. */
  readonly name: string
}

/** A probe waits no longer for an answer; a local server may first have to load its model. */
const LONGEST_MS = 60_000
/** Enough for a short answer; a model that reasons before it may need this many tokens. */
const MOST_TOKENS = 1_024

/** Bounded values, as in the schema of a verdict: some servers refuse those. */
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['word', 'sum'],
  properties: { word: { type: 'string', enum: ['ready'] }, sum: { type: 'integer', minimum: 0, maximum: 9 } },
}

/**
 * That a model does what work needs of it: one real, tiny, structured call, booked as every other is. Nothing is
 * asked where a cap forbids it.
 */
export async function callProof(
  context: CallContext,
  worker: Worker,
  signal: AbortSignal,
): Promise<CallProof> {
  const id = worker.choice.model
  const caps = capsOf(context.settings)
  const reserve = async (call: NewCall): Promise<CapBreach | null> =>
    context.store.probeCalls.book(call, caps)
  const startedMs = context.world.clock.now()
  const asked = await askOnce(
    context,
    questionOf(worker),
    { stage: worker.stage, reserve, begin: () => context.calling({ title: id, stage: 'probe' }) },
    signal,
  )
  if (asked.kind === 'over') {
    const { scope } = asked.breach
    return found(
      worker,
      'not_proved',
      `not asked: the cap of the ${scope} has no room`,
      `raise ${CAP_SETTINGS[scope]}, or wait`,
      0,
    )
  }
  const costNano = await context.store.probeCalls.settle(asked.settlement)
  if (asked.kind === 'answered') {
    const { proof: result } = judged(worker, asked.completion, costNano)
    const { service, credential } = worker.model
    const use = { service, credential, model: id }
    return { proof: { ...result, answered: { use, startedMs } }, costNano }
  }
  if (signal.aborted) return found(worker, 'not_proved', 'interrupted before it answered', null, costNano)
  const detail = `${worker.model.service}: ${asked.failure.message}`
  return found(worker, 'failed', detail, fixOf(worker, asked.failure), costNano)
}

/** The same where nothing may be spent, or where it could not be booked. */
export function notAsked(worker: Worker, why: string): NewProof {
  return found(worker, 'not_proved', `not asked: ${why}`, null, 0).proof
}

function questionOf({ model, choice }: Worker): Question {
  return {
    model: { ...model, timeoutMs: Math.min(model.timeoutMs, LONGEST_MS) },
    choice: { ...choice, maxOutputTokens: Math.min(choice.maxOutputTokens, MOST_TOKENS) },
    prompt: {
      system: 'Answer with JSON by the schema and nothing else.',
      user: 'Say that you are ready: {"word": "ready", "sum": …}, the sum of 2 and 3 in place of the dots.',
      digest: '',
    },
    schema: { name: 'probe', schema: SCHEMA },
  }
}

/** A writer may answer in any form; of a judge that gives no JSON no verdict can be used. */
function judged(worker: Worker, completion: Completion, costNano: number): CallProof {
  if (completion.finish !== 'complete') {
    return found(worker, 'not_proved', `answered, ${completion.finish}, to a tiny request`, null, costNano)
  }
  if (worker.stage === 'judge' && !holdsDocument(completion.text)) {
    return found(
      worker,
      'failed',
      'answered, but not with JSON',
      'name another model in judge.model',
      costNano,
    )
  }
  return found(worker, 'proved', 'answered a tiny request', null, costNano)
}

/** Also in a fence or after words, as a verdict may stand. */
function holdsDocument(text: string): boolean {
  return isWhole(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
}

function isWhole(text: string): boolean {
  return text.startsWith('{') && jsonFlaw(text) === null
}

function fixOf(worker: Worker, failure: ServiceFailure): string {
  if (failure.fix !== null) return failure.fix
  switch (failure.errorClass) {
    case 'credential':
      return 'set a valid OPENAI_API_KEY (or JUDGE_API_KEY), then `echopilot doctor`'
    case 'permanent':
      return `name another model in ${worker.stage}.model, or set [models."${worker.choice.model}"]`
    case 'throttled':
    case 'transient':
      return 'try again: `echopilot doctor`'
  }
}

function found(
  { name }: Worker,
  outcome: NewProof['outcome'],
  detail: string,
  fix: string | null,
  costNano: number,
): CallProof {
  const cost = costNano === 0 ? '' : ` ($${formatNanoUsd(costNano)})`
  return { proof: proof(outcome, `call of ${name}`, `${detail}${cost}`, fix), costNano }
}
