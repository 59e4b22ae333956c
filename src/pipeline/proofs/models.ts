import { utcDay } from '../../domain/budget.ts'
import { nearest } from '../../domain/did-you-mean.ts'
import { findModel } from '../../domain/model-catalog.ts'
import { quotePrice } from '../../domain/price.ts'
import { proof } from '../../domain/proof.ts'
import type { Attempted } from '../../kernel/operation.ts'
import type { ListedModel, Model, Models } from '../../roles/model.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import type { LoadedSettings } from '../../settings/load.ts'
import type { Settings } from '../../settings/schema.ts'
import type { NewProof } from '../../store/proofs.ts'
import type { Store } from '../../store/index.ts'
import { modelFor, stageServices } from '../rules.ts'
import { callProof, FIX_OF_KEY, notAsked, type CallContext, type PaidProof, type Worker } from './call.ts'

/** The list is waited for no longer than this. */
const LIST_TIMEOUT_MS = 20_000
/** A shutdown is warned of this long before. */
const SHUTDOWN_WARNING_MS = 60 * 86_400_000

/** What the proofs are made with; what is missing is a finding too. */
interface ProofContext {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly store: Attempted<Store>
  /** Why no call that costs may be made; null where it may. */
  readonly unpaid: string | null
  readonly stop: AbortSignal
  readonly calling: CallContext['calling']
  readonly settings: Attempted<LoadedSettings>
  readonly models: Attempted<Models>
}

/**
 * That the model service answers with our key, that the models exist and go on existing, and have a price, and that
 * each answers a real, tiny, structured call.
 */
export async function modelProofs(context: ProofContext): Promise<PaidProof[]> {
  if (!context.settings.ok) {
    const { hint } = context.settings.error
    return [proof('not_proved', 'model service', 'the configuration is not valid', hint)]
  }
  if (!context.models.ok) {
    const { message, hint } = context.models.error
    return [proof('failed', 'model service', message, hint)]
  }
  const { settings } = context.settings.value
  const models = context.models.value
  const one = models.generator === models.judge
  const makers = workersFor({ ...context, settings, models }, 'generate')
  const judges = workersFor({ ...context, settings, models }, 'judge')
  const listed = [
    ...(await serviceProofs(
      context,
      settings,
      'model',
      models.generator,
      one ? [...makers, ...judges] : makers,
    )),
    ...(one ? [] : await serviceProofs(context, settings, 'judge', models.judge, judges)),
  ]
  const isJudge = ({ choice }: Worker): boolean => judges.some(judge => judge.choice.model === choice.model)
  const workers = [...makers.filter(maker => !one || !isJudge(maker)), ...judges]
  return [...listed, ...(await callProofs(context, settings, workers))]
}

/** One for each model that a stage asks, as the first type of task asks it. */
function workersFor(
  { settings, models, world }: Pick<ProofContext, 'world'> & { settings: Settings; models: Models },
  stage: Worker['stage'],
): Worker[] {
  const model = stage === 'judge' ? models.judge : models.generator
  const now = world.clock.now()
  return stageServices({ settings, models, world }, [stage]).flatMap(({ types }) =>
    types.slice(0, 1).map(type => {
      const choice = modelFor(settings, stage, type, now)
      const isOwnJudge = stage === 'judge' && models.judge !== models.generator
      return { model, stage, choice, name: isOwnJudge ? `judge ${choice.model}` : choice.model }
    }),
  )
}

async function callProofs(
  context: ProofContext,
  settings: Settings,
  workers: readonly Worker[],
): Promise<PaidProof[]> {
  const why = context.unpaid ?? (context.store.ok ? null : 'there is no store to book it in')
  if (why !== null || !context.store.ok) return workers.map(worker => notAsked(worker, why ?? ''))
  const { world, store, calling } = context
  const proofs: PaidProof[] = []
  for (const worker of workers) {
    proofs.push(
      context.stop.aborted
        ? notAsked(worker, 'interrupted')
        : await callProof({ world, calling, settings, store: store.value }, worker, context.stop),
    )
  }
  return proofs
}

async function serviceProofs(
  context: ProofContext,
  settings: Settings,
  name: 'model' | 'judge',
  model: Model,
  workers: readonly Worker[],
): Promise<NewProof[]> {
  const wanted = [...new Set(workers.map(({ choice }) => choice.model))]
  const subject = `${name} service`
  try {
    const listed = await model.listModels(context.world.clock.deadline(LIST_TIMEOUT_MS))
    const detail = `${model.service} answered with ${listed.length} models`
    return [
      proof('proved', subject, detail),
      ...wanted.map(id => modelProof(context, `${name} ${id}`, id, listed)),
      ...wanted.map(id => priceProof(context, settings, model, id)),
    ]
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    const fix =
      error.fix ??
      (error.errorClass === 'credential'
        ? FIX_OF_KEY
        : 'check openai.base_url and that the service runs, then `echopilot doctor`')
    return [
      proof('failed', subject, `${model.service}: ${error.message}`, fix),
      ...wanted.map(id => proof('not_proved', `${name} ${id}`, `${model.service} did not list its models`)),
    ]
  }
}

function modelProof(
  context: ProofContext,
  subject: string,
  id: string,
  listed: readonly ListedModel[],
): NewProof {
  const found = listed.find(model => model.id === id || model.id === `${id}:latest`)
  if (found === undefined) {
    const ids = listed.map(model => model.id)
    const guess = nearest(id, ids)
    const fix =
      guess === null ? 'name a model it lists in generate.model or judge.model' : `did you mean ${guess}?`
    return proof('failed', subject, `the service does not list ${id}`, fix)
  }
  const shutdown = found.shutdownDate ?? findModel(id)?.shutdownDate ?? null
  return shutdown === null
    ? proof('proved', subject, 'listed, no end announced')
    : shutdownProof(context, subject, id, shutdown)
}

function shutdownProof(context: ProofContext, subject: string, id: string, shutdown: string): NewProof {
  const endMs = Date.parse(shutdown)
  const leftMs = endMs - context.world.clock.now()
  const over = leftMs <= 0
  const detail = `listed; ${over ? 'was' : 'will be'} shut down on ${utcDay(endMs)}`
  const fix = leftMs < SHUTDOWN_WARNING_MS ? `name its follower: [models."${id}"] successor = "…"` : null
  return proof(over ? 'failed' : 'proved', subject, detail, fix)
}

function priceProof(context: ProofContext, settings: Settings, model: Model, id: string): NewProof {
  const now = context.world.clock.now()
  const price = quotePrice(id, now, model.serviceTier, settings.models)
  const subject = `price of ${id}`
  if (price.basis !== 'unpriced') return proof('proved', subject, `${price.basis}: ${price.version}`)
  const detail = 'no price is known: it is budgeted at the dearest known one'
  const fix = `[models."${id}"] input_usd = …, output_usd = …; or free = true for a model of your own`
  return proof('not_proved', subject, detail, fix)
}
