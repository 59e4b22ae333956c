import Database from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import type { PriceTerms } from '../../src/domain/billing.ts'
import type { Money } from '../../src/domain/money.ts'
import type { Bill } from '../../src/store/bill-rows.ts'
import type { ClientRow } from '../../src/store/client-rows.ts'
import type { Store } from '../../src/store/index.ts'
import type { Rest, StageEnd } from '../../src/store/stage-end.ts'
import type { Claim } from '../../src/kernel/lease.ts'
import { newClient } from '../../src/domain/client.ts'
import { rowsOf } from '../support/books.ts'
import { parseDocument } from '../support/document.ts'
import {
  aCall,
  addTo,
  aJudgement,
  ANY,
  aPage,
  aRun,
  aSettlement,
  claimFrom,
  commitDraft,
  NO_CAPS,
  TO_DONE,
  TO_FAILED,
  testStore,
  type TestStore,
} from '../support/store.ts'

const TERMS: PriceTerms = { prices: [], billing: 'link', rates: { EUR: '1.1' } }
const eur = (minor: number): Money => ({ currency: 'EUR', minor })
const ACME: ClientRow = {
  ...newClient('Acme'),
  pageId: 'page-acme',
  email: 'ana@acme.example',
  currency: 'EUR',
}

let files: TestStore
let store: Store

beforeEach(() => {
  files = testStore()
  store = files.open('first')
})

/** A tick on a row of the board; its untick was confirmed. */
async function tick(price: Money | null, clientRow: ClientRow | null = ACME): Promise<string> {
  const db = new Database(files.path)
  db.exec('UPDATE ticks SET confirmed = 1')
  db.close()
  const page = { ...aPage('page-1'), price, clientRow }
  const picked = await store.pickUps.pickUp(page, aRun({ cause: 'tick', terms: TERMS }))
  return picked.kind === 'queued' ? picked.taskId : ''
}

/** Works the next run to its rest: a draft and a judgement, of 400 nano-dollars each. */
async function finish(next: Rest = TO_DONE): Promise<string> {
  const { outputId } = await commitDraft(store, (await claimFrom(store)).claim)
  const { claim, run } = await claimFrom(store)
  await store.stages.finish(claim, await judged(claim, outputId, next), null)
  return run.id
}

async function judged(claim: Claim, outputId: string, next: Rest): Promise<StageEnd> {
  const call = aCall({ stage: 'judge' })
  await store.stages.reserve(claim, call, NO_CAPS)
  return { kind: 'judged', settlement: aSettlement(call.id), judgement: aJudgement(outputId), next }
}

const TO_HUMAN: Rest = { ...TO_DONE, state: 'waiting_human' }

async function pay(taskId: string): Promise<void> {
  const db = new Database(files.path)
  db.prepare(`UPDATE bills SET state = 'paid' WHERE task_id = ? AND state = 'unpaid'`).run(taskId)
  db.close()
}

function told(bills: readonly Bill[]): string[] {
  return bills.map(
    ({ number, state, amount, usdNano }) =>
      `${String(number)} ${state} ${String(amount?.minor)} ${amount?.currency ?? ''} ${String(usdNano)}`,
  )
}

/** The money that the board is told, newest last. */
function moneyTold(): unknown[] {
  const sql = `SELECT kind, json_extract(body, '$.row.money') AS money, json_extract(body, '$.change.paymentStatus') AS status,
    json_extract(body, '$.change.revenueNano') AS revenue FROM effects WHERE kind IN ('job', 'client', 'page') ORDER BY seq`
  return rowsOf<{ kind: string; money: string | null; status: string | null; revenue: number | null }>(
    files.path,
    sql,
  ).flatMap(({ kind, money, status, revenue }) => {
    if (kind === 'job') return [parseDocument(money ?? '{}')]
    return kind === 'client' ? [{ revenue }] : status === null ? [] : [{ status }]
  })
}

test('a task is billed when it is Done, and the board is told so in the same change', async () => {
  const taskId = await tick(eur(4990))
  expect(await store.bills.ofTask(taskId)).toEqual([])
  const runId = await finish()
  expect(told(await store.bills.ofTask(taskId))).toEqual(['1 unpaid 4990 EUR 54890000000'])
  expect(moneyTold()).toEqual([
    { revenue: 54_890_000_000 },
    { status: 'Unpaid' },
    {
      clientPageId: 'page-acme',
      clientRateNano: null,
      grossNano: 54_890_000_000,
      profitNano: 54_889_999_200,
      marginPercent: 100,
      paymentStatus: 'Unpaid',
      paymentLink: null,
    },
  ])
  const receipt = await store.receipts.get(runId)
  expect(receipt?.core.bill).toMatchObject({
    state: 'unpaid',
    basis: 'row',
    amountMinor: 4990,
    currency: 'EUR',
  })
  expect(receipt?.seal?.intact).toBe(true)
})

test('without a rate nothing in US dollars is said', async () => {
  await tick({ currency: 'GBP', minor: 4990 })
  await finish()
  expect(moneyTold()).toMatchObject([
    { revenue: null },
    { status: 'Unpaid' },
    { grossNano: null, profitNano: null, marginPercent: null, paymentStatus: 'Unpaid' },
  ])
})

