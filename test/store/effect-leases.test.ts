/** Who has which effect in hand: a lease is kept by renewing it, and only one that is over is taken back. */
import { isBoardEffect } from '../../src/domain/board-effects.ts'
import { expect, test } from 'vitest'
import { LEASE_MS } from '../../src/kernel/lease.ts'
import type { Effect } from '../../src/store/effect-rows.ts'
import type { Store } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import { aPage, aRun, claimFrom, testStore, TO_FAILED } from '../support/store.ts'

/** Picks a page up, which leaves its untick to be written. */
async function pickUp(store: Store, pageId: string): Promise<void> {
  expect(await store.pickUps.pickUp(aPage(pageId), aRun({ cause: 'tick' }))).toMatchObject({ kind: 'queued' })
}

/** A refusal, whatever of. */
const REFUSED = { error: 'refused', notBeforeMs: 0, uncertain: false, lookedUp: false } as const

/** What is given out next, by its target and kind. */
async function handedTo(store: Store): Promise<string[]> {
  return (await store.outbox.claim('notion', 'all')).map(({ target, kind }) => `${target}: ${kind}`)
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
  // What is to stay comes before states in between.
  expect(await handedTo(slow)).toEqual([`log/${run.id}: log`])
  expect(await handedTo(slow)).toEqual(['page: page', 'page: page'])
  await files.clock.advance(2)
  expect(await other.claims.recover()).toBe(1)
  expect(await other.runs.get(run.id)).toMatchObject({ state: 'queued', owner: null })
  // Of the page itself nothing is given out, not even what is newer.
  expect(await handedTo(other)).toEqual([])
})

test('a lease that is renewed is kept; one that is lost is not renewed', async () => {
  const files = testStore()
  const slow = files.open('slow')
  const other = files.open('other')
  await pickUp(slow, 'page')
  const effects = await slow.outbox.claim('notion', 'all')
  for (let times = 0; times < 3; times += 1) {
    await files.clock.advance(LEASE_MS - 1)
    expect(await slow.outbox.renew(effects)).toBe(true)
  }
  await other.claims.recover()
  expect(await other.outbox.claim('notion', 'all')).toEqual([])
  await files.clock.advance(LEASE_MS + 1)
  await other.claims.recover()
  expect(await handedTo(other)).toEqual(['page: page'])
  expect(await slow.outbox.renew(effects)).toBe(false)
})

test('what is brought back from the dead waits for what is being sent to its target, and says only what is unsaid', async () => {
  const files = testStore()
  const slow = files.open('slow')
  const other = files.open('other')
  await pickUp(slow, 'page')
  const picked = await slow.outbox.claim('notion', 'all')
  await slow.outbox.failed(picked, { ...REFUSED, dead: 'target' })
  const { run } = await claimFrom(slow)
  // The row of the log, which is to stay, comes before the state in between.
  const sending = await slow.outbox.delivered(await slow.outbox.claim('notion', 'all'), null, 'all')
  expect(sending.map(({ target }) => target)).toEqual(['page'])

  expect(await other.effects.revive('notion', 'page')).toBe(1)
  const handed = await handedTo(other)
  expect(handed.filter(one => one.startsWith('page'))).toEqual([])
  await slow.outbox.delivered(sending, null, null)
  const [back] = await other.outbox.claim('notion', 'all')
  // Status, Run ID and the rest were said by what came after it.
  expect(back?.body).toEqual({
    kind: 'page',
    pageId: 'page',
    change: { summary: null, untick: true, clearDecision: true },
  })
  expect(back?.uncertain).toBe(true)
  expect(await other.pickUps.tickState('page')).toMatchObject({ kind: 'same-tick' })
  await other.outbox.delivered(back === undefined ? [] : [back], null, null)
  expect(await other.pickUps.tickState('page')).toEqual({ kind: 'waits', runId: run.id })
})

test('what is written again does not touch what is being sent, nor go back behind something newer', async () => {
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
  const jobs = rowsOf<{ id: string }>(files.path, `SELECT id FROM effects WHERE kind = 'job' ORDER BY seq`)
  const [{ id: taskId } = { id: '' }] = rowsOf<{ id: string }>(files.path, 'SELECT id FROM tasks')
  await other.rebuild.again({ taskId, keys: [], effectIds: jobs.map(({ id }) => id), forget: [] })
  expect(await handedTo(other)).toEqual([])
  await slow.outbox.delivered(sending, null, null)
  expect(rowsOf(files.path, `SELECT key FROM effects WHERE state <> 'done'`)).toEqual([])
})

/** Delivers everything up to the row of the Job Log with this status, which is left in hand. */
async function claimUntil(store: Store, status: string): Promise<Effect[]> {
  for (;;) {
    const effects = await store.outbox.claim('notion', 'all')
    if (effects.flatMap(jobStatus).includes(status)) return effects
    if (effects.length === 0) throw new Error(`there is no row with ${status}`)
    await store.outbox.delivered(effects, null, null)
  }
}

function jobStatus({ body }: Effect): string[] {
  return isBoardEffect(body, 'job') ? [body.row.status] : []
}
