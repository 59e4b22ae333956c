/** What the auto-operator finds of money: services that cannot be asked, old bills, scans and webhooks that stopped. */
import { beforeEach, expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import type { CheckFound } from '../../src/domain/operate.ts'
import type { OperateContext } from '../../src/operate/check.ts'
import type { Payments } from '../../src/roles/payment-provider.ts'
import { billed, paidAt } from '../store/support/billed.ts'
import { found, MINUTE, watch, type Watch } from './support/watch.ts'

const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Looking calls nobody. */
const STRIPE: Payments = {
  service: 'stripe',
  provider: () => Promise.reject(new Error('it was asked')),
  webhooks: { read: () => ({ kind: 'refused', why: 'it was asked' }) },
}

let watched: Watch

beforeEach(() => {
  watched = watch()
})

async function look(name: string, changes: Partial<OperateContext> = {}): Promise<CheckFound> {
  return found(await watched.cycle({ payments: [STRIPE], ...changes }), name)
}

async function pass(ms: number): Promise<number> {
  await watched.files.clock.advance(ms)
  return watched.files.clock.now()
}

async function bind(): Promise<void> {
  const account = { service: 'stripe', identity: 'acct_1 test', label: 'acct_1, test mode', credential: 'c' }
  await watched.store.accounts.bind(account, false)
}

async function take(id: string): Promise<void> {
  const event = { id, key: id, type: 'charge.refunded', thing: null, isLive: false, atMs: 1, ignored: 'none' }
  await watched.store.webhooks.take('stripe', { kind: 'event', event })
}

test('the mode of the account is said, and a key of the other one is critical', async () => {
  expect(await look('payer', { payments: [] })).toMatchObject({ state: 'not_proved' })
  expect(await look('payer')).toMatchObject({ state: 'not_proved' })
  await bind()
  expect(await look('payer')).toMatchObject({ state: 'ok', measured: 'stripe: acct_1, test mode' })
  const payersError = new AppError('config', 'STRIPE_SECRET_KEY is one of live mode', 'set the other key')
  expect(await look('payer', { payments: [], payersError })).toMatchObject({
    state: 'bad',
    bad: [{ message: 'STRIPE_SECRET_KEY is one of live mode', next: 'set the other key' }],
  })
})

test('a bill that could be paid for 14 days is named once, and no more when it is paid', async () => {
  const task = await billed(watched.store, watched.files.path)
  const { clock } = watched.files
  await pass(14 * DAY - MINUTE)
  expect(await look('unpaid')).toMatchObject({ state: 'ok' })
  await pass(2 * MINUTE)
  expect(await look('unpaid')).toMatchObject({
    state: 'bad',
    bad: [
      {
        message: '1 bill is unpaid for more than 14 days, the oldest for 14 d',
        next: `echopilot task show ${task.taskId}`,
      },
    ],
  })
  await watched.store.payments.record('stripe', paidAt(task), { by: 'scan', askedMs: clock.now() })
  expect(await look('unpaid')).toMatchObject({ state: 'ok' })
})

test('scans that stop are told after an hour; one that never ended, after four', async () => {
  expect(await look('scan')).toMatchObject({ state: 'not_proved' })
  await bind()
  await pass(4 * HOUR)
  expect(await look('scan')).toMatchObject({ state: 'ok' })
  await pass(MINUTE)
  expect(await look('scan')).toMatchObject({
    state: 'bad',
    bad: [{ message: 'payments of stripe were never scanned', next: 'echopilot payments-scan' }],
  })
  const nowMs = watched.files.clock.now()
  await watched.store.coverage.extend('stripe', 'objects', { fromMs: 0, toMs: nowMs })
  expect(await look('scan')).toMatchObject({ state: 'ok' })
  await pass(HOUR)
  expect(await look('scan')).toMatchObject({ state: 'ok' })
  await pass(MINUTE)
  expect(await look('scan')).toMatchObject({ state: 'bad' })
})

test('webhooks that never came are not proved; those that came and stopped are bad, and good when they come again', async () => {
  const task = await billed(watched.store, watched.files.path)
  const pay = async (id: string): Promise<void> => {
    const atMs = watched.files.clock.now()
    const facts = paidAt(task, { id, atMs })
    await watched.store.payments.record('stripe', facts, { by: 'scan', askedMs: atMs })
  }
  await pass(DAY)
  await pay('pi_1')
  await pass(DAY)
  expect(await look('webhook')).toMatchObject({ state: 'not_proved' })
  await take('evt_1')
  // Silence alone says nothing: nobody paid.
  await pass(30 * DAY)
  expect(await look('webhook')).toMatchObject({ state: 'ok' })
  await pay('pi_2')
  await pass(HOUR - 1)
  expect(await look('webhook')).toMatchObject({ state: 'ok' })
  await pass(1)
  const [bad] = (await look('webhook')).bad
  expect(bad?.message).toMatch(/^webhooks of stripe stopped: none tells of 1 payment since \d{4}-/)
  expect(bad?.next).toBe('echopilot payments debug')
  // What we read in the list of Stripe was not sent.
  const read = { id: 'evt_2', key: 'evt_2', type: 't', thing: null, isLive: false, atMs: 1, ignored: 'none' }
  await watched.store.webhooks.takeRead('stripe', [read])
  expect(await look('webhook')).toMatchObject({ state: 'bad' })
  await take('evt_2')
  expect(await look('webhook')).toMatchObject({ state: 'ok' })
  expect(await look('webhook', { payments: [{ ...STRIPE, webhooks: null }] })).toMatchObject({
    state: 'not_proved',
  })
})
