/** Mails of accepted results: recorded once a run, with the change that wants them. */
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { isMail, type Mail } from '../../src/domain/mail.ts'
import { newClient, type ClientFacts } from '../../src/domain/client.ts'
import type { PriceTerms } from '../../src/domain/billing.ts'
import type { Store } from '../../src/store/index.ts'
import { finishRun } from '../roles/support/finished-run.ts'
import { eur } from '../support/bills.ts'
import { rowsOf } from '../support/books.ts'
import { addTo, aPage, aRun, testStore, type TestStore } from '../support/store.ts'

const BY_HAND = { service: 'smtp', makesLinks: false, isAgain: false } as const

interface Work {
  readonly client?: Partial<ClientFacts>
  readonly terms?: Partial<PriceTerms>
}

/** A row of the board that is done and costs 49.90 EUR. */
async function work(
  store: Store,
  { client = {}, terms = {} }: Work = {},
  pageId = 'page-1',
): Promise<string> {
  const clientRow = {
    ...newClient('Acme'),
    pageId: 'page-acme',
    email: 'ana@acme.example',
    currency: 'EUR',
    ...client,
  }
  const page = { ...aPage(pageId), price: eur(4990), clientRow, clientEmail: null }
  const run = aRun({ cause: 'tick', terms: { prices: [], billing: 'link', rates: {}, ...terms } })
  const picked = await store.pickUps.pickUp(page, run)
  if (picked.kind !== 'queued') throw new Error('it was not picked up')
  await finishRun(store)
  return picked.taskId
}

/** The row is ticked again, and done again with the same text. */
async function workAgain(store: Store): Promise<void> {
  const db = new Database(store.facts.path)
  db.exec('UPDATE ticks SET confirmed = 1')
  const clientRow = { ...newClient('Acme'), pageId: 'page-acme', email: 'ana@acme.example', currency: 'EUR' }
  const terms = { prices: [], billing: 'link', rates: {}, send: 'on-done' } as const
  await store.pickUps.pickUp(
    { ...aPage('page-1'), price: eur(4990), clientRow },
    aRun({ cause: 'tick', terms }),
  )
  await finishRun(store)
  db.close()
}

async function openLinks(store: Store): Promise<void> {
  await store.links.ask({ service: 'stripe', isLive: false })
  const link = {
    id: 'plink_1',
    url: 'https://pay.example/1',
    isLive: false,
    state: 'open',
    payments: [],
    refusal: null,
  } as const
  await store.outbox.delivered(await store.outbox.claim('stripe', 'all'), { link, askedMs: 1 }, null)
}

async function mailsOf(store: Store, service = 'smtp'): Promise<Mail[]> {
  const mails: Mail[] = []
  for (;;) {
    const effects = await store.outbox.claim(service, 'all')
    if (effects.length === 0) return mails
    mails.push(...effects.map(({ body }) => body).filter(isMail))
    await store.outbox.delivered(effects, { key: effects[0]?.key ?? '', outsideId: 'o' }, null)
  }
}

const entriesOf = ({ path }: TestStore): unknown[] =>
  rowsOf<{ body: string }>(path, `SELECT body FROM receipt_entries WHERE kind = 'mail' ORDER BY seq`).map(
    ({ body }) => JSON.parse(body) as unknown,
  )

test('an accepted result is mailed once, with its link, and its receipt says so', async () => {
  const files = testStore()
  const store = files.open('first')
  const taskId = await work(store)
  await openLinks(store)
  const sent = await store.mailings.send(taskId, BY_HAND, 'cli:ana')
  expect(sent).toMatchObject({
    kind: 'recorded',
    mailing: { number: 1, address: 'ana@acme.example', sentMs: null },
  })
  expect(await store.mailings.send(taskId, BY_HAND, 'cli:ana')).toMatchObject({ kind: 'before' })
  const [mail, ...others] = await mailsOf(store)
  expect(others).toEqual([])
  expect(mail).toMatchObject({ to: [{ name: 'Acme', address: 'ana@acme.example' }] })
  expect(mail?.text).toContain('https://pay.example/1')
  const [mailing] = await store.mailings.ofTask(taskId)
  expect(mailing?.sentMs).not.toBeNull()
  expect(entriesOf(files)).toMatchObject([
    { state: 'asked', number: 1 },
    { state: 'sent', service: 'smtp' },
  ])
  const again = await store.mailings.send(taskId, { ...BY_HAND, isAgain: true }, 'cli:ana')
  expect(again).toMatchObject({ kind: 'recorded', mailing: { number: 2 } })
  expect(await mailsOf(store)).toHaveLength(1)
})

