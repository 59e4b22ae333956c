import { answerCommand, urgencyOf, waitingText, type WaitingDispute } from '../domain/dispute.ts'
import { AppError } from '../kernel/errors.ts'
import { countText, instantText } from '../kernel/text.ts'
import { makeLinks } from '../pipeline/links.ts'
import { measured, notProved, type Check, type Finding, type OperateContext } from './check.ts'

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
