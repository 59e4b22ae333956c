/** What is sealed when a run ends, and what is seen where a seal or a row is no longer as it was. */
import { expect, test } from 'vitest'
import { afterFailure } from '../../src/domain/after-failure.ts'
import { sha256 } from '../../src/kernel/digest.ts'
import { UnreadableRow } from '../../src/kernel/errors.ts'
import type { Store } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import {
  addTo,
  aCall,
  aJudgement,
  anOutput,
  aSettlement,
  claimFrom,
  NO_CAPS,
  testStore,
  TO_JUDGE,
} from '../support/store.ts'
import { changeStore } from './support/store-file.ts'

/** A word that stands in everything that a person or a model can write. */
const WORD = 'Schmidtova'

/** A run through refusals, flawed verdicts, a note, a failure and a person's end. */
async function wordyRun(store: Store): Promise<string> {
  const { taskId, runId } = await addTo(store, { title: WORD, brief: `For ${WORD}.`, client: `${WORD} Ltd` })
  const failing = await claimFrom(store)
  const failedCall = aCall()
  await store.stages.reserve(failing.claim, failedCall, NO_CAPS)
  const failure = {
    errorClass: 'data',
    reason: `no such ${WORD}`,
    service: null,
    retryAfterMs: null,
    jitter: 0,
  } as const
  const settlement = aSettlement(failedCall.id, { certainty: 'unknown', usage: null, error: `about ${WORD}` })
  await store.stages.finish(
    failing.claim,
    { kind: 'failed', decide: afterFailure, settlement, failure: { ...failure, errorClass: 'transient' } },
    null,
  )
  await store.decisions.retry(taskId, { ...(await rulesOf(store, runId)), cause: 'retry' })
  const writing = await claimFrom(store)
  const call = aCall()
  const output = anOutput({
    text: `Dear ${WORD}`,
    refusal: `not for ${WORD}`,
    checkFindings: [{ source: 'length', severity: 'minor', text: WORD }],
  })
  await store.stages.reserve(writing.claim, call, NO_CAPS)
  await store.stages.finish(
    writing.claim,
    { kind: 'written', settlement: aSettlement(call.id), output, next: TO_JUDGE },
    null,
  )
  const judging = await claimFrom(store)
  const judgeCall = aCall({ stage: 'judge' })
  await store.stages.reserve(judging.claim, judgeCall, NO_CAPS)
  const judgement = aJudgement(output.id, { verdict: null, flaw: `no verdict, but: ${WORD}` })
  const next = {
    kind: 'rest',
    state: 'waiting_human',
    reason: `ask ${WORD}`,
    errorClass: null,
    score: null,
  } as const
  await store.stages.finish(
    judging.claim,
    { kind: 'judged', settlement: aSettlement(judgeCall.id), judgement, next },
    null,
  )
  await store.decisions.approve(taskId, 'tester')
  return runId
}

async function rulesOf(store: Store, runId: string): Promise<Parameters<Store['decisions']['retry']>[1]> {
  const run = await store.runs.get(runId)
  if (run === null) throw new Error(runId)
  const { briefDigest, threshold, band, revisions } = run
  return { cause: 'added', priority: 'Normal', briefDigest, threshold, band, revisions, actor: WORD }
}

test('no word of a person or a model is sealed; explain has them from the rows', async () => {
  const files = testStore()
  const store = files.open('first')
  const runId = await wordyRun(store)
  changeStore(files.path, `UPDATE runs SET reason = 'approved, says ${WORD}'`)
  const [sealed] = rowsOf<{ core: string }>(files.path, 'SELECT core FROM receipts')
  expect(sealed?.core).not.toContain(WORD)
  const receipt = await store.receipts.get(runId)
  expect(receipt?.seal).toMatchObject({ intact: true, flaw: null })
  expect(receipt?.words.reason).toContain(WORD)
  expect(receipt?.words.attempts).toEqual({
    [`${runId}/1`]: `no such ${WORD}`,
    [`${runId}/2`]: `ask ${WORD}`,
  })
  expect(Object.values(receipt?.words.judgements ?? {})).toEqual([`no verdict, but: ${WORD}`])
})

