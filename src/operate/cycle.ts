import type { Observation } from '../domain/alerts.ts'
import { isWell, type CheckFound, type Healed, type OperateReport } from '../domain/operate.ts'
import { asAppError, isStoreFailure } from '../kernel/errors.ts'
import { deliverDue } from '../outbox/deliver.ts'
import { onlyTo } from '../outbox/deliverer.ts'
import { takeIn } from '../pipeline/alerts.ts'
import type { Check, Healing, Looked, OperateContext } from './check.ts'
import { JOB_CHECKS } from './job-checks.ts'
import { MACHINE_CHECKS } from './machine-checks.ts'
import { PAYMENT_CHECKS } from './payment-checks.ts'
import { WORK_CHECKS } from './work-checks.ts'

/** Everything that is looked at: a new check is a line in one of these lists. */
export const CHECKS: readonly Check[] = [...WORK_CHECKS, ...PAYMENT_CHECKS, ...JOB_CHECKS, ...MACHINE_CHECKS]

/**
 * One cycle of the auto-operator: looks at everything, heals what it may, looks again at what it healed, has alerts
 * opened and resolved, tells people, keeps its report; then it runs missed jobs, which may take long. Killed anywhere
 * and run again it heals nothing twice: each healing looks first whether there is something to heal.
 * @throws AppError `store` where nothing can be kept; what a check or healing cannot do is part of the report
 */
export async function operateOnce(context: OperateContext, checks = CHECKS): Promise<OperateReport> {
  if (!context.dryRun) await context.store.operate.endDied()
  const first = await lookAt(context, checks)
  const quick = await healAll(context, checks, healing => healing.isSlow !== true)
  const looks = await lookAgain(context, first, quick)
  const report = reportOf(context, looks, { healed: quick, notices: await tell(context, looks) })
  await keep(context, report)
  const slow = await healAll(context, checks, healing => healing.isSlow === true)
  if (slow.length === 0) return report
  const last = await lookAgain({ ...context, ranMissed: true }, looks, slow)
  const more = await tell(
    context,
    last.filter(look => !looks.includes(look)),
  )
  const whole = reportOf(context, last, {
    healed: [...quick, ...slow],
    notices: [...report.notices, ...more],
  })
  await keep(context, whole)
  return whole
}

/** What came of one check. */
interface Look {
  readonly check: Check
  /** An error where it could not be made. */
  readonly found: Looked | { readonly error: string }
}

async function lookAt(context: OperateContext, checks: readonly Check[]): Promise<Look[]> {
  const looks: Look[] = []
  for (const check of checks) looks.push({ check, found: await foundBy(check, context) })
  return looks
}

async function foundBy(check: Check, context: OperateContext): Promise<Look['found']> {
  try {
    return await check.look(context)
  } catch (thrown) {
    const { message } = asAppError(thrown)
    context.log.error('check not made', { check: check.name, error: message })
    return { error: message }
  }
}

/** Looks anew at what something was done about. */
async function lookAgain(
  context: OperateContext,
  looks: readonly Look[],
  healed: readonly Healed[],
): Promise<Look[]> {
  const names = new Set(healed.filter(({ outcome }) => outcome !== 'planned').map(({ healing }) => healing))
  return Promise.all(
    looks.map(async look => {
      const { check } = look
      const isHealed = check.healing !== undefined && names.has(check.healing.name)
      return isHealed ? { check, found: await foundBy(check, context) } : look
    }),
  )
}

async function healAll(
  context: OperateContext,
  checks: readonly Check[],
  isWanted: (healing: Healing) => boolean,
): Promise<Healed[]> {
  const healed: Healed[] = []
  for (const { healing } of checks) {
    if (healing === undefined || !isWanted(healing)) continue
    for (const thing of await wantedOf(context, healing)) {
      if (context.stop.aborted) return healed
      healed.push(await healOne(context, healing, thing))
    }
  }
  return healed
}

/** What cannot be looked at is not healed: its check says so. */
async function wantedOf(context: OperateContext, healing: Healing): Promise<readonly string[]> {
  try {
    return await healing.wanted(context)
  } catch {
    return []
  }
}

