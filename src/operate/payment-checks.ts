import { answerCommand, urgencyOf, waitingText, type WaitingDispute } from '../domain/dispute.ts'
import { LIMITS } from '../domain/operate.ts'
import { unscannedSince } from '../domain/payer-health.ts'
import { AppError } from '../kernel/errors.ts'
import { countText, instantText, spanText } from '../kernel/text.ts'
import { makeLinks } from '../pipeline/links.ts'
import { measured, notProved, type Check, type Finding, type OperateContext } from './check.ts'

/** Services of payments that the checks ask about, as `stripe`. */
type Payer = OperateContext['payments'][number]

/** Whether clients can pay what they owe, and whether a bank waits for an answer. */
export const PAYMENT_CHECKS: readonly Check[] = [
  {
    name: 'links',
    threshold: 'a bill waits for a payment link, with a service for payments set up, or its link was refused',
    look: async ({ store, payments }) => {
      const { open, asked, refused, without } = await store.links.unpaid()
      const text = `${countText(open, 'bill', 'bills')} can be paid, ${asked} links are being made, ${refused} were refused, ${without} wait`
      if (open + asked + refused + without === 0) return measured('no bill waits to be paid')
      if (payments.length === 0 && refused === 0)
        return notProved(`${text}: no service for payments is set up`)
      return measured(
        text,
        refused === 0
          ? null
          : {
              thing: 'refused',
              // The write that was refused is told of as one that is dead.
              cause: 'dead',
              severity: 'warning',
              message: `${countText(refused, 'payment link was', 'payment links were')} refused`,
              next: 'echopilot effect list',
            },
        without === 0 || payments.length === 0
          ? null
          : {
              thing: 'waiting',
              cause: 'links',
              severity: 'warning',
              message: `${countText(without, 'bill waits', 'bills wait')} for a payment link`,
              next: 'echopilot deliver',
            },
      )
    },
    healing: {
      name: 'renew links',
      mostADay: 48,
      wanted: async ({ store, payments }) =>
        payments.length === 0 || (await store.links.wanted()).length === 0 ? [] : ['payment links'],
      heal: renew,
    },
  },
  {
    name: 'payer',
    threshold: 'the credential of a service for payments cannot be used, or is one of the other mode',
    look: async ({ store, payments, payersError }) => {
      if (payersError !== null) {
        const { message, hint: next } = payersError
        const bad = { thing: 'credential', cause: 'payer', severity: 'critical', message, next } as const
        return measured('payments cannot be asked for', bad)
      }
      if (payments.length === 0) return notProved('no service for payments is set up')
      const accounts = await Promise.all(payments.map(async ({ service }) => store.accounts.get(service)))
      const known = accounts.flatMap(account =>
        account === null ? [] : [`${account.service}: ${account.label}`],
      )
      return known.length === 0 ? notProved('none was asked for anything yet') : measured(known.join('; '))
    },
  },
  {
    name: 'unpaid',
    threshold: 'a client could pay for 14 days, and did not',
    look: async ({ store, world }) => {
      const nowMs = world.clock.now()
      const { count, oldest } = await store.links.unpaidSince(nowMs - LIMITS.unpaidMs)
      if (oldest === null) return measured('none for so long')
      const message = `${countText(count, 'bill is', 'bills are')} unpaid for more than 14 days, the oldest for ${spanText(nowMs - oldest.sinceMs)}`
      const next = `echopilot task show ${oldest.taskId}`
      return measured(message, { thing: 'old', cause: 'unpaid', severity: 'warning', message, next })
    },
  },
  {
    name: 'scan',
    threshold: 'no payments-scan looked through a service to its end for 1 h (4 h where none ever did)',
    look: async context => {
      const looks = (
        await Promise.all(context.payments.map(async payer => lookAtScan(context, payer)))
      ).flat()
      if (looks.length === 0) return notProved('no service for payments was asked for anything yet')
      return measured(looks.map(({ text }) => text).join('; '), ...looks.map(({ bad }) => bad))
    },
  },
  {
    name: 'webhook',
    threshold: 'something was paid 1 h ago, and no webhook came since, though they had come before',
    look: async context => {
      const heard = context.payments.filter(({ webhooks }) => webhooks !== null)
      if (heard.length === 0) return notProved('nothing is set up that webhooks could be judged by')
      const looks = (await Promise.all(heard.map(async payer => lookAtWebhooks(context, payer)))).flat()
      const silent = heard.length - looks.length
      if (looks.length === 0) return notProved('none has come yet: payments are seen by payments-scan')
      const none = silent === 0 ? [] : [`none has come yet of ${countText(silent, 'service')}`]
      return measured([...looks.map(({ text }) => text), ...none].join('; '), ...looks.map(({ bad }) => bad))
    },
  },
  {
    name: 'dispute',
    threshold: 'it is to be answered within 7 days, or was not in time; critical: within 48 h',
    look: async ({ store, world }) => {
      const nowMs = world.clock.now()
      const disputes = await store.payments.waitingDisputes()
      if (disputes.length === 0) return measured('no dispute waits for an answer')
      const text = `${countText(disputes.length, 'dispute waits', 'disputes wait')} for an answer`
      return measured(text, ...disputes.map(dispute => disputeFinding(dispute, nowMs)))
    },
  },
]

