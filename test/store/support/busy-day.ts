import { afterFailure } from '../../../src/domain/after-failure.ts'
import { LEASE_MS } from '../../../src/kernel/lease.ts'
import {
  aCall,
  ANY,
  addTo,
  aJudgement,
  anOutput,
  aPage,
  aRun,
  aSettlement,
  FAILED_SERVICE,
  NO_CAPS,
  SERVICE,
  TO_DONE,
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
