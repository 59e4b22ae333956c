import { formatNanoUsd } from '../domain/cost.ts'
import { formatScore } from '../domain/next-step.ts'
import type { ReceiptCall, ReceiptCore, ReceiptTotals } from '../domain/receipt.ts'
import type { Style } from '../kernel/style.ts'
import { countText, secondText, wrap } from '../kernel/text.ts'
import type { Receipt } from '../store/receipts.ts'

/** A receipt with what was written outside and the history of its run. */
export interface ExplainedReceipt extends Receipt {
  readonly effects: readonly ExplainedEffect[]
  readonly timeline: readonly { readonly at: string; readonly what: string; readonly actor: string }[]
}

/** What was to be written outside, and when that was proved. */
export interface ExplainedEffect {
  readonly id: string
  readonly key: string
  readonly kind: string
  readonly state: string
  readonly endedAt: string | null
  readonly error: string | null
}

/** A receipt for people. What has the id that was asked for stands out. */
export function renderReceipt(receipt: ExplainedReceipt, id: string, style: Style): string {
  const { core } = receipt
  return [
    facts(receipt, style),
    ...section('Attempts', core.attempts, attemptLine(receipt), id, style),
    ...section('Versions', core.outputs, versionLine, id, style),
    ...section('Calls', core.calls, callLine, id, style),
    ...section('Judgements', core.judgements, judgementLine(receipt), id, style),
    timeline(receipt, style),
    ...section('Effects', receipt.effects, effectLine, id, style),
    ...receipt.entries
      .filter(entry => entry.kind !== 'delivered')
      .map(entry => `later: ${entry.kind} ${JSON.stringify(entry.body)} (${entry.at})`),
  ].join('\n')
}

function facts({ core, seal, words }: ExplainedReceipt, style: Style): string {
  const score = core.score === null ? 'not judged' : formatScore(core.score)
  const named = [
    ['run', core.runId],
    ['task', `${core.taskId} (${core.taskType})`],
    ['state', `${core.state}${words.reason === null ? '' : `: ${words.reason}`}`],
    ['score', `${score}, needed ${core.threshold}`],
    ['brief', `sha256 ${core.briefDigest.slice(0, 16)}`],
    ['commit', core.commit],
    ['cost', costText(core.totals)],
    ['seal', sealText(seal, style)],
  ]
  return named.map(([name = '', text = '']) => hang(name, text, style)).join('\n')
}

function costText(totals: ReceiptTotals): string {
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
  return seal.flaw === null
    ? `${style.good('intact')}, ${digest}`
    : `${style.bad('BROKEN')}: ${seal.flaw}; ${digest}`
}

function timeline(receipt: ExplainedReceipt, style: Style): string {
  const lines = receipt.timeline.map(event =>
    hang(instant(event.at), `${event.what} (${event.actor})`, style),
  )
  return `${style.bold('Timeline')} (UTC)\n${lines.join('\n')}`
}

/** A title with a line for each item; nothing at all where there is none. */
function section<Item extends { readonly id: string }>(
  title: string,
  items: readonly Item[],
  lineOf: (item: Item, style: Style) => string,
  id: string,
  style: Style,
): string[] {
  if (items.length === 0) return []
  const lines = items.map(item => {
    const line = lineOf(item, style)
    return item.id === id ? style.bold(line) : line
  })
  return [`${style.bold(title)}\n${lines.join('\n')}`]
}

function attemptLine({ words }: Receipt): (attempt: ReceiptCore['attempts'][number], style: Style) => string {
  return ({ id, outcome, errorClass }, style) => {
    const error = errorClass === null ? '' : ` (${errorClass})`
    const message = words.attempts[id] === undefined ? '' : `: ${words.attempts[id]}`
    return wrap(`${id}  ${outcome}${error}${message}`, style.columns, '  ')
  }
}

function versionLine(output: ReceiptCore['outputs'][number], style: Style): string {
  const checks = output.failedChecks === 0 ? 'checks passed' : `${output.failedChecks} checks failed`
  const text = `${output.stage}, ${output.finish}, ${checks} (sha256 ${output.digest.slice(0, 8)})`
  return wrap(`${output.id}  ${text}`, style.columns, '  ')
}

function callLine(call: ReceiptCall, style: Style): string {
  const { answeredModel, note } = call
  const by = answeredModel === null || answeredModel === call.model ? '' : `, answered by ${answeredModel}`
  const tokens =
    call.inputTokens === null ? 'no usage' : `${call.inputTokens} tokens in, ${call.outputTokens ?? 0} out`
  const price = call.priceBasis === 'unpriced' ? 'unpriced' : call.priceVersion
  const cost = `$${formatNanoUsd(call.costNano)} ${call.certainty} (${price})`
  const lines = [
    wrap(`${call.id}  ${call.stage}, ${call.model}${by}`, style.columns, '  '),
    `    ${tokens} = ${cost}`,
    ...(note === null || note === undefined ? [] : [wrap(note, style.columns, '    ')]),
  ]
  return lines.join('\n')
}

function judgementLine({
  words,
}: Receipt): (judgement: ReceiptCore['judgements'][number], style: Style) => string {
  return ({ id, score, scores, model, rubricDigest, promptDigest }, style) => {
    const verdict =
      scores === null
        ? `no verdict: ${words.judgements[id] ?? ''}`
        : `${score ?? 0} = ${Object.values(scores).join(' + ')}`
    const by = `${model}, rubric ${rubricDigest.slice(0, 8)}, prompt ${promptDigest.slice(0, 8)}`
    return wrap(`${id}  ${verdict} (${by})`, style.columns, '  ')
  }
}

function effectLine(effect: ExplainedEffect, style: Style): string {
  const when = effect.endedAt === null ? '' : ` ${instant(effect.endedAt)}`
  const error = effect.error === null ? '' : `: ${effect.error}`
  return wrap(`${effect.id}  ${effect.kind} ${effect.state}${when}${error}`, style.columns, '  ')
}

function instant(iso: string): string {
  return secondText(Date.parse(iso))
}

/** A name with a text beside it, which goes on below itself where it is too long for one line. */
function hang(name: string, text: string, style: Style): string {
  const width = Math.max(8, name.length)
  const [first = '', ...rest] = wrap(text, style.columns - width - 4).split('\n')
  return [`  ${name.padEnd(width)}  ${first}`, ...rest.map(line => ' '.repeat(width + 4) + line)].join('\n')
}
