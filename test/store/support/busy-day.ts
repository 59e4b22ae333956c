import { afterFailure } from '../../../src/domain/after-failure.ts'
import { newClient } from '../../../src/domain/client.ts'
import { LEASE_MS } from '../../../src/kernel/lease.ts'
import { finishRun } from '../../roles/support/finished-run.ts'
import { billedRow, eur } from '../../support/bills.ts'
import type { Store } from '../../../src/store/index.ts'
import {
  aCall,
  ANY,
  addTo,
  aJudgement,
  anOutput,
  aPage,
  aRun,
  aSettlement,
  claimFrom,
  FAILED_SERVICE,
  NO_CAPS,
  SERVICE,
  TO_DONE,
  TO_FAILED,
  TO_JUDGE,
  type TestStore,
} from '../../support/store.ts'

const WRONG = { errorClass: 'transient', reason: 'down', retryAfterMs: null, jitter: 0.5 } as const
const FAILURE = { error: 'x', notBeforeMs: 0, uncertain: true, lookedUp: false, dead: null } as const
const DATABASE = { key: 'queue', databaseId: 'd', dataSourceId: 's', properties: {} }

/** Some of every kind of change. */
export async function busyDay({ clock, machine, ...files }: TestStore): Promise<void> {
  const store = files.open('first')
  await store.records.end(await store.records.begin('poll', 'cli:ana'), 'ok', null)
  for (const slotMs of [0, 60_000]) {
    const begun = await store.records.beginSlot('poll', 'job:poll', { job: 'poll', slotMs, ends: ['ok'] })
    await store.records.endIdle(begun ?? '')
  }
  await store.accounts.bind({ service: 'notion', identity: 'w', label: 'W', credential: 'k' }, false)
  await store.notion.saveDatabases([DATABASE])
  await store.pickUps.setMark('ticked rows', 'cursor')
  await store.rates.take('notion', 2, 2.5)
  await store.proofCalls.book(aCall({ id: 'call_p' }), NO_CAPS)
  await store.proofCalls.settle(aSettlement('call_p'))
  await store.proofs.save([
    {
      subject: 'openai',
      outcome: 'proved',
      detail: 'ok',
      fix: null,
      answered: { use: SERVICE, startedMs: 0 },
    },
  ])
  await webhooks(store)
  await store.queue.pause('lunch')
  await store.queue.resume()
  const { taskId } = await addTo(store, { client: 'Acme' })
  await store.pickUps.pickUp(aPage('page-1'), aRun({ cause: 'tick', actor: 'notion' }))
  await store.locks.hold('pick-up', () => clock.advance(1))
  let next = await store.claims.claim(ANY)
  for (let turn = 0; next !== null && turn < 2; turn += 1) {
    const { claim } = next
    await store.claims.renew(claim)
    const call = aCall({ id: `call_${String(turn)}` })
    await store.stages.reserve(claim, call, NO_CAPS)
    const output = anOutput({ id: `out_${String(turn)}` })
    const settlement = aSettlement(call.id)
    const written = { kind: 'written', settlement, output, next: TO_JUDGE } as const
    next = (await store.stages.finish(claim, written, ANY)).next
    if (next === null) break
    const second = aCall({ id: `call_j${String(turn)}`, stage: 'judge' })
    await store.stages.reserve(next.claim, second, NO_CAPS)
    const judged = aJudgement(output.id, { id: `jdg_${String(turn)}` })
    const end = { kind: 'judged', settlement: aSettlement(second.id), judgement: judged } as const
    next = (await store.stages.finish(next.claim, { ...end, next: TO_DONE }, ANY)).next
  }
  await store.decisions.retry(taskId, aRun({ cause: 'retry' }))
  const failing = await store.claims.claim(ANY)
  if (failing !== null) {
    const failure = { ...WRONG, service: FAILED_SERVICE }
    await store.stages.finish(
      failing.claim,
      { kind: 'failed', decide: afterFailure, settlement: null, failure },
      null,
    )
  }
  await store.pauses.resume(SERVICE.service)
  for (let tries = 0; tries < 6; tries += 1) {
    const effects = await store.outbox.claim('notion', 'all')
    await store.outbox.renew(effects)
    if (tries === 1) await store.outbox.failed(effects, { ...FAILURE, dead: 'target' })
    else if (tries === 2) await store.outbox.failed(effects, FAILURE)
    else await store.outbox.delivered(effects, { key: `k${String(tries)}`, outsideId: 'o' }, null)
  }
  await store.effects.reviveAll()
  await store.decisions.cancel(taskId, 'cli:ana')
  await store.outbox.claim('notion', 'all')
  machine.kill('first')
  await clock.advance(LEASE_MS)
  await files.open('second').claims.recover()
  store.close()
}

