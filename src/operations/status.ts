import { alertItem } from '../figures/alerts.ts'
import { AUDIT_CHAIN } from '../domain/audit.ts'
import { effectItem } from '../figures/effects.ts'
import { proofState } from '../figures/marks.ts'
import { jobState, jobWords } from '../figures/jobs.ts'
import { pausedItem } from '../figures/paused.ts'
import { hasFailed, statusFigures, type AttentionItem, type StatusFigures } from '../figures/status.ts'
import {
  command,
  document,
  facts,
  hint,
  item,
  line,
  minute,
  money,
  next,
  section,
  state,
  strong,
  type Document,
  type Part,
  type Words,
  words,
} from '../kernel/document.ts'
import { clockText, countText, spanText } from '../kernel/text.ts'
import { lostCredentials, type LostCredential } from '../settings/bound.ts'
import { defineOperation } from './define.ts'

export const status = defineOperation({
  path: ['status'],
  summary: 'One screen: queue, spend, proofs and what needs you; exit 1 when something failed',
  input: {},
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async context => ({
    ...(await statusFigures(context.store, context.schedule, context.world.clock.now())),
    credentials: lostCredentials(await context.store.accounts.list(), name => context.secretOrigin(name)),
  }),
  render: renderStatus,
  outcome: screen => {
    if (screen.credentials.length > 0) return 'config'
    return hasFailed(screen) ? 'failed' : 'ok'
  },
})

interface Screen extends StatusFigures {
  /** What is missing of the accounts that this store belongs to. */
  readonly credentials: readonly LostCredential[]
}

function renderStatus(figures: Screen): Document {
  return document(
    item(
      words`${strong('EchoPilot')} ${minute(figures.atMs)} UTC`,
      figures.clockAhead === null
        ? null
        : line`${state('clock', 'warn')}: ${clockText(figures.clockAhead, figures.atMs)}`,
    ),
    section(
      'Alerts',
      figures.alerts.map(alert => alertItem(alert, figures.atMs)),
    ),
    section('Queue', queueParts(figures)),
    section(
      'AI cost',
      facts(['today', spendWords(figures.today)], ['this month', spendWords(figures.month)]),
    ),
    section('Proofs', proofParts(figures)),
    section('Jobs', jobParts(figures)),
    section('Credentials', figures.credentials.map(credentialItem)),
    section(
      'Services',
      figures.services.map(pause => pausedItem(pause, figures.atMs)),
    ),
    section('Outbox', outboxParts(figures)),
    section('Failed-Final', figures.failed.map(attentionPart)),
    section('Needs you', figures.waiting.map(attentionPart)),
  )
}

function queueParts({ atMs, tasks, oldestWaitingMs, queuePaused, operations }: StatusFigures): Part {
  const counts = Object.entries(tasks).filter(([, count]) => count > 0)
  return [
    counts.length === 0 ? 'empty' : counts.map(([name, count]) => `${name} ${count}`).join(' · '),
    oldestWaitingMs === null ? null : `the oldest has waited ${spanText(atMs - oldestWaitingMs)}`,
    queuePaused === null ? null : line`${state('paused', 'warn')}: ${queuePaused}`,
    operations
      .filter(({ outcome }) => outcome === 'died')
      .map(
        ({ operation, startedMs }) =>
          line`${state('died', 'bad')}: ${operation}, begun ${minute(startedMs)} UTC (${command('poll --drain')} takes back what it left)`,
      ),
  ]
}

function spendWords({ totalUsd, uncertainUsd, unpricedUsd, calls }: StatusFigures['today']): Words {
  const notes = [
    ...(Number(uncertainUsd) > 0 ? [`${uncertainUsd} of it uncertain`] : []),
    ...(Number(unpricedUsd) > 0 ? [`${unpricedUsd} of it unpriced`] : []),
  ]
  return words`${money(totalUsd)} in ${countText(calls, 'call')}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`
}

function proofParts({ atMs, proofs, auditHead }: StatusFigures): Part {
  const chain = `its head is now ${auditHead ?? 'missing'}`
  const isChainRead = proofs.some(({ subject }) => subject === AUDIT_CHAIN)
  const isProbed = proofs.length > (isChainRead ? 1 : 0)
  return facts(
    ...(isProbed
      ? []
      : [[proofState('not_proved'), words`nothing was probed yet (${hint('echopilot doctor')})`] as const]),
    ...proofs.map(({ outcome, subject, atMs: provedMs, detail, fix }) => {
      const found = `${subject}, ${spanText(atMs - provedMs)} ago: ${detail.replaceAll(/\s+/g, ' ')}`
      const hasFix = outcome === 'failed' && fix !== null
      const now = subject === AUDIT_CHAIN ? `; ${chain}` : ''
      return [proofState(outcome), [found, now, hasFix ? words`\nfix: ${hint(fix)}` : '']] as const
    }),
    ...(isChainRead
      ? []
      : [
          [
            proofState('not_proved'),
            words`${AUDIT_CHAIN}: never read, ${chain} (${hint('echopilot audit verify')})`,
          ] as const,
        ]),
  )
}

/** Where no job ever ran there may be no timers: that is said once. */
function jobParts({ atMs, jobs }: StatusFigures): Part {
  if (jobs.every(({ last }) => last === null)) {
    return line`${proofState('not_proved')}: no job ran by the schedule yet (echopilot jobs list)`
  }
  return facts(...jobs.map(job => [jobState(job), jobWords(job, atMs)] as const))
}

function outboxParts({ atMs, outbox: { pending, oldestPendingMs }, dead }: StatusFigures): Part {
  const age = oldestPendingMs === null ? '' : `, the oldest for ${spanText(atMs - oldestPendingMs)}`
  return [
    pending === 0
      ? null
      : line`${countText(pending, 'waits', 'wait')} to be written${age} (echopilot deliver)`,
    dead.map(effect => effectItem(effect)),
  ]
}

function credentialItem({ secret, why }: LostCredential): Part {
  return item(words`${state('missing', 'bad')} ${secret} (echopilot doctor)`, why)
}

function attentionPart(task: AttentionItem): Part {
  return item(`${task.title} (${task.status})`, task.reason, next(task.next))
}
