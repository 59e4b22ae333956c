/** Who has which effect in hand: a lease is kept by renewing it, and only one that is over is taken back. */
import { expect, test } from 'vitest'
import { LEASE_MS } from '../../src/kernel/lease.ts'
import type { Effect } from '../../src/store/outbox.ts'
import type { Store } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import { aPage, aRun, claimFrom, testStore, TO_FAILED } from '../support/store.ts'

/** Picks a page up, which leaves its untick to be written. */
async function pickUp(store: Store, pageId: string): Promise<void> {
  expect(await store.pickUps.pickUp(aPage(pageId), aRun({ cause: 'tick' }))).toMatchObject({ kind: 'queued' })
}

/** What is given out next, by its target and kind. */
async function handedTo(store: Store): Promise<string[]> {
  return (await store.outbox.claim()).map(({ target, kind }) => `${target}: ${kind}`)
}

test('of a process that lives, only the effects whose lease is over are taken back', async () => {
  const files = testStore()
  const slow = files.open('slow')
  const other = files.open('other')
  await pickUp(slow, 'early')
  expect(await handedTo(slow)).toEqual(['early: page'])
  await files.clock.advance(LEASE_MS - 1)
  await pickUp(slow, 'late')
  expect(await handedTo(slow)).toEqual(['late: page'])
  await files.clock.advance(2)
  await other.claims.recover()
  expect([await handedTo(other), await handedTo(other)]).toEqual([['early: page'], []])
})

test('a run that is taken back from a process that lives leaves it the effects it is sending', async () => {
  const files = testStore()
  const slow = files.open('slow')
  const other = files.open('other')
  await pickUp(slow, 'page')
  const { run } = await claimFrom(slow)
  await files.clock.advance(LEASE_MS - 1)
  expect(await handedTo(slow)).toEqual(['page: page', 'page: page'])
  await files.clock.advance(2)
  expect(await other.claims.recover()).toBe(1)
  expect(await other.runs.get(run.id)).toMatchObject({ state: 'queued', owner: null })
  // The log row is another target; of the page itself nothing is given out, not even what is newer.
  expect([await handedTo(other), await handedTo(other)]).toEqual([[`log/${run.id}: log`], []])
})

test('a lease that is renewed is kept; one that is lost is not renewed', async () => {
  const files = testStore()
  const slow = files.open('slow')
  const other = files.open('other')
  await pickUp(slow, 'page')
  const effects = await slow.outbox.claim()
  for (let times = 0; times < 3; times += 1) {
    await files.clock.advance(LEASE_MS - 1)
    expect(await slow.outbox.renew(effects)).toBe(true)
  }
  await other.claims.recover()
  expect(await other.outbox.claim()).toEqual([])
  await files.clock.advance(LEASE_MS + 1)
  await other.claims.recover()
  expect(await handedTo(other)).toEqual(['page: page'])
  expect(await slow.outbox.renew(effects)).toBe(false)
})

test('rows that are recorded anew are written in their order, also those that are just being sent', async () => {
  const files = testStore()
  const slow = files.open('slow')
  const other = files.open('other')
  await pickUp(slow, 'page')
  const { claim } = await claimFrom(slow)
  const held = {
    kind: 'held',
    settlement: null,
    hold: { needNano: 0, reason: 'cap', notBeforeMs: 0 },
  } as const
  await slow.stages.finish(claim, held, null)
  await slow.runs.releaseHeld({ taskNano: null, clientMonthNano: null, dayNano: null, monthNano: null })
  const again = await claimFrom(slow)
  await slow.stages.finish(again.claim, { kind: 'rested', settlement: null, next: TO_FAILED }, null)
  const sending = await claimUntil(slow, 'Failed-Final')

  await other.outbox.rebuildLogs()
  const jobs: string[] = []
  for (let effects = await other.outbox.claim(); effects.length > 0; effects = await other.outbox.claim()) {
    // The answer to what was being sent comes in between.
    if (jobs.length === 0) await slow.outbox.done(sending, null, false)
    jobs.push(...effects.flatMap(jobStatus))
    await other.outbox.done(effects, null, false)
  }
  expect(jobs).toEqual(['Held', 'Failed-Final'])
  expect(rowsOf(files.path, `SELECT key FROM effects WHERE state <> 'done'`)).toEqual([])
})

/** Delivers everything up to the row of the Job Log with this status, which is left in hand. */
async function claimUntil(store: Store, status: string): Promise<Effect[]> {
  for (;;) {
    const effects = await store.outbox.claim()
    if (effects.flatMap(jobStatus).includes(status)) return effects
    if (effects.length === 0) throw new Error(`there is no row with ${status}`)
    await store.outbox.done(effects, null, false)
  }
}

function jobStatus({ body }: Effect): string[] {
  return body.kind === 'job' ? [body.row.status] : []
}
