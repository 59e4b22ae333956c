import { textField } from '../kernel/field.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import { formatScore } from '../domain/next-step.ts'
import { AppError } from '../kernel/errors.ts'
import type { Style } from '../kernel/style.ts'
import { countText, secondText, wrap } from '../kernel/text.ts'
import { findOne } from '../pipeline/tasks.ts'
import type { Found } from '../store/lookup.ts'
import type { Receipt } from '../store/receipts.ts'
import type { Store } from '../store/index.ts'
import { defineOperation } from './define.ts'

export const explain = defineOperation({
  path: ['explain'],
  summary: 'The receipt behind any id: what was asked, done, judged, paid, and by what rules',
  examples: [
    { words: 'explain task_01k…', does: 'every run of a task' },
    { words: 'explain run_01k…/2', does: 'the second attempt of a run' },
  ],
  input: { id: textField('any id that EchoPilot prints, its beginning, or an id or address of Notion') },
  positionals: ['id'],
  needs: { store: 'required' },
  effect: 'read',
  scope: 'read',
  run: async (context, input) => {
    const found = await findOne(context.store, input.id)
    const runIds = await runsOf(context.store, found)
    const receipts = await Promise.all(runIds.map(runId => receiptOf(context.store, runId)))
    return { kind: found.kind, id: found.id, receipts, record: await recordOf(context.store, found) }
  },
  render: (result, style) =>
    result.record === null
      ? [
          `${style.bold(result.id)} is ${article(result.kind)} ${result.kind}`,
          ...result.receipts.map(receipt => renderReceipt(receipt, result.id, style)),
        ].join('\n\n')
      : renderRecord(result.record),
})

interface Explained extends Receipt {
  readonly effects: readonly {
    readonly id: string
    readonly key: string
    readonly kind: string
    readonly state: string
    readonly endedAt: string | null
    readonly error: string | null
  }[]
  readonly timeline: readonly { readonly at: string; readonly what: string; readonly actor: string }[]
}

async function receiptOf(store: Store, runId: string): Promise<Explained> {
  const receipt = await store.receipts.get(runId)
  if (receipt === null) throw new AppError('missing', `there is no run ${runId}`, 'echopilot task list')
  const events = await store.runs.events(runId)
  const timeline = events.map(event => ({
    at: new Date(event.atMs).toISOString(),
    what: event.what,
    actor: event.actor,
  }))
  const effects = (await store.outbox.ofRun(runId)).map(({ id, key, kind, state, endedMs, error }) => ({
    id,
    key,
    kind,
    state,
    endedAt: endedMs === null ? null : new Date(endedMs).toISOString(),
    error,
  }))
  return { ...receipt, effects, timeline }
}

async function runsOf(store: Store, found: Found): Promise<string[]> {
  switch (found.kind) {
    case 'task':
      return (await store.runs.ofTask(found.id)).map(run => run.id)
    case 'run':
      return [found.id]
    case 'attempt':
      return [found.runId]
    case 'output':
    case 'judgement':
    case 'call':
    case 'effect':
      return [await store.lookup.runOf(found.kind, found.id)]
    case 'record':
      return []
  }
}

async function recordOf(store: Store, found: Found): Promise<Awaited<ReturnType<Store['records']['get']>>> {
  return found.kind === 'record' ? store.records.get(found.id) : null
}

function renderRecord(record: NonNullable<Awaited<ReturnType<typeof recordOf>>>): string {
  const ended = record.endedMs === null ? 'not ended' : `ended ${secondText(record.endedMs)}`
  return [
    `${record.operation} by ${record.actor}`,
    `begun ${secondText(record.startedMs)}, ${ended}, ${record.outcome ?? 'running'}`,
    ...(record.message === null ? [] : [record.message]),
  ].join('\n')
}

function renderReceipt(receipt: Explained, id: string, style: Style): string {
  const { core, seal } = receipt
  const score = core.score === null ? 'not judged' : formatScore(core.score)
  const facts = [
    ['run', core.runId],
    ['task', `${core.taskId} (${core.taskType})`],
    ['state', `${core.state}${core.reason === null ? '' : `: ${core.reason}`}`],
    ['score', `${score}, needed ${core.threshold}`],
    ['brief', `sha256 ${core.briefDigest.slice(0, 16)}`],
    ['commit', core.commit],
    ['cost', costText(receipt)],
    ['seal', sealText(seal, style)],
  ]
  return [
    facts.map(([name = '', text = '']) => hang(name, text, style)).join('\n'),
    ...(core.attempts.length === 0 ? [] : [`${style.bold('Attempts')}\n${attemptLines(receipt, id, style)}`]),
    ...(core.outputs.length === 0 ? [] : [`${style.bold('Versions')}\n${versionLines(receipt, id, style)}`]),
    ...(core.calls.length === 0 ? [] : [`${style.bold('Calls')}\n${callLines(receipt, id, style)}`]),
    ...(core.judgements.length === 0
      ? []
      : [`${style.bold('Judgements')}\n${judgementLines(receipt, id, style)}`]),
    `${style.bold('Timeline')} (UTC)\n${receipt.timeline
      .map(event => hang(event.at.slice(0, 19).replace('T', ' '), `${event.what} (${event.actor})`, style))
      .join('\n')}`,
    ...(receipt.effects.length === 0 ? [] : [`${style.bold('Effects')}\n${effectLines(receipt, id, style)}`]),
    ...receipt.entries
      .filter(entry => entry.kind !== 'delivered')
      .map(entry => `later: ${entry.kind} ${JSON.stringify(entry.body)} (${entry.at})`),
  ].join('\n')
}