test('an erasure of every word leaves the seal intact', async () => {
  const files = testStore()
  const store = files.open('first')
  const runId = await wordyRun(store)
  changeStore(
    files.path,
    `UPDATE tasks SET title = '', brief = '', client = NULL; UPDATE runs SET reason = NULL; UPDATE outputs SET text = '', refusal = NULL;
     UPDATE attempts SET message = NULL; UPDATE judgements SET flaw = '', findings = '[]'; UPDATE decisions SET note = '';
     UPDATE calls SET error = NULL`,
  )
  expect((await store.receipts.get(runId))?.seal).toMatchObject({ intact: true })
})

test('a receipt of the first version, which sealed words as well, is still intact and read', async () => {
  const files = testStore()
  const store = files.open('first')
  const runId = await wordyRun(store)
  const [row] = rowsOf<{ core: string }>(files.path, 'SELECT core FROM receipts')
  const first = JSON.stringify({
    ...Object(JSON.parse(row?.core ?? '')),
    schema: 'echopilot.receipt/1',
    reason: `approved, says ${WORD}`,
  })
  changeStore(files.path, `UPDATE receipts SET core = '${first}', digest = '${sha256(first)}'`)
  expect(await store.receipts.get(runId)).toMatchObject({
    core: { schema: 'echopilot.receipt/1', runId },
    seal: { intact: true },
  })
})

test.each([
  ['another figure', `core = replace(core, '"attempt":1', '"attempt":9')`, 'is not what stands there now'],
  ['another digest', `digest = 'd'`, 'is not what stands there now'],
  ['no JSON', `core = 'not json'`, 'cannot be read any more'],
  ['nothing of a receipt', `core = '{}'`, 'cannot be read any more'],
  ['a part of another kind', `core = json_set(core, '$.outputs[0].digest', 5)`, 'cannot be read any more'],
  ["another run's receipt", `core = json_set(core, '$.runId', 'run_x')`, 'is the receipt of another run'],
])('a seal over %s is broken, and the receipt is given all the same', async (_, change, flaw) => {
  const files = testStore()
  const store = files.open('first')
  const runId = await wordyRun(store)
  expect(await store.receipts.sample()).toEqual({ seals: 1, broken: [] })
  changeStore(files.path, `PRAGMA ignore_check_constraints = ON; UPDATE receipts SET ${change}`)
  const receipt = await store.receipts.get(runId)
  expect(receipt?.seal).toMatchObject({ intact: false, flaw: `what was sealed ${flaw}` })
  expect(receipt?.core.runId).toBe(runId)
  expect(await store.receipts.sample()).toEqual({ seals: 1, broken: [runId] })
})

test('of many seals the newest are looked at and others besides, whatever the time is', async () => {
  const files = testStore()
  const store = files.open('first')
  for (let tasks = 0; tasks < 120; tasks += 1) {
    const { taskId } = await addTo(store)
    await store.decisions.cancel(taskId, 'tester')
    await files.clock.advance(1)
  }
  const looked = new Set<number>()
  for (let times = 0; times < 10; times += 1) {
    looked.add((await store.receipts.sample()).seals)
    await files.clock.advance(12)
  }
  expect(Math.min(...looked)).toBeGreaterThanOrEqual(50)
  expect(Math.max(...looked)).toBe(100)
})

test.each([
  [`UPDATE outputs SET check_findings = '{}'`, 'check_findings'],
  [`UPDATE outputs SET check_findings = 'garbage'`, 'check_findings'],
  [`UPDATE runs SET state = 'dreaming', ended_ms = NULL`, 'state'],
])('after %s the run is unreadable, which is no defect of ours', async (sql, column) => {
  const files = testStore()
  const store = files.open('first')
  const runId = await wordyRun(store)
  changeStore(files.path, `PRAGMA ignore_check_constraints = ON; DELETE FROM receipts; ${sql}`)
  const failed = await store.receipts.get(runId).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(UnreadableRow)
  const message: unknown = expect.stringContaining(column)
  expect(failed).toMatchObject({ kind: 'store', message })
})
