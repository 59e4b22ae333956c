import { proofMark, proofText } from '../figures/marks.ts'
import { renderEffect } from '../figures/effects.ts'
import { pausedText } from '../figures/paused.ts'
import { hasFailed, statusFigures, type AttentionItem, type StatusFigures } from '../figures/status.ts'
import type { Style } from '../kernel/style.ts'
import { clockText, countText, cutTo, minuteText, spanText, wrap } from '../kernel/text.ts'
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
    ...(await statusFigures(context.store, context.world.clock.now())),
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

function renderStatus(figures: Screen, style: Style): string {
  return [
    [
      `${style.bold('EchoPilot')} ${minuteText(figures.atMs)} UTC`,
      ...(figures.clockAhead === null
        ? []
        : [
            wrap(
              `${style.warn('clock')}: ${clockText(figures.clockAhead, figures.atMs)}`,
              style.columns,
              '  ',
            ),
          ]),
    ].join('\n'),
    section('Queue', queueLines(figures, style), style),
    section('AI cost', spendLines(figures), style),
    section('Proofs', proofLines(figures, style), style),
    section('Credentials', credentialLines(figures, style), style),
    section('Services', serviceLines(figures, style), style),
    section('Outbox', outboxLines(figures, style), style),
    section(
      'Failed-Final',
      figures.failed.map(item => attentionText(item, style)),
      style,
    ),
    section(
      'Needs you',
      figures.waiting.map(item => attentionText(item, style)),
      style,
    ),
  ]
    .filter(part => part !== '')
    .join('\n\n')
}

function section(title: string, lines: readonly string[], style: Style): string {
  return lines.length === 0 ? '' : `${style.bold(title)}\n${lines.map(line => `  ${line}`).join('\n')}`
}

function queueLines(figures: StatusFigures, style: Style): string[] {
  const counts = Object.entries(figures.tasks).filter(([, tasks]) => tasks > 0)
  const oldest = figures.oldestWaitingMs
  return [
    counts.length === 0 ? 'empty' : counts.map(([name, tasks]) => `${name} ${tasks}`).join(' · '),
    ...(oldest === null ? [] : [`the oldest has waited ${spanText(figures.atMs - oldest)}`]),
    ...(figures.queuePaused === null ? [] : [`${style.warn('paused')}: ${figures.queuePaused}`]),
    ...figures.operations
      .filter(record => record.outcome === 'died')
      .map(
        record =>
          `${style.bad('died')}: ${record.operation}, begun ${minuteText(record.startedMs)} UTC (${style.hint('echopilot poll --drain')} takes back what it left)`,
      ),
  ]
}

function spendLines(figures: StatusFigures): string[] {
  const line = (name: string, spend: StatusFigures['today']): string => {
    const notes = [
      ...(Number(spend.uncertainUsd) > 0 ? [`${spend.uncertainUsd} of it uncertain`] : []),
      ...(Number(spend.unpricedUsd) > 0 ? [`${spend.unpricedUsd} of it unpriced`] : []),
    ]
    return `${name}  $${spend.totalUsd} in ${countText(spend.calls, 'call')}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`
  }
  return [line('today     ', figures.today), line('this month', figures.month)]
}

function proofLines(figures: StatusFigures, style: Style): string[] {
  if (figures.proofs.length === 0)
    return [style.dim(style.hint('not proved: nothing was probed yet (echopilot doctor)'))]
  return figures.proofs.map(proof => {
    const age = spanText(figures.atMs - proof.atMs)
    const mark = proofMark(proof.outcome, style)
    const text = `${proof.subject}, ${age} ago: ${proof.detail.replaceAll(/\s+/g, ' ')}`
    const hasFix = proof.outcome === 'failed' && proof.fix !== null
    const fix = hasFix ? `\n${wrap(`fix: ${proof.fix}`, style.columns, '    ')}` : ''
    return `${mark(proofText(proof.outcome).padEnd(10))}  ${cutTo(text, style.columns - 14)}${fix}`
  })
}

function outboxLines(figures: StatusFigures, style: Style): string[] {
  const { pending, oldestPendingMs } = figures.outbox
  const age = oldestPendingMs === null ? '' : `, the oldest for ${spanText(figures.atMs - oldestPendingMs)}`
  return [
    ...(pending === 0
      ? []
      : [`${countText(pending, 'waits', 'wait')} to be written${age} (${style.hint('echopilot deliver')})`]),
    ...figures.dead.flatMap(effect => renderEffect(effect, style).split('\n')),
  ]
}

function credentialLines({ credentials }: Screen, style: Style): string[] {
  return credentials.map(
    ({ secret, why }) =>
      `${style.bad('missing')} ${secret} (${style.hint('echopilot config check')})\n${wrap(why, style.columns, '    ')}`,
  )
}

function serviceLines(figures: StatusFigures, style: Style): string[] {
  return figures.services.map(pause => pausedText(pause, figures.atMs, style))
}

function attentionText(item: AttentionItem, style: Style): string {
  const next = item.next === null ? '' : `\n    ${style.dim(item.next)}`
  const reason = item.reason === null ? '' : `\n${wrap(item.reason, style.columns, '    ')}`
  return `${cutTo(`${item.title} (${item.status})`, style.columns - 2)}${reason}${next}`
}
