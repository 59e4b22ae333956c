import {
  canonicalJson,
  CORE_SHAPE,
  totalsOf,
  type ReceiptBill,
  type ReceiptCall,
  type ReceiptCore,
  type ReceiptWords,
} from '../domain/receipt.ts'
import { sha256 } from '../kernel/digest.ts'
import { firstIdOf } from '../kernel/ids.ts'
import { UnreadableRow } from '../kernel/errors.ts'
import { instantText } from '../kernel/text.ts'
import { billOfRun } from './bill-rows.ts'
import { findRow, readRows, type Change, type RowReader, type StoreCore, type StoreReader } from './core.ts'
import { callsOfRun, type Call } from './ledger.ts'
import { findRun, type Run } from './run-rows.ts'
import { taskOf } from './tasks.ts'
import { outputsOf } from './work-rows.ts'

/** What is known of a run: sealed if it has ended, as it stands if not. */
export interface Receipt {
  /** As it was sealed; as it stands where it is not, or what was sealed can no longer be read. */
  readonly core: Omit<ReceiptCore, 'endedAt'> & { readonly endedAt: string | null }
  readonly words: ReceiptWords
  readonly seal: {
    readonly digest: string
    readonly sealedAt: string
    readonly intact: boolean
    /** Why it is not; null where it is. */
    readonly flaw: string | null
  } | null
  readonly entries: readonly { readonly kind: string; readonly body: unknown; readonly at: string }[]
}

/** Reads receipts; they are sealed inside the transition that ends a run. */
export function receiptStore(core: StoreCore) {
  return {
    /** Null where there is no such run. @throws UnreadableRow where the run has rows that are damaged */
    get: async (runId: string) => readReceipt(core, runId),
    /**
     * Looks at the newest seals, and at as many from another place each time. `broken` are the runs whose seal is not
     * intact.
     */
    sample: async () => sampleSeals(core),
  }
}

/** Seals the core of a run that has just ended; once, inside the transaction that ended it. */
export function sealReceipt(tx: Change, run: Run): void {
  const text = canonicalJson(gather(tx, run))
  const receipt = sha256(text)
  tx.engine.run(
    'INSERT INTO receipts (run_id, core, digest, sealed_ms) VALUES (:runId, :text, :receipt, :now)',
    { runId: run.id, text, receipt, now: tx.clock.now() },
  )
  tx.about(run.id, { receipt })
}

function readReceipt(core: StoreReader, runId: string): Receipt | null {
  const run = findRun(core, runId)
  if (run === null) return null
  const sealed = findRow(core, 'SELECT * FROM receipts WHERE run_id = :runId', { runId }, is => {
    const { core: sealedCore, flaw } = unseal(is)
    const seal = {
      digest: is.text('digest'),
      sealedAt: instantText(is.number('sealed_ms')),
      intact: flaw === null,
      flaw,
    }
    return { core: sealedCore, seal }
  })
  const entries = 'SELECT kind, body, at_ms FROM receipt_entries WHERE run_id = :runId ORDER BY seq'
  return {
    core: sealed?.core ?? gather(core, run),
    words: wordsOf(core, run),
    seal: sealed?.seal ?? null,
    entries: readRows(core, entries, { runId }, is => ({
      kind: is.text('kind'),
      body: is.json('body', 'any'),
      at: instantText(is.number('at_ms')),
    })),
  }
}

/** What was sealed, with what is wrong with it; null where it cannot be read. */
function unseal(is: RowReader): { core: ReceiptCore | null; flaw: string | null } {
  try {
    const core = is.json<ReceiptCore>('core', CORE_SHAPE)
    if (core.runId !== is.text('run_id')) {
      return { core: null, flaw: 'what was sealed is the receipt of another run' }
    }
    const intact = sha256(is.text('core')) === is.text('digest')
    return { core, flaw: intact ? null : 'what was sealed is not what stands there now' }
  } catch (error) {
    if (error instanceof UnreadableRow) {
      return { core: null, flaw: 'what was sealed cannot be read any more' }
    }
    throw error
  }
}

/** How many seals of each kind are looked at. */
const SAMPLE = 50

function sampleSeals(core: StoreReader): { seals: number; broken: string[] } {
  const now = core.clock.now()
  const first = 'SELECT created_ms FROM runs WHERE id = (SELECT MIN(id) FROM runs)'
  const firstMs = findRow(core, first, {}, is => is.number('created_ms')) ?? now
  const from = firstIdOf('run', firstMs + (now % Math.max(1, now - firstMs)))
  const sampled = [
    'SELECT * FROM receipts ORDER BY run_id DESC LIMIT :limit',
    'SELECT * FROM receipts WHERE run_id >= :from ORDER BY run_id LIMIT :limit',
  ].flatMap(sql =>
    readRows(core, sql, { from, limit: SAMPLE }, is => [is.text('run_id'), unseal(is).flaw] as const),
  )
  const seals = new Map(sampled)
  const broken = [...seals].filter(([, flaw]) => flaw !== null)
  return { seals: seals.size, broken: broken.map(([runId]) => runId) }
}