/** What was measured of one service, and what of it is bad. */
interface PayerLook {
  readonly text: string
  readonly bad: Finding | null
}

/** Nothing where the store belongs to no account of it yet. */
async function lookAtScan({ store, world }: OperateContext, { service }: Payer): Promise<PayerLook[]> {
  const account = await store.accounts.get(service)
  if (account === null) return []
  const nowMs = world.clock.now()
  const scannedMs = await store.coverage.lastLook(service)
  const ago = scannedMs === null ? null : `${spanText(nowMs - scannedMs)} ago`
  const text = ago === null ? `${service}: never scanned` : `${service}: last scanned ${ago}`
  if (unscannedSince(scannedMs, account.sinceMs, nowMs) === null) return [{ text, bad: null }]
  const message = `payments of ${service} were ${ago === null ? 'never scanned' : `last scanned ${ago}`}`
  const next = 'echopilot payments-scan'
  return [{ text, bad: { thing: service, cause: `scan/${service}`, severity: 'warning', message, next } }]
}

/** Nothing where none ever came: that is not proved. */
async function lookAtWebhooks({ store, world }: OperateContext, { service }: Payer): Promise<PayerLook[]> {
  const { verifiedMs, unheard, unheardSinceMs } = await store.webhooks.silence(service)
  if (verifiedMs === null) return []
  const text = `${service}: the newest came ${spanText(world.clock.now() - verifiedMs)} ago`
  if (unheardSinceMs === null) return [{ text, bad: null }]
  const message = `webhooks of ${service} stopped: none tells of ${countText(unheard, 'payment')} since ${instantText(unheardSinceMs)}`
  const next = 'echopilot payments debug'
  return [{ text, bad: { thing: service, cause: `webhook/${service}`, severity: 'warning', message, next } }]
}

/** It ends when its service says that it was answered, or is over. */
function disputeFinding(dispute: WaitingDispute, nowMs: number): Finding | null {
  const urgency = urgencyOf(dispute, nowMs)
  if (urgency === 'later') return null
  const { id } = dispute
  const late = urgency === 'over' ? '; that was not done in time' : ''
  return {
    thing: id,
    cause: `dispute/${id}`,
    severity: urgency === 'now' ? 'critical' : 'warning',
    message: `${waitingText(dispute, instantText)}${late}`,
    next: urgency === 'over' ? `echopilot payments show ${id}` : answerCommand(dispute),
  }
}

/** @throws AppError where none was made */
async function renew(context: OperateContext): Promise<string> {
  const { delivered, failed } = await makeLinks(context)
  const [first] = failed
  if (delivered > 0) return `${delivered} made, ${failed.length} not`
  if (first !== undefined) throw new AppError('busy', first.message, first.next)
  if ((await context.store.links.wanted()).length === 0) return 'another process asked for them'
  throw new AppError('busy', 'the service for payments does not tell whose account it is', 'echopilot doctor')
}