/** Of two services: worked, put off, verified late, given up, and refused. */
async function webhooks(store: Store): Promise<void> {
  const event = {
    id: 'evt_1',
    key: 'evt_1',
    type: 'charge.refunded',
    thing: { kind: 'charge', id: 'ch_1' },
    isLive: false,
    atMs: 0,
    ignored: null,
  }
  await store.webhooks.take('stripe', { kind: 'event', event })
  for (const body of ['{"a":1}', '{"a":2}']) {
    await store.webhooks.take('paypal', { kind: 'unverified', raw: { body, headers: {} }, why: 'unknown' })
  }
  const [stripe, late, false_] = await store.webhooks.due(9)
  await store.webhooks.failed(stripe?.id ?? '', 'down', 0)
  await store.webhooks.worked(stripe?.id ?? '')
  await store.webhooks.verified(late?.id ?? '', { ...event, id: 'WH-1', key: 'WH-1' })
  await store.webhooks.failed(false_?.id ?? '', 'false', null)
  await store.webhooks.refused('stripe', 'signature', 2)
}

/** What the auto-operator does, and the hour that it tells of. */
async function healed(store: Store, words: string): Promise<void> {
  const begun = await store.operate.beginHealing('redeliver', 'notion', 1)
  if (begun.kind === 'begun') await store.operate.endHealing(begun.id, { outcome: 'failed', detail: words })
  await store.operate.recordHeartbeat('notion', {
    atMs: 0,
    ok: true,
    jobs: 0,
    averageScore: null,
    lowScores: 0,
    commit: 'c',
    branch: words,
    notes: words,
  })
}

const POLICY = {
  rules: { repeatMs: LEASE_MS, calmMs: LEASE_MS, quietHours: null },
  channels: ['journal'],
} as const

/** Something of every kind of change that is audited; whatever a person or a service says are these words. */
export async function auditedDay(files: TestStore, words: string): Promise<void> {
  const store = files.open('first')
  await store.records.end(await store.records.begin('task add', 'cli:ana'), 'refused', words)
  await files.clock.advance(1)
  await store.records.end(await store.records.begin('task add', 'cli:ana'), 'ok', null)
  await store.telemetry.forgetBefore('record', files.clock.now(), 1)
  await store.accounts.bind({ service: 'notion', identity: 'w', label: words, credential: 'k' }, false)
  await store.notion.saveDatabases([
    { ...DATABASE, properties: { a: { id: 'i', name: words, type: 'title' } } },
  ])
  await store.proofCalls.book(aCall({ id: 'call_p' }), NO_CAPS)
  await store.proofCalls.settle(aSettlement('call_p', { error: words, note: words }))
  await store.queue.pause(words)
  await store.queue.resume()
  await links(store, words)
  await decisions(store, words)
  await failures(store, words)
  await writes(store, words)
  await alerts(store, words)
  await healed(store, words)
  await store.clients.read([
    { ...newClient(words), pageId: words, email: words, address: words, country: words },
  ])
  await store.clients.add(words, { notes: words, taxId: words, language: words }, 'cli:ana')
  await paid(store, words)
  await byBank(store, words)
  await mailed(store, words)
  await store.chats.stranger('telegram', { user: '1', chat: '1' })
  await addTo(store, { title: words })
  await claimFrom(store)
  files.machine.kill('first')
  await files.open('second').claims.recover()
}

/** A payment that nobody knows, some of which went back, and which a bank asks about. */
async function paid(store: Store, words: string): Promise<void> {
  const amount = { currency: 'EUR', minor: 100 }
  const of = { id: words, amount, reason: words, atMs: 1 }
  const facts = {
    id: words,
    isLive: false,
    amount,
    state: 'paid',
    linkId: words,
    ids: { link: words },
    fee: null,
    atMs: 1,
    refunds: [{ ...of, state: 'succeeded', ours: null }],
    disputes: [{ ...of, state: 'needs_response', dueMs: 2 }],
  } as const
  const { id } = await store.payments.record('stripe', facts, { by: 'webhook', askedMs: 1 })
  await store.payments.doubt(id)
  await refunds(store, { paymentId: id, reason: words })
}