/** What people and models said of a run, as the rows have it now. */
function wordsOf(core: StoreReader, run: Run): ReceiptWords {
  const byId = (sql: string): Record<string, string> =>
    Object.fromEntries(readRows(core, sql, { runId: run.id }, is => [is.text('id'), is.text('words')]))
  return {
    reason: run.reason,
    attempts: byId(
      `SELECT run_id || '/' || number AS id, message AS words FROM attempts WHERE run_id = :runId AND message IS NOT NULL`,
    ),
    judgements: byId(
      `SELECT j.id, j.flaw AS words FROM outputs o JOIN judgements j ON j.output_id = o.id
       WHERE o.run_id = :runId AND j.flaw IS NOT NULL`,
    ),
  }
}

function gather(core: StoreReader, run: Run): Receipt['core'] {
  const calls = callsOfRun(core, run.id).map(receiptCall)
  return {
    schema: 'echopilot.receipt/2',
    runId: run.id,
    taskId: run.taskId,
    taskType: taskOf(core, run).type,
    cause: run.cause,
    replayOf: run.replayOf,
    state: run.state,
    errorClass: run.errorClass,
    briefDigest: run.briefDigest,
    threshold: run.threshold,
    score: run.score,
    createdAt: instantText(run.createdMs),
    startedAt: run.startedMs === null ? null : instantText(run.startedMs),
    endedAt: run.endedMs === null ? null : instantText(run.endedMs),
    commit: core.commit,
    attempts: attemptsOf(core, run.id),
    ...workOf(core, run.id),
    calls,
    totals: totalsOf(calls),
    bill: receiptBill(core, run.id),
  }
}

function receiptBill(core: StoreReader, runId: string): ReceiptBill | null {
  const bill = billOfRun(core, runId)
  if (bill === null) return null
  const { id, state, basis, amount, price, usdNano } = bill
  return {
    id,
    state,
    basis,
    currency: amount?.currency ?? null,
    amountMinor: amount?.minor ?? null,
    priceMinor: price?.minor ?? null,
    usdNano,
  }
}

function attemptsOf(core: StoreReader, runId: string): ReceiptCore['attempts'] {
  return readRows(core, 'SELECT * FROM attempts WHERE run_id = :runId ORDER BY number', { runId }, is => ({
    id: `${runId}/${is.number('number')}`,
    outcome: is.text('outcome'),
    errorClass: is.textOrNull('error_class'),
    interruptions: is.number('interruptions'),
  }))
}

type Work = Pick<ReceiptCore, 'outputs' | 'judgements' | 'decisions'>

function workOf(core: StoreReader, runId: string): Work {
  const outputs = outputsOf(core, runId)
  const decisions = outputs.flatMap(({ decision }) => decision ?? []).toSorted((a, b) => a.atMs - b.atMs)
  return {
    outputs: outputs.map(({ id, stage, finish, digest, callId, checksVersion, checkFindings }) => {
      return { id, stage, finish, digest, callId, checksVersion, failedChecks: checkFindings.length }
    }),
    judgements: outputs.flatMap(output =>
      output.judgements.map(({ findings: _findings, flaw: _flaw, ...judgement }) => judgement),
    ),
    decisions: decisions.map(({ workId, kind, atMs }) => ({ outputId: workId, kind, at: instantText(atMs) })),
  }
}

function receiptCall(call: Call): ReceiptCall {
  return {
    id: call.id,
    attempt: call.attempt,
    stage: call.stage,
    model: call.model,
    answeredModel: call.answeredModel,
    certainty: call.certainty,
    inputTokens: call.usage?.inputTokens ?? null,
    cachedTokens: call.usage?.cachedTokens ?? null,
    outputTokens: call.usage?.outputTokens ?? null,
    reasoningTokens: call.usage?.reasoningTokens ?? null,
    costNano: call.costNano,
    priceBasis: call.priceBasis,
    priceVersion: call.priceVersion,
    promptDigest: call.promptDigest,
    requestId: call.requestId,
    note: call.note,
  }
}

/** Adds a later fact to the receipt of a run, once that has ended. */
export function appendEntry(tx: Change, runId: string, kind: string, body: unknown): void {
  tx.engine.run(
    `INSERT INTO receipt_entries (run_id, seq, kind, body, at_ms)
     SELECT id, (SELECT COALESCE(MAX(seq), 0) + 1 FROM receipt_entries WHERE run_id = :runId), :kind, :body, :now
     FROM runs WHERE id = :runId AND ended_ms IS NOT NULL`,
    { runId, kind, body: JSON.stringify(body), now: tx.clock.now() },
  )
}