test('where a link is made, the mail waits for it; where none is, it does not', async () => {
  const store = testStore().open('first')
  const taskId = await work(store)
  const wish = { ...BY_HAND, makesLinks: true }
  expect(await store.mailings.send(taskId, wish, 'cli:ana')).toEqual({ kind: 'awaits link' })
  expect(await store.mailings.ofTask(taskId)).toEqual([])
  expect(await store.mailings.send(taskId, BY_HAND, 'cli:ana')).toMatchObject({ kind: 'recorded' })
  expect((await mailsOf(store))[0]?.text).not.toContain('pay')
})

test.each([
  ['no address', { email: null }],
  ['what is no address', { email: 'ana, ben@acme.example' }],
])('a client with %s is not mailed', async (_name, client) => {
  const store = testStore().open('first')
  const taskId = await work(store, { client, terms: { send: 'on-done' } })
  expect(await store.mailings.send(taskId, BY_HAND, 'cli:ana')).toEqual({ kind: 'no address' })
  expect(await store.mailings.ofTask(taskId)).toEqual([])
  const run = (await store.runs.ofTask(taskId))[0]
  expect((await store.runs.events(run?.id ?? '')).map(({ what }) => what)).toContain(
    'not mailed: its client has no e-mail address',
  )
})

test('what is not accepted is not mailed', async () => {
  const store = testStore().open('first')
  const { taskId } = await addTo(store)
  expect(await store.mailings.send(taskId, BY_HAND, 'cli:ana')).toEqual({ kind: 'not accepted' })
})

test('by itself: wanted with the acceptance, asked for once its link is made, and the same text not twice', async () => {
  const files = testStore()
  const store = files.open('first')
  const taskId = await work(store, { terms: { send: 'on-done' } })
  expect(await store.mailings.ofTask(taskId)).toMatchObject([{ askedMs: null }])
  expect(await store.mailings.askWanted('smtp', true)).toBe(0)
  await openLinks(store)
  expect(await store.mailings.askWanted('smtp', true)).toBe(1)
  expect(await store.mailings.askWanted('smtp', true)).toBe(0)
  const [mail] = await mailsOf(store)
  expect(mail?.text).toContain('https://pay.example/1')
  await workAgain(store)
  expect(await store.mailings.ofTask(taskId)).toHaveLength(1)
  // As if the client had had another text.
  const db = new Database(files.path)
  db.exec(`UPDATE outputs SET digest = 'other' WHERE id IN (SELECT output_id FROM mailings)`)
  db.close()
  await workAgain(store)
  expect(await store.mailings.ofTask(taskId)).toHaveLength(2)
})

test('by hand, one that waits for its link is the one that is sent', async () => {
  const store = testStore().open('first')
  const taskId = await work(store, { terms: { send: 'on-done' } })
  expect(await store.mailings.send(taskId, BY_HAND, 'cli:ana')).toMatchObject({ mailing: { number: 1 } })
  expect(await store.mailings.askWanted('smtp', false)).toBe(0)
  expect(await mailsOf(store)).toHaveLength(1)
})

test('a refused link holds no mail up', async () => {
  const store = testStore().open('first')
  await work(store, { terms: { send: 'on-done' } })
  await store.links.ask({ service: 'stripe', isLive: false })
  const failure = { error: 'no', notBeforeMs: 0, uncertain: false, lookedUp: false, dead: 'refused' } as const
  await store.outbox.failed(await store.outbox.claim('stripe', 'all'), failure)
  expect(await store.mailings.askWanted('smtp', true)).toBe(1)
  expect((await mailsOf(store))[0]?.text).not.toContain('pay')
})