/** Of another payment: given up, refused, and given back. */
async function refunds(
  store: Store,
  { paymentId, reason }: { readonly paymentId: string; readonly reason: string },
): Promise<void> {
  const known = await store.payments.get(paymentId)
  if (known === null) return
  const { amount, state } = known
  const facts = { id: 'pi_2', isLive: false, amount, state, linkId: null, ids: {}, fee: null, atMs: 1 }
  const none = { refunds: [], disputes: [] }
  const of = await store.payments.record('stripe', { ...facts, ...none }, { by: 'scan', askedMs: 1 })
  const planned = async (): Promise<string> => {
    const plan = await store.refunds.plan({ paymentId: of.id, amount, reason })
    return plan.kind === 'planned' ? plan.refund.id : ''
  }
  await store.refunds.cancel(await planned())
  const leave = { ceilings: { each: [], aDay: [] }, repeated: null }
  const refused = await planned()
  await store.refunds.send(refused, leave)
  await store.refunds.refuse(refused, reason)
  const made = await planned()
  await store.refunds.send(made, leave)
  const back = { id: 're_2', amount, state: 'succeeded', ours: made, reason, atMs: 2 } as const
  await store.refunds.record(made, back)
}

/** Results that are mailed: by hand, and by themselves. */
async function mailed(store: Store, words: string): Promise<void> {
  const clientRow = { ...newClient(words), pageId: 'page-mailed', email: `${words}@example.com` }
  const terms = { prices: [], billing: 'link', rates: {}, send: 'on-done' } as const
  const page = { ...aPage('page-mail'), title: words, clientRow }
  const picked = await store.pickUps.pickUp(page, aRun({ cause: 'tick', terms }))
  await finishRun(store)
  await store.mailings.askWanted('smtp', false)
  const wish = { service: 'smtp', makesLinks: false, isAgain: true }
  if (picked.kind === 'queued') await store.mailings.send(picked.taskId, wish, 'cli:ana')
  const report = {
    to: [{ name: words, address: 'ana@example.com' }],
    subject: words,
    text: words,
    html: null,
    files: [],
  }
  await store.reports.mail('report_executive_2026-11-30', { service: 'smtp', mail: report }, 'cli:ana')
}

/** Money that came by bank, and did not. */
async function byBank(store: Store, words: string): Promise<void> {
  const taskId = await billedRow(store, eur(4990), 'page-bank')
  const [bill] = await store.bills.ofTask(taskId)
  const hand = { amount: eur(1000), paidMs: 0, reference: words, isForced: false }
  const recorded = await store.payments.recordByHand(bill?.id ?? '', hand)
  if (recorded.kind === 'recorded') await store.payments.withdraw(recorded.id, words)
}

/** A payment link that is made, and whose money is to be taken; and one that is refused. */
async function links(store: Store, words: string): Promise<void> {
  const taskId = await billedRow(store, eur(4990), 'page-links')
  await store.links.ask({ service: 'stripe', isLive: false })
  const url = 'https://pay.example/1'
  const open = { id: words, url, isLive: false, state: 'open', payments: [], refusal: words } as const
  await store.outbox.delivered(await store.outbox.claim('stripe', 'all'), { link: open, askedMs: 1 }, null)
  const [bill] = await store.bills.ofTask(taskId)
  const [link] = await store.links.ofBill(bill?.id ?? '')
  await store.payments.intendCapture(link?.id ?? '')
  await store.links.look(link?.id ?? '', { ...open, state: 'expired' }, { by: 'scan', askedMs: 1 })
  await store.links.ask({ service: 'stripe', isLive: false })
  const refused = { ...FAILURE, error: words, dead: 'refused' } as const
  await store.outbox.failed(await store.outbox.claim('stripe', 'all'), refused)
  await store.accounts.bind({ service: 'stripe', identity: 'a', label: words, credential: 'k' }, false)
  await store.accounts.release('stripe')
}

