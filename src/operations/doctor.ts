import { dirname, join } from 'node:path'
import type { ServiceUse } from '../domain/breaker.ts'
import { proofState, proofText } from '../figures/marks.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import { flagField } from '../kernel/field.ts'
import { AppError, isStoreFailure } from '../kernel/errors.ts'
import { facts, document, hint, line, money, strong, words, type Words } from '../kernel/document.ts'
import { spanText } from '../kernel/text.ts'
import {
  clockProofs,
  configProof,
  disputeProofs,
  modeProof,
  runtimeProof,
  scanProofs,
  sealProofs,
  storeProof,
  whereReadable,
} from '../pipeline/proofs/local.ts'
import { modelProofs } from '../pipeline/proofs/models.ts'
import { lostCredentials, type LostCredential } from '../settings/bound.ts'
import { secretsFolder } from '../settings/secrets.ts'
import { stageServices } from '../pipeline/rules.ts'
import type { NewProof, Proof } from '../store/proofs.ts'
import { otherAccounts, type OtherAccount } from './other-account.ts'
import { SERVICES } from '../integrations/index.ts'
import { defineOperation, type Context } from './define.ts'

export const doctor = defineOperation({
  path: ['doctor'],
  summary: 'Probe every part for real: proved, failed or not proved, with the fix',
  input: { noSpend: flagField('make no call that costs something: then no model is proved to answer') },
  needs: { settings: 'optional', store: 'optional', models: 'optional', services: 'optional' },
  access: 'write',
  scope: 'read',
  run: async (context, input) => {
    const unpaid = input.noSpend ? '--no-spend' : context.dryRun ? 'a dry run' : null
    const models = await modelProofs({ ...context, unpaid })
    const found = [
      runtimeProof(context.world.host.nodeVersion),
      configProof(context.settings),
      await storeProof(context.store, context.world.clock.now()),
      modeProof(context.world.files, privatePaths(context)),
      ...(await sealProofs(context.store)),
      ...(await clockProofs(context.store, context.world.clock.now())),
      ...(await disputeProofs(context.store)),
      ...(await scanProofs(context.store, PAYERS, context.world.clock.now())),
      ...models,
      ...(await serviceProofs(context)),
    ]
    const proofs = await keep(context, found)
    return {
      atMs: context.world.clock.now(),
      saved: !context.dryRun && context.store.ok,
      proofs,
      spentUsd: formatNanoUsd(models.reduce((sum, { costNano = 0 }) => sum + costNano, 0)),
      credentials: await missing(context),
      otherAccounts: await others(context),
    }
  },
  render: result =>
    document(
      facts(
        ...result.proofs.map(proof => [proofState(proof.outcome), proofWords(proof, result.atMs)] as const),
      ),
      result.spentUsd === formatNanoUsd(0) ? null : line`spent ${money(result.spentUsd)} on calls`,
    ),
  outcome: result => {
    const isOther = result.credentials.length + result.otherAccounts.length > 0
    if (isOther || hasFailed(result.proofs, 'config')) return 'config'
    return result.proofs.some(proof => proof.outcome === 'failed') ? 'failed' : 'ok'
  },
})

/** What services say of themselves. One that plays a role is proved as that, where it could not be opened too. */
async function serviceProofs(context: Context<{ services: 'optional' }>): Promise<NewProof[]> {
  const { services } = context
  if (!services.ok) return []
  const proofs: NewProof[] = []
  for (const { name, opened } of services.value) {
    if (opened.ok) proofs.push(...((await opened.value.proofs?.(context)) ?? []))
    else if (!isProvedAsModel(name)) {
      const { error } = opened
      proofs.push({ subject: name, outcome: 'failed', detail: error.message, fix: error.hint })
    }
  }
  return proofs
}

function isProvedAsModel(name: string): boolean {
  return SERVICES.some(service => service.name === name && service.plays.some(role => role === 'models'))
}

/** Services for payments. */
const PAYERS = SERVICES.flatMap(({ name, plays }) =>
  plays.some(role => role === 'paymentProvider') ? [name] : [],
)

/** A look at everything takes no longer. */
const MEASURED_NOW_MS = 10 * 60_000

function proofWords(proof: Proof, atMs: number): Words {
  const { outcome, previous, lastProvedMs } = proof
  const changed = previous === null || previous === outcome ? '' : ` (was ${proofText(previous)})`
  // Found earlier: it cannot be measured by a look.
  const age = atMs - proof.atMs < MEASURED_NOW_MS ? '' : ` (${spanText(atMs - proof.atMs)} ago)`
  const last =
    outcome === 'proved' || lastProvedMs === null ? '' : `; last proved ${spanText(atMs - lastProvedMs)} ago`
  const fix = proof.fix === null ? '' : words`\nfix: ${hint(proof.fix)}`
  return words`${strong(proof.subject)}${changed}\n${proof.detail}${age}${last}${fix}`
}

/** What is missing of the accounts that the store belongs to; the proofs say so too. */
async function missing(context: Context<{ store: 'optional' }>): Promise<LostCredential[]> {
  return whereReadable(context.store, async ({ accounts }) =>
    lostCredentials(await accounts.list(), name => context.secretOrigin(name)),
  )
}

/** Services for payments whose credentials open another account than that of the store; their proofs say so too. */
async function others(
  context: Context<{ services: 'optional'; store: 'optional' }>,
): Promise<OtherAccount[]> {
  const { services, store } = context
  const opened = services.ok ? services.value : []
  return whereReadable(store, async ({ accounts }) => otherAccounts(context, opened, await accounts.list()))
}

function hasFailed(proofs: readonly Proof[], subject: string): boolean {
  return proofs.some(proof => proof.subject === subject && proof.outcome === 'failed')
}

/** What must be private: the store's files and the secrets; and where they and the configuration stand. */
function privatePaths({ world, settings, store }: Context<{ settings: 'optional'; store: 'optional' }>): {
  files: string[]
  folders: string[]
} {
  const folders = settings.ok ? [dirname(settings.value.path), secretsFolder(settings.value.path)] : []
  const secrets = folders.slice(1).flatMap(folder => world.files.list(folder).map(name => join(folder, name)))
  return store.ok
    ? {
        files: [...store.value.facts.files(), ...secrets],
        folders: [dirname(store.value.facts.path), ...folders],
      }
    : { files: secrets, folders }
}

type DoctorContext = Context<{ settings: 'optional'; store: 'optional'; models: 'optional' }>

/** Saves what was found, where there is a store to save it in and that is wanted. */
async function keep(context: DoctorContext, found: readonly NewProof[]): Promise<Proof[]> {
  const unsaved = found.map(({ subject, outcome, detail, fix }) => ({
    subject,
    outcome,
    detail,
    fix,
    atMs: context.world.clock.now(),
    lastProvedMs: null,
    previous: null,
  }))
  if (!context.store.ok || context.dryRun) return unsaved
  const { proofs, pauses } = context.store.value
  const uses = inUse(context)
  try {
    if (uses !== null) await pauses.keepOnly(uses)
    return await proofs.save(found)
  } catch (error) {
    // A store that cannot be written is one of the findings; the findings are what was asked for.
    if (error instanceof AppError && isStoreFailure(error)) return unsaved
    throw error
  }
}

/** What the pipeline would ask; null where it could ask nothing. */
function inUse({ settings, models, world }: DoctorContext): ServiceUse[] | null {
  if (!settings.ok || !models.ok) return null
  return stageServices({ settings: settings.value.settings, models: models.value, world })
}
