/** Payment links as the store records them: asked for, made, refused, ended, replaced and closed. */
import { beforeEach, expect, test } from 'vitest'
import type { LinkState, PaymentFacts, PayState } from '../../src/domain/payment.ts'
import type { Effect } from '../../src/store/effect-rows.ts'
import type { Store } from '../../src/store/index.ts'
import type { Link } from '../../src/store/link-rows.ts'
import type { LinkMaker } from '../../src/store/links.ts'
import { billedRow, eur } from '../support/bills.ts'
import { rowsOf } from '../support/books.ts'
import { parseDocument } from '../support/document.ts'
import { testStore, type TestStore } from '../support/store.ts'

const TEST_MODE: LinkMaker = { service: 'stripe', isLive: false }

let files: TestStore
let store: Store
let taskId: string

beforeEach(async () => {
  files = testStore()
  store = files.open('first')
  taskId = await billed(4990)
})

const billed = async (minor: number): Promise<string> => billedRow(store, eur(minor))

/** The links of the task, told as `1.1 open`: of which bill, the how many-th, in which state. */
async function links(): Promise<Link[]> {
  const bills = await store.bills.ofTask(taskId)
  return (await Promise.all(bills.map(async ({ id }) => store.links.ofBill(id)))).flat()
}

async function told(): Promise<string[]> {
  const bills = await store.bills.ofTask(taskId)
  return (await links()).map(({ billId, number, state }) => {
    const bill = bills.find(({ id }) => id === billId)
    return `${String(bill?.number)}.${String(number)} ${state}`
  })
}

function seen(state: PayState, id = 'plink_1'): LinkState {
  return { id, url: `https://pay.example/${id}`, isLive: false, state, payments: [], refusal: null }
}

const claim = async (from = store): Promise<Effect[]> => from.outbox.claim('stripe', 'all')

/** Delivers what is due next at the service, which shows this of the link. */
async function deliver(state: PayState, id?: string): Promise<void> {
  await store.outbox.delivered(await claim(), { link: seen(state, id), askedMs: 0 }, null)
}

/** The service is asked how it stands with the first link. */
async function look(facts: LinkState): Promise<void> {
  await store.links.look((await links())[0]?.id ?? '', facts, { by: 'scan', askedMs: 0 })
}

async function refuse(error: string): Promise<void> {
  const end = { error, notBeforeMs: 0, uncertain: true, lookedUp: false, dead: 'refused' } as const
  await store.outbox.failed(await claim(), end)
}

/** What the row of the task is told of payment, newest last. */
function rowTold(): unknown[] {
  const sql = `SELECT json_extract(body, '$.change') AS change FROM effects WHERE kind = 'page' ORDER BY seq`
  return rowsOf<{ change: string }>(files.path, sql).flatMap(({ change }) => {
    const { paymentStatus, paymentLink } = parseDocument(change)
    return paymentStatus === undefined ? [] : [{ paymentStatus, paymentLink }]
  })
}

test('a bill that waits to be paid gets one link, by one effect, however many processes ask', async () => {
  const other = files.open('second')
  const asked = await Promise.all([store.links.ask(TEST_MODE), other.links.ask(TEST_MODE)])
  expect(new Set(asked)).toEqual(new Set([0, 1]))
  expect(await store.links.ask(TEST_MODE)).toBe(0)
  const [link] = await links()
  expect(link).toMatchObject({ state: 'asked', service: 'stripe', isLive: false, amount: eur(4990) })
  const [effect, ...more] = await claim()
  expect(more).toEqual([])
  expect(effect).toMatchObject({
    key: `${link?.id ?? ''}/payment-link/1`,
    body: { kind: 'payment-link', title: 'Note', ids: { link: link?.id, bill: link?.billId, task: taskId } },
  })
  expect(await claim(other)).toEqual([])
})

