import { formatNanoUsd } from '../domain/cost.ts'
import { formatScore } from '../domain/next-step.ts'
import { BILL_STATES } from '../domain/billing.ts'
import { formatMoney } from '../domain/money.ts'
import type { ReceiptBill, ReceiptCall, ReceiptCore, ReceiptTotals } from '../domain/receipt.ts'
import {
  facts,
  id as idSpan,
  item,
  line,
  money,
  second,
  section,
  state,
  strong,
  type Block,
  type Part,
  type Span,
  type Words,
  words,
} from '../kernel/document.ts'
import { countText } from '../kernel/text.ts'
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
export function receiptParts(receipt: ExplainedReceipt, asked: string): Part {
  const { core } = receipt
  const name = (id: string): Span => (id === asked ? strong(id) : idSpan(id))
  const items = <Item extends { readonly id: string }>(
    title: string,
    all: readonly Item[],
    told: (one: Item) => readonly [Words, ...Part[]],
  ): Block | null =>
    section(
      title,
      all.map(one => {
        const [head, ...details] = told(one)
        return item(words`${name(one.id)}  ${head}`, ...details)
      }),
    )
  return [
    section(`Run ${core.runId}`, receiptFacts(receipt)),
    items('Attempts', core.attempts, attempt => [attemptText(attempt, receipt)]),
    items('Versions', core.outputs, output => [versionText(output)]),
    items('Calls', core.calls, callParts),
    items('Judgements', core.judgements, judgement => [judgementText(judgement, receipt)]),
    section(
      'Timeline (UTC)',
      facts(...receipt.timeline.map(({ at, what, actor }) => [instant(at), `${what} (${actor})`] as const)),
    ),
    items('Effects', receipt.effects, effect => [effectWords(effect)]),
    section(
      'Later',
      receipt.entries
        .filter(({ kind }) => kind !== 'delivered')
        .map(({ kind, body, at }) => `${kind} ${JSON.stringify(body)} (${at})`),
    ),
  ]
}

function receiptFacts({ core, seal, words: said }: ExplainedReceipt): Part {
  const replayOf = core.replayOf ?? null
  const score = core.score === null ? 'not judged' : formatScore(core.score)
  return facts(
    ['task', [idSpan(core.taskId), ` (${core.taskType})`]],
    replayOf === null ? null : ['replays', idSpan(replayOf)],
    ['state', `${core.state}${said.reason === null ? '' : `: ${said.reason}`}`],
    ['score', `${score}, needed ${core.threshold}`],
    ['brief', `sha256 ${core.briefDigest.slice(0, 16)}`],
    ['commit', core.commit],
    ['cost', costWords(core.totals)],
    billFact(core.bill ?? null),
    ['seal', sealWords(seal)],
  )
}

function billFact(bill: ReceiptBill | null): readonly [Words, Words] | null {
  if (bill === null) return null
  const { state: stands, currency, amountMinor } = bill
  const amount =
    currency === null || amountMinor === null ? '' : formatMoney({ currency, minor: amountMinor })
  return ['billed', words`${amount === '' ? '' : `${amount}, `}${BILL_STATES[stands]}, ${idSpan(bill.id)}`]
}

function costWords(totals: ReceiptTotals): Words {
  const part = (nano: number, why: string): Words =>
    nano === 0 ? '' : words`, ${money(formatNanoUsd(nano))} of it ${why}`
  const calls = `${countText(totals.calls, 'call')}, ${totals.inputTokens} tokens in, ${totals.outputTokens} out`
  const notes = [part(totals.uncertainNano, 'uncertain'), part(totals.unpricedNano, 'unpriced')]
  return words`${money(formatNanoUsd(totals.costNano))} in ${calls}${notes}`
}

function sealWords(seal: Receipt['seal']): Words {
  if (seal === null) return 'open: the run has not ended'
  const digest = `sha256 ${seal.digest.slice(0, 16)}, ${seal.sealedAt}`
  return seal.flaw === null
    ? words`${state('intact', 'good')}, ${digest}`
    : words`${state('BROKEN', 'bad')}: ${seal.flaw}; ${digest}`
}

function attemptText(attempt: ReceiptCore['attempts'][number], { words: said }: Receipt): string {
  const error = attempt.errorClass === null ? '' : ` (${attempt.errorClass})`
  const message = said.attempts[attempt.id] === undefined ? '' : `: ${said.attempts[attempt.id]}`
  return `${attempt.outcome}${error}${message}`
}

function versionText(output: ReceiptCore['outputs'][number]): string {
  const checks = output.failedChecks === 0 ? 'checks passed' : `${output.failedChecks} checks failed`
  return `${output.stage}, ${output.finish}, ${checks} (sha256 ${output.digest.slice(0, 8)})`
}

function callParts(call: ReceiptCall): readonly [Words, ...Part[]] {
  const { answeredModel } = call
  const by = answeredModel === null || answeredModel === call.model ? '' : `, answered by ${answeredModel}`
  const tokens =
    call.inputTokens === null ? 'no usage' : `${call.inputTokens} tokens in, ${call.outputTokens ?? 0} out`
  const price = call.priceBasis === 'unpriced' ? 'unpriced' : call.priceVersion
  return [
    `${call.stage}, ${call.model}${by}`,
    line`${tokens} = ${money(formatNanoUsd(call.costNano))} ${call.certainty} (${price})`,
    call.note ?? null,
  ]
}

function judgementText(judgement: ReceiptCore['judgements'][number], { words: said }: Receipt): string {
  const { scores, model, rubricDigest, promptDigest } = judgement
  const verdict =
    scores === null
      ? `no verdict: ${said.judgements[judgement.id] ?? ''}`
      : `${judgement.score ?? 0} = ${Object.values(scores).join(' + ')}`
  return `${verdict} (${model}, rubric ${rubricDigest.slice(0, 8)}, prompt ${promptDigest.slice(0, 8)})`
}

function effectWords({ kind, state: is, endedAt, error }: ExplainedEffect): Words {
  const ended = endedAt === null ? '' : words` ${instant(endedAt)}`
  return words`${kind} ${is}${ended}${error === null ? '' : `: ${error}`}`
}

function instant(iso: string): Span {
  return second(Date.parse(iso))
}
