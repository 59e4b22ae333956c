import type { Mail } from '../../domain/mail.ts'
import { mailingFigure, mailingLine, type MailingFigure } from '../../figures/mailings.ts'
import { document, facts, line, next, section, verbatim } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { flagField } from '../../kernel/field.ts'
import { makeLinks, type LinkContext } from '../../pipeline/links.ts'
import { sendMails } from '../../pipeline/mailings.ts'
import { findTask } from '../../pipeline/tasks.ts'
import type { Sent } from '../../store/mailings.ts'
import type { TaskSummary } from '../../store/tasks.ts'
import { taskIdField } from '../decision.ts'
import { defineOperation, type Context } from '../define.ts'

type SendContext = Context<{
  store: 'required'
  mailers: 'required'
  outbox: 'required'
  payments: 'optional'
}>

export const taskSend = defineOperation({
  path: ['task', 'send'],
  summary: 'Mail an accepted result and its payment link to the client, once',
  examples: [
    { words: 'task send task_01k… --dry-run', does: 'shows the mail' },
    { words: 'task send task_01k… --again --yes', does: 'another one, though it was sent' },
  ],
  input: {
    id: taskIdField,
    again: flagField('send another one, though there is one of this result'),
  },
  positionals: ['id'],
  needs: { store: 'required', mailers: 'required', outbox: 'required', payments: 'optional' },
  // Nobody can take a mail back.
  access: 'irreversible',
  scope: 'operate',
  run: async (context, { id, again }) => {
    const task = await findTask(context.store, id)
    const { sent, mail } = context.dryRun
      ? await plan(context, task, again)
      : { sent: await send(context, task, again), mail: null }
    return {
      dryRun: context.dryRun,
      taskId: task.id,
      title: task.title,
      did: sent === null ? 'would be mailed' : sent.kind === 'before' ? 'was mailed before' : 'mailed',
      mailing: sent?.mailing ?? null,
      mail,
      next: nextOf(task, sent),
    }
  },
  render: ({ title, did, mailing, mail, next: nextStep }) =>
    document(
      mailing?.state === 'sent' || mailing === null
        ? line`${did}: ${title}`
        : line`recorded, and not sent yet: ${title}`,
      mailing === null ? null : mailingLine(mailing),
      mail === null ? null : mailParts(mail),
      next(nextStep),
    ),
  outcome: ({ mailing }) => (mailing === null || mailing.state === 'sent' ? 'ok' : 'busy'),
})

interface Told {
  readonly kind: 'recorded' | 'before'
  readonly mailing: MailingFigure
}

/** The mail as it would be, or the one that was sent. A link that is not made yet cannot be shown. */
async function plan(
  { store }: SendContext,
  task: TaskSummary,
  again: boolean,
): Promise<{ sent: Told | null; mail: Mail | null }> {
  const { draft, last } = await store.mailings.draft(task.id)
  if (last !== null && last.askedMs !== null && !again)
    return { sent: { kind: 'before', mailing: mailingFigure(last) }, mail: null }
  if (draft.kind !== 'draft') throw refusal(task, draft.kind)
  return { sent: null, mail: draft.mail }
}

async function send(context: SendContext, task: TaskSummary, isAgain: boolean): Promise<Told> {
  const { store, actor } = context
  const mailers = await context.mailers.open()
  const payments = context.payments.ok ? context.payments.value : []
  const { services } = context.outbox
  const outbox: LinkContext = {
    ...context,
    payments,
    services,
    deliverers: context.outbox.deliverers(context),
  }
  await store.claims.recover()
  await makeLinks(outbox)
  const wish = { service: mailers.service, makesLinks: payments.length > 0, isAgain }
  const sent: Sent = await store.mailings.send(task.id, wish, actor)
  if (!('mailing' in sent)) throw refusal(task, sent.kind)
  await sendMails(outbox, mailers)
  const mailing = (await store.mailings.get(sent.mailing.id)) ?? sent.mailing
  return { kind: sent.kind, mailing: mailingFigure(mailing) }
}

function refusal({ id, status }: TaskSummary, why: Exclude<Sent['kind'], Told['kind']>): AppError {
  switch (why) {
    case 'not accepted':
      return new AppError(
        'refused',
        `task ${id} has no accepted result to be mailed: it is ${status}`,
        `echopilot task show ${id}`,
      )
    case 'no address':
      return new AppError(
        'refused',
        `the client of task ${id} has no e-mail address that a mail could go to, and none is guessed`,
        'echopilot client set CLIENT --email ADDRESS, or write it into the row of the client',
      )
    case 'awaits link':
      return new AppError(
        'busy',
        `the payment link of task ${id} is not made yet, and belongs into its mail`,
        'echopilot deliver, then the same again',
      )
  }
}

function nextOf({ id }: TaskSummary, sent: Told | null): string | null {
  if (sent === null) return `echopilot task send ${id}`
  if (sent.mailing.state !== 'sent') return 'echopilot deliver'
  return sent.kind === 'before' ? `echopilot task send ${id} --again --yes` : null
}

function mailParts({ to, subject, text }: Mail) {
  const people = to.map(({ name, address }) => (name === null ? address : `${name} <${address}>`))
  return [facts(['to', people.join(', ')], ['subject', subject]), section('Text', verbatim(text))]
}