/** A text that is returned, and its revision that is accepted. */
async function decisions(store: Store, words: string): Promise<void> {
  const { taskId } = await addTo(store, { title: words, brief: words, client: words })
  for (const decide of ['return', 'approve'] as const) {
    const { claim, stage } = await claimFrom(store)
    const call = aCall({ id: `call_${decide}` })
    await store.stages.reserve(claim, call, NO_CAPS)
    await store.stages.settle(aSettlement(call.id, { certainty: 'unknown', error: words }))
    const writing = stage === 'revise' ? stage : 'generate'
    const output = anOutput({ id: `out_${decide}`, stage: writing, text: words, refusal: words })
    const settlement = aSettlement(call.id, { note: words })
    await store.stages.finish(claim, { kind: 'written', settlement, output, next: TO_JUDGE }, null)
    const judged = await claimFrom(store)
    const second = aCall({ id: `call_j${decide}`, stage: 'judge' })
    await store.stages.reserve(judged.claim, second, NO_CAPS)
    const judgement = aJudgement(output.id, { id: `jdg_${decide}`, flaw: words, verdict: null })
    const next = { ...TO_DONE, state: 'waiting_human', reason: words } as const
    await store.stages.finish(
      judged.claim,
      { kind: 'judged', settlement: aSettlement(second.id), judgement, next },
      null,
    )
    if (decide === 'return') await store.decisions.returnTask(taskId, words, 'cli:ana')
    else await store.decisions.approve(taskId, 'cli:ana')
  }
}

/** Runs that fail, are repeated, let be, held and cancelled; and a service that refuses its key. */
async function failures(store: Store, words: string): Promise<void> {
  const { taskId, runId } = await addTo(store, { title: words, brief: words })
  const fail = async (): Promise<void> => {
    const { claim } = await claimFrom(store)
    await store.stages.finish(
      claim,
      { kind: 'rested', settlement: null, next: { ...TO_FAILED, reason: words } },
      null,
    )
  }
  await fail()
  await store.replays.queue(taskId, { replayOf: runId, most: null, run: aRun({ cause: 'replay' }) })
  await fail()
  await store.decisions.dismiss(taskId, 'cli:ana')
  await store.decisions.retry(taskId, aRun({ cause: 'retry' }))
  const { claim } = await claimFrom(store)
  const hold = { needNano: 1, reason: words, notBeforeMs: 0 }
  await store.stages.finish(claim, { kind: 'held', settlement: null, hold }, null)
  await store.runs.releaseHeld(NO_CAPS)
  const again = await claimFrom(store)
  const failure = {
    ...WRONG,
    errorClass: 'credential',
    reason: words,
    service: { ...FAILED_SERVICE, hint: words },
  } as const
  await store.stages.finish(
    again.claim,
    { kind: 'failed', decide: afterFailure, settlement: null, failure },
    null,
  )
  await store.pauses.resume(SERVICE.service)
  await store.decisions.cancel(taskId, 'cli:ana')
}

/** What is written to Notion, dies there, and is written again or given up. */
async function writes(store: Store, words: string): Promise<void> {
  const page = {
    ...aPage('page-1'),
    title: words,
    brief: words,
    client: words,
    clientEmail: `${words}@example.com`,
  }
  const picked = await store.pickUps.pickUp(page, aRun({ cause: 'tick', actor: 'notion' }))
  const die = async (): Promise<string> => {
    const effects = await store.outbox.claim('notion', 'all')
    await store.outbox.failed(effects, { ...FAILURE, error: words, dead: 'target' })
    return effects[0]?.id ?? ''
  }
  await store.effects.retry(await die(), 'cli:ana')
  await die()
  await store.effects.reviveAll()
  await store.effects.dismiss(await die(), 'cli:ana')
  if (picked.kind !== 'queued') return
  await store.rebuild.again({ taskId: picked.taskId, keys: ['status'], effectIds: [], forget: [] })
  await store.outbox.delivered(await store.outbox.claim('notion', 'all'), null, null)
  await store.decisions.cancel(picked.taskId, 'cli:ana')
}

async function alerts(store: Store, words: string): Promise<void> {
  const bad = {
    key: 'k',
    cause: words,
    severity: 'critical',
    state: 'bad',
    message: words,
    next: words,
  } as const
  await store.alerts.observe({ observations: [bad], complete: [] }, POLICY)
  const [alert] = await store.alerts.open()
  await store.alerts.snooze(alert?.id ?? '', Number.MAX_SAFE_INTEGER, 'cli:ana')
  await store.alerts.acknowledge(alert?.id ?? '', 'cli:ana')
  await store.unitFailures.record({
    unit: 'echopilot-poll.service',
    result: words,
    exitCode: '1',
    lines: words,
  })
}
