import { utcDay } from '../domain/budget.ts'
import type { ErrorClass } from '../domain/error-class.ts'
import { completionOf, LIMITS, qualityFall } from '../domain/operate.ts'
import { AppError } from '../kernel/errors.ts'
import { countText, spanText } from '../kernel/text.ts'
import { deliverDue, wantedDeliverers } from '../outbox/deliver.ts'
import { onlyTo } from '../outbox/deliverer.ts'
import { measured, notProved, type Check, type Finding, type OperateContext } from './check.ts'

const DAY_MS = 24 * 3_600_000

/** The work: what waits, what was left behind, what failed, and how well it goes. */
export const WORK_CHECKS: readonly Check[] = [
  {
    name: 'service',
    threshold: 'one is not called for now, cannot be opened, or its credential is missing',
    look: async context => {
      const { store, channels, lost } = context
      const pauses = await store.pauses.list()
      const unopened = [...(await wantedDeliverers(context)).failed, ...channels.failed]
      if (pauses.length + unopened.length + lost.length === 0 && !(await wasAnyUsed(context))) {
        return notProved('no service was used in the last 30 days')
      }
      return measured(
        pauses.length === 0 ? 'none is paused' : countText(pauses.length, 'pause'),
        ...pauses.map(({ service, model, cause, hint }) => ({
          thing: `${service} ${model}`,
          cause: `service/${service}`,
          severity: cause === 'credential' ? ('critical' as const) : ('warning' as const),
          message: `${service} (${model}) is paused: ${cause}`,
          next: hint ?? 'echopilot service list',
        })),
        ...unopened.map(({ service, error }) => ({
          thing: service,
          cause: `service/${service}`,
          severity: error.kind === 'config' ? ('critical' as const) : ('warning' as const),
          message: `${service} cannot be used: ${error.message}`,
          next: error.hint,
        })),
        ...lost.map(({ secret, service }) => ({
          thing: secret,
          cause: `service/${service}`,
          severity: 'critical' as const,
          message: `${secret} is missing, and this store belongs to an account of ${service}`,
          next: 'echopilot doctor',
        })),
      )
    },
  },
  {
    name: 'queue',
    threshold: 'work that could be done now waits longer than 30 min',
    look: async ({ store, world }) => {
      const oldestMs = await store.runs.oldestWaitingMs()
      if (oldestMs === null) return measured('nothing waits')
      const waitedMs = world.clock.now() - oldestMs
      const message = `the oldest run waits for ${spanText(waitedMs)}`
      if (waitedMs <= LIMITS.queuedMs) return measured(message)
      // Of a service that is away, that is already told.
      const [pause] = await store.pauses.list()
      return measured(message, {
        thing: 'oldest',
        cause: pause === undefined ? 'queue' : `service/${pause.service}`,
        severity: 'warning',
        message,
        next: 'echopilot status',
      })
    },
  },
  {
    name: 'lease',
    threshold: 'a process that died, or whose lease is over, left work behind',
    look: async ({ store }) => {
      const gone = await store.claims.countGone()
      if (gone === 0) return measured('nothing was left behind')
      const message = `${countText(gone, 'process is gone and', 'processes are gone and')} left work behind`
      const next = 'echopilot poll --drain'
      return measured(message, { thing: 'left', cause: 'lease', severity: 'warning', message, next })
    },
    healing: {
      name: 'release leases',
      mostADay: 48,
      wanted: async ({ store }) => ((await store.claims.countGone()) === 0 ? [] : ['leases']),
      heal: async ({ store }) => `${countText(await store.claims.recover(), 'run')} taken back`,
    },
  },
  {
    name: 'outbox',
    threshold: 'a write to the outside waits longer than 15 min',
    look: async context => {
      const waiting = await context.store.outbox.waiting()
      if (waiting.length === 0) return measured('nothing waits')
      const nowMs = context.world.clock.now()
      const told = waiting.map(
        ({ service, effects, oldestMs }) =>
          `${countText(effects, 'waits', 'wait')} for ${service}, the oldest for ${spanText(nowMs - oldestMs)}`,
      )
      return measured(
        told.join('; '),
        ...waiting.map(({ service, oldestMs }, index) =>
          nowMs - oldestMs <= LIMITS.undeliveredMs
            ? null
            : ({
                thing: service,
                cause: `service/${service}`,
                severity: 'warning',
                message: `not delivered: ${told[index] ?? service}`,
                next: 'echopilot deliver',
              } as const),
        ),
      )
    },
    healing: {
      name: 'redeliver',
      mostADay: 48,
      wanted: async ({ store, world, deliverers }) => {
        const late = (await store.outbox.waiting()).filter(
          ({ oldestMs }) => world.clock.now() - oldestMs > LIMITS.undeliveredMs,
        )
        const { ready } = await deliverers(late.map(({ service }) => service))
        return ready.map(({ service }) => service)
      },
      heal: redeliver,
    },
  },
  {
    name: 'dead',
    threshold: 'a write can never be made as things are',
    look: async ({ store }) => {
      const { dead } = await store.outbox.counts()
      if (dead === 0) return measured('none')
      const message = `${countText(dead, 'write')} to the outside can never be made as things are`
      const next = 'echopilot effect list'
      return measured(message, { thing: 'effects', cause: 'dead', severity: 'warning', message, next })
    },
  },
  {
    name: 'failed',
    threshold: 'a task is Failed-Final and was neither repeated nor dismissed',
    look: async ({ store }) => {
      const failures = await store.runs.failures()
      const classes = [...new Set(failures.map(({ errorClass }) => errorClass))]
      return measured(
        failures.length === 0 ? 'none' : countText(failures.length, 'task'),
        ...classes.map(errorClass =>
          failedFinding(
            errorClass,
            failures.filter(failure => failure.errorClass === errorClass),
          ),
        ),
      )
    },
  },
  {
    name: 'budget',
    threshold: 'a cap holds a task',
    look: async ({ store }) => {
      const held = (await store.runs.countByState()).held ?? 0
      if (held === 0) return measured('none is held')
      const message = `${countText(held, 'task is', 'tasks are')} held by a cap`
      const next = 'echopilot task list --status Held'
      return measured(message, { thing: 'held', cause: 'budget', severity: 'warning', message, next })
    },
  },
  {
    name: 'completion',
    threshold: 'less than 70 % of the runs that ended in 24 h are done (5 or more)',
    look: async context => {
      const day = await lastDay(context)
      const share = completionOf(day)
      const count = `${day.done} of ${day.done + day.failed} runs of the last 24 h are done`
      if (share === null) return notProved(`${count}: too few to say`)
      if (share >= LIMITS.completionShare) return measured(count)
      const next = 'echopilot task list --status Failed-Final'
      return measured(count, { thing: 'day', cause: 'completion', severity: 'warning', message: count, next })
    },
  },
  {
    name: 'quality',
    threshold: 'the average score of 24 h is 10 points under that of the 7 days before (5 or more each)',
    look: async context => {
      const nowMs = context.world.clock.now()
      const day = await lastDay(context)
      const before = await context.store.runs.ended(nowMs - 8 * DAY_MS, nowMs - DAY_MS)
      const fall = qualityFall(day, before)
      const scores = `average score ${scoreText(day.averageScore)} of ${day.judged}, before ${scoreText(before.averageScore)} of ${before.judged}`
      if (fall === null) return notProved(`${scores}: too few to say`)
      if (fall < LIMITS.qualityFall) return measured(scores)
      const next = 'echopilot task list --status Done'
      return measured(scores, { thing: 'day', cause: 'quality', severity: 'warning', message: scores, next })
    },
  },
]