/** What was written outside, and when that was proved. */
function effectLines({ effects }: Explained, id: string, style: Style): string {
  return effects
    .map(effect => {
      const when = effect.endedAt === null ? '' : ` ${effect.endedAt.slice(0, 19).replace('T', ' ')}`
      const error = effect.error === null ? '' : `: ${effect.error}`
      const line = wrap(`${effect.id}  ${effect.kind} ${effect.state}${when}${error}`, style.columns, '  ')
      return effect.id === id ? style.bold(line) : line
    })
    .join('\n')
}

function costText({ core }: Explained): string {
  const { totals } = core
  const notes = [
    ...(totals.uncertainNano > 0 ? [`$${formatNanoUsd(totals.uncertainNano)} of it uncertain`] : []),
    ...(totals.unpricedNano > 0 ? [`$${formatNanoUsd(totals.unpricedNano)} of it unpriced`] : []),
  ]
  const tokens = `${totals.inputTokens} tokens in, ${totals.outputTokens} out`
  return [`$${formatNanoUsd(totals.costNano)} in ${countText(totals.calls, 'call')}`, tokens, ...notes].join(
    ', ',
  )
}

function sealText(seal: Receipt['seal'], style: Style): string {
  if (seal === null) return 'open: the run has not ended'
  const digest = `sha256 ${seal.digest.slice(0, 16)}, ${seal.sealedAt}`
  return seal.intact ? `${style.good('intact')}, ${digest}` : `${style.bad('BROKEN')}, ${digest}`
}

function attemptLines({ core }: Explained, id: string, style: Style): string {
  return core.attempts
    .map(attempt => {
      const error = attempt.errorClass === null ? '' : ` (${attempt.errorClass})`
      const message = attempt.message === null ? '' : `: ${attempt.message}`
      const line = wrap(`${attempt.id}  ${attempt.outcome}${error}${message}`, style.columns, '  ')
      return attempt.id === id ? style.bold(line) : line
    })
    .join('\n')
}

function versionLines({ core }: Explained, id: string, style: Style): string {
  return core.outputs
    .map(output => {
      const checks = output.failedChecks === 0 ? 'checks passed' : `${output.failedChecks} checks failed`
      const line = wrap(
        `${output.id}  ${output.stage}, ${output.finish}, ${checks} (sha256 ${output.digest.slice(0, 8)})`,
        style.columns,
        '  ',
      )
      return output.id === id ? style.bold(line) : line
    })
    .join('\n')
}

function callLines({ core }: Explained, id: string, style: Style): string {
  return core.calls
    .map(call => {
      const tokens =
        call.inputTokens === null
          ? 'no usage'
          : `${call.inputTokens} tokens in, ${call.outputTokens ?? 0} out`
      const price = call.priceBasis === 'unpriced' ? 'unpriced' : call.priceVersion
      const head = `  ${call.id}  ${call.stage}, ${call.model}`
      const line = `${head}\n    ${tokens} = $${formatNanoUsd(call.costNano)} ${call.certainty} (${price})`
      return call.id === id ? style.bold(line) : line
    })
    .join('\n')
}

function judgementLines({ core }: Explained, id: string, style: Style): string {
  return core.judgements
    .map(judgement => {
      const scores =
        judgement.scores === null
          ? `no verdict: ${judgement.flaw ?? ''}`
          : `${judgement.score ?? 0} = ${Object.values(judgement.scores).join(' + ')}`
      const by = `${judgement.model}, rubric ${judgement.rubricDigest.slice(0, 8)}, prompt ${judgement.promptDigest.slice(0, 8)}`
      const line = wrap(`${judgement.id}  ${scores} (${by})`, style.columns, '  ')
      return judgement.id === id ? style.bold(line) : line
    })
    .join('\n')
}

function hang(name: string, text: string, style: Style): string {
  const width = Math.max(8, name.length)
  const [first = '', ...rest] = wrap(text, style.columns - width - 4).split('\n')
  return [`  ${name.padEnd(width)}  ${first}`, ...rest.map(line => ' '.repeat(width + 4) + line)].join('\n')
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? 'an' : 'a'
}