test('a link that was made stands on the row, in the row of its run, and in the receipt', async () => {
  await store.links.ask(TEST_MODE)
  expect(rowTold()).toEqual([{ paymentStatus: 'Unpaid', paymentLink: undefined }])
  await deliver('open')
  const url = 'https://pay.example/plink_1'
  expect(await links()).toMatchObject([
    { state: 'open', outsideId: 'plink_1', url, madeMs: files.clock.now() },
  ])
  expect(rowTold().at(-1)).toEqual({ paymentStatus: 'Unpaid', paymentLink: url })
  const job = `SELECT json_extract(body, '$.row.money.paymentLink') AS link FROM effects WHERE kind = 'job' ORDER BY seq`
  expect(rowsOf(files.path, job).at(-1)).toEqual({ link: url })
  const [bill] = await store.bills.ofTask(taskId)
  const receipt = await store.receipts.get(bill?.runId ?? '')
  expect(receipt?.entries.at(-1)).toMatchObject({ kind: 'link', body: { state: 'open' } })
})

test('one that its service refuses is not asked for again, and says why on the row; a retry makes it', async () => {
  await store.links.ask(TEST_MODE)
  await refuse('the account takes no EUR')
  expect(await links()).toMatchObject([{ state: 'refused', why: 'the account takes no EUR' }])
  expect(await store.links.ask(TEST_MODE)).toBe(0)
  expect(await store.links.unpaid()).toEqual({ open: 0, asked: 0, refused: 1, without: 0 })
  const notes = `SELECT json_extract(body, '$.change.notes') AS notes FROM effects WHERE kind = 'page' ORDER BY seq`
  expect(rowsOf(files.path, notes).at(-1)).toEqual({
    notes: 'scored 90, needed 80\nNo payment link: the account takes no EUR',
  })
  const [dead] = await store.effects.list(['dead'], 1)
  await store.effects.retry(dead?.id ?? '', 'cli:ana')
  await deliver('open')
  expect(await links()).toMatchObject([{ state: 'open', why: null }])
  expect(rowsOf(files.path, notes).at(-1)).toEqual({ notes: 'scored 90, needed 80' })
})

test.each(['closed', 'expired'] as const)(
  'one that is %s while its bill is unpaid is replaced',
  async state => {
    await store.links.ask(TEST_MODE)
    await deliver('open')
    for (let times = 0; times < 2; times += 1) await look(seen(state))
    expect(await links()).toMatchObject([{ state, endedMs: files.clock.now() }])
    expect(rowTold().at(-1)).toEqual({ paymentStatus: 'Unpaid', paymentLink: null })
    expect(await store.links.ask(TEST_MODE)).toBe(1)
    await deliver('open', 'plink_2')
    expect(await told()).toEqual([`1.1 ${state}`, '1.2 open'])
    expect(rowTold().at(-1)).toEqual({ paymentStatus: 'Unpaid', paymentLink: 'https://pay.example/plink_2' })
  },
)

test.each(['pending', 'approved'] as const)('one at which money is on its way (%s) stands', async state => {
  await store.links.ask(TEST_MODE)
  await deliver('open')
  await look(seen(state))
  expect(await told()).toEqual(['1.1 open'])
  expect(await store.links.ask(TEST_MODE)).toBe(0)
})

test('at another price, one that nobody asked the service for dies with its effect', async () => {
  await store.links.ask(TEST_MODE)
  await billed(6000)
  expect(await told()).toEqual(['1.1 closed'])
  expect(await claim()).toEqual([])
  expect(await store.links.ask(TEST_MODE)).toBe(1)
  await deliver('open', 'plink_2')
  expect(await told()).toEqual(['1.1 closed', '2.1 open'])
})

test('at another price, one that is open is closed by an effect, and the row shows the new one alone', async () => {
  await store.links.ask(TEST_MODE)
  await deliver('open')
  await billed(6000)
  expect(await told()).toEqual(['1.1 closing'])
  expect(rowTold().at(-1)).toEqual({ paymentStatus: 'Unpaid', paymentLink: null })
  expect(await store.links.ask(TEST_MODE)).toBe(1)
  await deliver('closed')
  await deliver('open', 'plink_2')
  expect(await told()).toEqual(['1.1 closed', '2.1 open'])
  expect((await links())[0]?.why).toBe('another bill took its place')
})