/** Recorded before it is done and after. */
async function healOne(context: OperateContext, healing: Healing, thing: string): Promise<Healed> {
  const { store, dryRun } = context
  const of = { healing: healing.name, thing }
  if (dryRun) return { ...of, outcome: 'planned', detail: 'would be done' }
  const begun = await store.operate.beginHealing(healing.name, thing, healing.mostADay)
  if (begun.kind === 'capped') {
    return {
      ...of,
      outcome: 'capped',
      detail: `done ${healing.mostADay} times today: not again before midnight UTC`,
    }
  }
  context.progress(`${healing.name}: ${thing}`)
  const end = await endOf(context, healing, thing)
  await store.operate.endHealing(begun.id, end)
  return { ...of, ...end }
}

async function endOf(
  context: OperateContext,
  healing: Healing,
  thing: string,
): Promise<Pick<Healed, 'detail'> & { readonly outcome: 'done' | 'failed' }> {
  try {
    return { outcome: 'done', detail: await healing.heal(context, thing) }
  } catch (thrown) {
    const error = asAppError(thrown)
    if (isStoreFailure(error) && error.kind === 'store') throw error
    return { outcome: 'failed', detail: error.message }
  }
}

/** Has alerts opened and resolved by what was found, and delivers what is to be told. */
async function tell(context: OperateContext, looks: readonly Look[]): Promise<OperateReport['notices']> {
  if (context.dryRun) return []
  const { store, channels, deliverers } = context
  const open = await store.alerts.open()
  const keys = open.flatMap(({ signals }) => signals.map(({ key }) => key))
  const { notices } = await takeIn(context, {
    observations: looks.flatMap(look => observationsOf(look, keys)),
    complete: looks.flatMap(({ check, found }) => ('error' in found ? [] : [check.name])),
  })
  const names = new Set(channels.ready.map(({ service }) => service))
  await deliverDue({ ...context, deliverers: onlyTo(deliverers, service => names.has(service)) })
  return notices
}

/** `keys` are those of open alerts: by a check that could not be made nothing of them is over. */
function observationsOf({ check, found }: Look, keys: readonly string[]): Observation[] {
  const own = { key: `check/${check.name}`, cause: `check/${check.name}`, severity: 'warning' } as const
  const of = keys.filter(key => key.startsWith(`${check.name}/`))
  if ('error' in found) {
    const message = `the check ${check.name} could not be made: ${found.error}`
    return [
      { ...own, state: 'bad', message, next: 'echopilot doctor' },
      ...of.map(key => ({ ...own, key, state: 'unknown' as const, message: '', next: null })),
    ]
  }
  const unmeasured = new Set(found.unmeasured?.map(thing => `${check.name}/${thing}`))
  return [
    { ...own, state: 'good', message: '', next: null },
    ...(found.bad ?? []).map(({ thing, ...finding }): Observation => ({
      ...finding,
      key: `${check.name}/${thing}`,
      state: 'bad',
    })),
    ...of
      .filter(key => unmeasured.has(key))
      .map(key => ({ ...own, key, state: 'unknown' as const, message: '', next: null })),
  ]
}

async function keep({ store, dryRun }: OperateContext, report: OperateReport): Promise<void> {
  if (!dryRun) await store.operate.saveReport(report)
}

function reportOf(
  { world, program }: OperateContext,
  looks: readonly Look[],
  did: Pick<OperateReport, 'healed' | 'notices'>,
): OperateReport {
  const checks = looks.map(checkOf)
  return { atMs: world.clock.now(), commit: program.commit, ok: isWell(checks), checks, ...did }
}

function checkOf({ check: { name: check, threshold }, found }: Look): CheckFound {
  if ('error' in found) return { check, state: 'unknown', measured: found.error, threshold, bad: [] }
  const state = found.bad === null ? 'not_proved' : found.bad.length === 0 ? 'ok' : 'bad'
  const bad = (found.bad ?? []).map(({ message, next }) => ({ message, next }))
  return { check, state, measured: found.measured, threshold, bad }
}
