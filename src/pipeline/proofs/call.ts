import { proof } from '../../domain/proof.ts'
import { jsonFlaw } from '../../domain/json-check.ts'
import { formatNanoUsd } from '../../domain/cost.ts'
import { CAP_SETTINGS } from '../../domain/budget.ts'
import type { Completion, Model } from '../../roles/model.ts'
import type { ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import type { NewCall } from '../../store/ledger.ts'
import type { NewProof } from '../../store/proofs.ts'
import type { PipelineContext } from '../context.ts'
import { askOnce, type Question } from '../ask.ts'
import { capsOf, type ModelChoice } from '../rules.ts'

/** What a proof by a call is made with. */
export interface CallContext extends Pick<PipelineContext, 'settings' | 'store' | 'calling'> {
  readonly world: Pick<World, 'clock' | 'random'>
}

/** A finding, and what it cost to find. */
export interface PaidProof extends NewProof {
  readonly costNano?: number
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

/** No answer is waited for longer; a local server may first have to load its model. */
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
): Promise<PaidProof> {
  const { proofCalls } = context.store
  const { model, choice, stage } = worker
  const caps = capsOf(context.settings)
  const booking = {
    stage,
    reserve: async (call: NewCall) => proofCalls.book(call, caps),
    begin: () => context.calling({ title: choice.model, stage: 'probe' }),
  }
  const startedMs = context.world.clock.now()
  const asked = await askOnce(context, questionOf(worker), booking, signal)
  if (asked.kind === 'over') {
    const { scope } = asked.breach
    const fix = `raise ${CAP_SETTINGS[scope]}, or wait`
    return found(worker, 'not_proved', `not asked: the cap of the ${scope} has no room`, fix)
  }
  const costNano = await proofCalls.settle(asked.settlement)
  if (asked.kind === 'answered') {
    const use = { service: model.service, credential: model.credential, model: choice.model }
    return { ...judged(worker, asked.completion, costNano), answered: { use, startedMs } }
  }
  if (signal.aborted) return found(worker, 'not_proved', 'interrupted before it answered', null, costNano)
  const detail = `${model.service}: ${asked.failure.message}`
  return found(worker, 'failed', detail, fixOf(worker, asked.failure), costNano)
}

/** The same where nothing may be spent, or where it could not be booked. */
export function notAsked(worker: Worker, why: string): PaidProof {
  return found(worker, 'not_proved', `not asked: ${why}`)
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
function judged(worker: Worker, { finish, text }: Completion, costNano: number): PaidProof {
  if (finish !== 'complete') {
    return found(worker, 'not_proved', `answered, ${finish}, to a tiny request`, null, costNano)
  }
  if (worker.stage === 'judge' && !holdsDocument(text)) {
    const fix = 'name another model in judge.model'
    return found(worker, 'failed', 'answered, but not with JSON', fix, costNano)
  }
  return found(worker, 'proved', 'answered a tiny request', null, costNano)
}

/** Also in a fence or after words, as a verdict may stand. */
function holdsDocument(text: string): boolean {
  const document = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  return document !== '' && jsonFlaw(document) === null
}

function fixOf(worker: Worker, failure: ServiceFailure): string {
  if (failure.fix !== null) return failure.fix
  switch (failure.errorClass) {
    case 'credential':
      return FIX_OF_KEY
    case 'permanent':
      return `name another model in ${worker.stage}.model, or set [models."${worker.choice.model}"]`
    case 'throttled':
    case 'transient':
      return 'try again: `echopilot doctor`'
  }
}

/** For a key that a model service does not take. */
export const FIX_OF_KEY = 'set a valid OPENAI_API_KEY (or JUDGE_API_KEY), then `echopilot doctor`'

function found(
  { name }: Worker,
  outcome: NewProof['outcome'],
  detail: string,
  fix: string | null = null,
  costNano = 0,
): PaidProof {
  const cost = costNano === 0 ? '' : ` ($${formatNanoUsd(costNano)})`
  return { ...proof(outcome, `call of ${name}`, `${detail}${cost}`, fix), costNano }
}