test('one that is being made when its bill is cancelled is closed as soon as it is there', async () => {
  await store.links.ask(TEST_MODE)
  const making = await claim()
  await billed(6000)
  expect(await told()).toEqual(['1.1 closing'])
  expect(await claim()).toEqual([])
  await store.outbox.delivered(making, { link: seen('open'), askedMs: 0 }, null)
  expect(await links()).toMatchObject([{ state: 'closing', outsideId: 'plink_1' }])
  expect(await claim()).toMatchObject([{ kind: 'close-link' }])
})

test('one that may have been made and then is refused leaves nothing to be closed', async () => {
  await store.links.ask(TEST_MODE)
  const making = await claim()
  await billed(6000)
  const end = { error: 'no', notBeforeMs: 0, uncertain: true, lookedUp: false, dead: 'refused' } as const
  await store.outbox.failed(making, end)
  await store.outbox.delivered(await claim(), null, null)
  expect(await links()).toMatchObject([{ state: 'closed', outsideId: null }])
})

test.each(['paid', 'pending', 'closed', 'expired'] as const)(
  'one that turns out to be %s when it is closed is told so',
  async state => {
    await store.links.ask(TEST_MODE)
    await deliver('open')
    await billed(6000)
    await deliver(state)
    expect(await told()).toEqual([`1.1 ${state === 'pending' ? 'closed' : state}`])
    await look(seen('open'))
    expect(await told()).toEqual([`1.1 ${state === 'pending' ? 'closed' : state}`])
    await look(seen('paid'))
    expect(await told()).toEqual(['1.1 paid'])
  },
)

test('what was paid at a link is taken into the books, which has the link closed', async () => {
  await store.links.ask(TEST_MODE)
  await deliver('open')
  const [link] = await links()
  const paid: PaymentFacts = {
    id: 'pi_1',
    isLive: false,
    amount: eur(4990),
    state: 'paid',
    linkId: 'plink_1',
    ids: {},
    fee: null,
    atMs: 1,
    refunds: [],
    disputes: [],
  }
  for (let times = 0; times < 2; times += 1) await look({ ...seen('paid'), payments: [paid] })
  expect((await store.bills.ofTask(taskId)).map(({ state }) => state)).toEqual(['paid'])
  expect(await store.payments.ofTask(taskId)).toMatchObject([{ linkId: link?.id, state: 'paid' }])
  expect(await told()).toEqual(['1.1 closing'])
  expect(rowTold().at(-1)).toEqual({ paymentStatus: 'Paid', paymentLink: null })
  const end = { link: { ...seen('paid'), payments: [paid] }, askedMs: 2 }
  await store.outbox.delivered(await claim(), end, null)
  expect(await told()).toEqual(['1.1 paid'])
  expect(await store.links.ask(TEST_MODE)).toBe(0)
})

test('after payment only what is more is asked for', async () => {
  await store.links.ask(TEST_MODE)
  await deliver('open')
  const amount = eur(4990)
  const of = { isLive: false, linkId: 'plink_1', ids: {}, fee: null, atMs: 1, refunds: [], disputes: [] }
  await store.payments.record(
    'stripe',
    { ...of, id: 'pi_1', amount, state: 'paid' },
    { by: 'scan', askedMs: 1 },
  )
  await deliver('paid')
  await billed(6000)
  expect(await store.links.ask(TEST_MODE)).toBe(1)
  expect((await links()).map(link => [link.state, link.amount])).toEqual([
    ['paid', eur(4990)],
    ['asked', eur(1010)],
  ])
})

test('a process that lost its lease ends nothing', async () => {
  await store.links.ask(TEST_MODE)
  const making = await claim()
  await store.outbox.delivered(making, { link: seen('open'), askedMs: 0 }, null)
  await look(seen('closed'))
  await store.outbox.delivered(making, { link: seen('open'), askedMs: 0 }, null)
  expect(await told()).toEqual(['1.1 closed'])
})
