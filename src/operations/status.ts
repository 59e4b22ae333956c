import { alertItem } from '../figures/alerts.ts'
import { AUDIT_CHAIN } from '../domain/audit.ts'
import { effectItem } from '../figures/effects.ts'
import { proofState } from '../figures/marks.ts'
import { jobState, jobWords } from '../figures/jobs.ts'
import { waitingParts } from '../figures/disputes.ts'
import { unpaidParts } from '../figures/links.ts'
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
  type Span,
  type Words,
  words,
} from '../kernel/document.ts'
import { clockText, countText, spanText } from '../kernel/text.ts'
import { isPlayed, lostCredentials, type LostCredential } from '../settings/bound.ts'
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
    takesPayments: isPlayed('paymentProvider', name => context.secretOrigin(name)),
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
  /** A service that takes payments has its credentials. */
  readonly takesPayments: boolean
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
    waitingParts(figures.disputes),
    unpaidParts(figures.unpaid, figures.takesPayments),
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

/** What is proved is named, by when that was; what it was is told by `doctor`. The rest is told whole, first. */
function proofParts({ atMs, proofs, auditHead }: StatusFigures): Part {
  const chain = `its head is now ${auditHead ?? 'missing'}`
  const others = proofs.filter(({ subject }) => subject !== AUDIT_CHAIN)
  const read = proofs.find(({ subject }) => subject === AUDIT_CHAIN)
  const age = ({ atMs: provedMs }: Proof): string => `${spanText(atMs - provedMs)} ago`
  const told = (proof: Proof, more = ''): Fact => {
    const { outcome, subject, detail, fix } = proof
    const found = `${subject}, ${age(proof)}: ${detail.replaceAll(/\s+/g, ' ')}${more}`
    const hasFix = outcome === 'failed' && fix !== null
    return [proofState(outcome), [found, hasFix ? words`\nfix: ${hint(fix)}` : '']]
  }
  const unproved = (what: Words): Fact => [proofState('not_proved'), what]
  const [proved, open] = partition(others, ({ outcome }) => outcome === 'proved')
  const [failed, rest] = partition(open, ({ outcome }) => outcome === 'failed')
  return facts(
    ...(others.length === 0 ? [unproved(words`nothing was probed yet (${hint('echopilot doctor')})`)] : []),
    ...[...failed, ...rest].map(proof => told(proof)),
    ...[...Map.groupBy(proved, age)].map(([when, same]): Fact => [
      proofState('proved'),
      `${when}: ${same.map(({ subject }) => subject).join(', ')}`,
    ]),
    read === undefined
      ? unproved(words`${AUDIT_CHAIN}: never read, ${chain} (${hint('echopilot audit verify')})`)
      : told(read, `; ${chain}`),
  )
}

type Proof = StatusFigures['proofs'][number]
type Fact = readonly [Span, Words]

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(isFirst), all.filter(one => !isFirst(one))]
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