test('what is ticked again is billed again only at another price', async () => {
  const taskId = await tick(eur(4990))
  await finish()
  await tick(eur(4990))
  const again = await finish()
  expect(told(await store.bills.ofTask(taskId))).toHaveLength(1)
  expect((await store.receipts.get(again))?.core.bill).toBeNull()
  await tick(eur(6000))
  await finish()
  expect(told(await store.bills.ofTask(taskId))).toEqual([
    '1 cancelled 4990 EUR 54890000000',
    '2 unpaid 6000 EUR 66000000000',
  ])
  expect(moneyTold().slice(-4)).toMatchObject([
    // The row of the run that was billed first.
    { paymentStatus: 'Cancelled' },
    { revenue: 66_000_000_000 },
    { status: 'Unpaid' },
    { paymentStatus: 'Unpaid', grossNano: 66_000_000_000 },
  ])
})

test('after payment only what is more is billed, and a lower price not at all', async () => {
  const taskId = await tick(eur(4990))
  await finish()
  await pay(taskId)
  await tick(eur(6000))
  await finish()
  await tick(eur(100))
  const last = await finish()
  expect(told(await store.bills.ofTask(taskId))).toEqual([
    '1 paid 4990 EUR 54890000000',
    '2 cancelled 1010 EUR 11110000000',
  ])
  const events = await store.runs.events(last)
  expect(events.map(({ what }) => what)).toContain('not billed: its price 1.00 EUR was paid before')
})

test('a result that waits for a person is billed when that accepts it, and a failure never', async () => {
  const { taskId } = await addTo(store, { price: eur(4990) })
  await finish(TO_HUMAN)
  expect(await store.bills.ofTask(taskId)).toEqual([])
  await store.decisions.approve(taskId, 'cli:ana')
  expect(told(await store.bills.ofTask(taskId))).toEqual(['1 unpaid 4990 EUR null'])
  const failed = await addTo(store, { price: eur(4990) })
  await finish(TO_FAILED)
  expect(await store.bills.ofTask(failed.taskId)).toEqual([])
})

test('two processes that decide about one result bill it once', async () => {
  const { taskId } = await addTo(store, { price: eur(4990) })
  await finish(TO_HUMAN)
  const other = files.open('second')
  const decided = await Promise.all([
    store.decisions.approve(taskId, 'cli:ana'),
    other.decisions.approve(taskId, 'notion'),
  ])
  expect(decided.map(({ kind }) => kind).toSorted()).toEqual(['decided', 'refused'])
  expect(await store.bills.ofTask(taskId)).toHaveLength(1)
})

test('the store refuses a second open bill, whatever the program does wrong', async () => {
  const taskId = await tick(eur(4990))
  await finish()
  await tick(eur(4990))
  const runId = await finish()
  const db = new Database(files.path)
  const copy = `INSERT INTO bills SELECT 'bill_2', task_id, 2, '${runId}', client_id, state, basis, currency, amount_minor,
    price_minor, why, usd_nano, created_ms, changed_ms, owed, returned_minor, fee_nano, opened_again FROM bills WHERE task_id = '${taskId}'`
  expect(() => db.exec(copy)).toThrow(/UNIQUE constraint failed: bills.task_id/)
  db.close()
})

test('a run that was lost to another process bills nothing', async () => {
  const { taskId } = await addTo(store, { price: eur(4990) })
  const { outputId } = await commitDraft(store, (await claimFrom(store)).claim)
  const { claim } = await claimFrom(store)
  const end = await judged(claim, outputId, TO_DONE)
  files.machine.kill('first')
  const other = files.open('second')
  await other.claims.recover()
  await other.claims.claim(ANY)
  await expect(store.stages.finish(claim, end, null)).rejects.toThrow(/lease/i)
  expect(await other.bills.ofTask(taskId)).toEqual([])
})

test('a task finds its client by relation, then by the address of one client alone, never by a name', async () => {
  const clientOf = (taskId: string): string | null =>
    rowsOf<{ name: string | null }>(
      files.path,
      `SELECT c.name FROM tasks t LEFT JOIN clients c ON c.id = t.client_id WHERE t.id = '${taskId}'`,
    )[0]?.name ?? null
  await store.clients.read([ACME, { ...newClient('Acme'), pageId: 'page-2', email: 'ben@acme.example' }])
  const pick = async (number: number, changes: object): Promise<string> => {
    const page = { ...aPage(`page-${String(number)}`), client: 'Acme', ...changes }
    const picked = await store.pickUps.pickUp(page, aRun({ cause: 'tick' }))
    return picked.kind === 'queued' ? picked.taskId : ''
  }
  const other: ClientRow = { ...newClient('Other'), pageId: 'page-3' }
  expect(clientOf(await pick(11, { clientRow: other, clientEmail: 'ana@acme.example' }))).toBe('Other')
  expect(clientOf(await pick(12, { clientEmail: ' Ana@Acme.example ' }))).toBe('Acme')
  expect(clientOf(await pick(13, {}))).toBeNull()
  await store.clients.read([{ ...other, email: 'ana@acme.example' }])
  expect(clientOf(await pick(14, { clientEmail: 'ana@acme.example' }))).toBeNull()
})

test('what is set here stands until its row was told, then the row wins again', async () => {
  await store.clients.read([ACME])
  const [client] = await store.clients.list()
  const id = client?.id ?? ''
  await store.clients.set(id, { currency: 'USD', billing: 'invoice' }, 'cli:ana')
  await store.clients.read([ACME])
  expect(await store.clients.get(id)).toMatchObject({ currency: 'USD', billing: 'invoice' })
  const effects = await store.outbox.claim('notion', 'all')
  expect(effects.map(({ body }) => body)).toEqual([
    { kind: 'client', pageId: 'page-acme', change: { currency: 'USD', billing: 'invoice' } },
  ])
  await store.outbox.delivered(effects, null, null)
  await store.clients.read([ACME])
  expect(await store.clients.get(id)).toMatchObject({ currency: 'EUR', billing: null })
})