async function wasAnyUsed({ store, world }: OperateContext): Promise<boolean> {
  const nowMs = world.clock.now()
  const { calls } = await store.ledger.summary(utcDay(nowMs - 30 * DAY_MS), utcDay(nowMs))
  return calls > 0 || (await store.accounts.list()).length > 0
}

function lastDay({ store, world }: OperateContext): ReturnType<OperateContext['store']['runs']['ended']> {
  const nowMs = world.clock.now()
  return store.runs.ended(nowMs - DAY_MS, nowMs)
}

function scoreText(score: number | null): string {
  return score === null ? 'no data' : score.toFixed(1)
}

/** Everything that failed in one way is one alert, however much it is. */
function failedFinding(
  errorClass: ErrorClass | null,
  failures: readonly { readonly taskId: string }[],
): Finding {
  const how = errorClass ?? 'of no known class'
  return {
    thing: how,
    cause: `failed/${how}`,
    severity: 'warning',
    message: `${countText(failures.length, 'task')} failed for good (${how})`,
    next: `echopilot explain ${failures[0]?.taskId ?? ''}`,
  }
}

/** @throws AppError where the service takes nothing */
async function redeliver(context: OperateContext, service: string): Promise<string> {
  const deliverers = onlyTo(context.deliverers, each => each === service)
  const { delivered, failed } = await deliverDue({ ...context, deliverers })
  const [first] = failed
  if (first !== undefined && delivered === 0) throw new AppError('busy', first.message, first.next)
  return `${delivered} delivered, ${failed.length} not`
}
