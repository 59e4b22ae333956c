/** A refund by a process that is killed anywhere, and gone on with: one at Stripe, and one row of it here. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realFiles, realProcesses } from '../../src/kernel/real-world.ts'
import { TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { stripeServer, type StripeServer } from '../sandbox/stripe/support/server.ts'
import { billedRow, eur } from '../support/bills.ts'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { realStoreOptions } from '../support/real-world.ts'
import { fileFolder } from '../support/temporary.ts'
import { boundariesOf, expectRecoveries, workUntilKilled, type Place, type Work } from './support/matrix.ts'

const ALWAYS = [
  'before refunds.plan',
  'after refunds.plan',
  'after refunds.send',
  'before POST /v1/refunds',
  'after POST /v1/refunds',
  'before refunds.record',
  'after refunds.record',
]
/** No process has this id. */
const NOBODY = 4_194_305

const folder = fileFolder()
const template = join(folder, 'template')
let stripe: StripeServer
let refund: Work

function inTemplate<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const options = realStoreOptions(join(template, 'echopilot.db'))
  const dead = { ...options.world, processes: realProcesses(realFiles(), NOBODY) }
  const store = openStore({ ...options, world: dead })
  return work(store).finally(() => store.close())
}

function env(): Place['env'] {
  return {
    STRIPE_BASE_URL: stripe.url,
    STRIPE_SECRET_KEY: TEST_KEY,
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
  }
}

interface RefundRow {
  readonly id: string
  readonly state: string
  readonly outside_id: string | null
}

/** The refunds that were wanted here; those of other places are refunds of strangers. */
const refundsIn = ({ stateDir }: Place): RefundRow[] =>
  rowsOf(
    join(stateDir, 'echopilot.db'),
    `SELECT id, state, outside_id FROM refunds WHERE origin = 'ours' ORDER BY planned_ms, id`,
  )

/** A bill was paid at its link. */
async function prepare(): Promise<void> {
  stripe = await stripeServer()
  mkdirSync(template)
  const place = { stateDir: template, env: env() }
  await inTemplate(async store => billedRow(store, eur(4990)))
  await boundariesOf(place, 'deliver')
  const [link] = (await stripe.stripe.paymentLinks.list()).data
  await stripe.hand('pay', { link: link?.id ?? '' })
  await boundariesOf(place, 'payments-scan')
  const [intent] = (await stripe.stripe.paymentIntents.list()).data
  refund = `refund:${intent?.id ?? ''}`
}

function anew(name: string): Place {
  const stateDir = join(folder, name)
  mkdirSync(stateDir)
  copyFileSync(join(template, 'echopilot.db'), join(stateDir, 'echopilot.db'))
  return { stateDir, env: env() }
}

/** Types it again where it is not known to be made; a refund that was asked for is followed up by a scan as well. */
async function goOn(place: Place, killAt: number): Promise<void> {
  const state = refundsIn(place)[0]?.state ?? 'none'
  if (state === 'succeeded') return
  await boundariesOf(place, state === 'sent' && killAt % 2 === 0 ? 'payments-scan' : refund)
}

async function expectOne(place: Place): Promise<void> {
  const refunds = refundsIn(place)
  expect(refunds).toMatchObject([{ state: 'succeeded' }])
  const { data } = await stripe.stripe.refunds.list({ limit: 100 })
  const own = data.filter(({ metadata }) => metadata?.['echopilot_refund'] === refunds[0]?.id)
  expect(own.map(({ id, amount }) => ({ id, amount }))).toEqual([{ id: refunds[0]?.outside_id, amount: 10 }])
  const path = join(place.stateDir, 'echopilot.db')
  expect(rowsOf(path, 'SELECT state FROM bills')).toEqual([{ state: 'partly_refunded' }])
  expectAtRest(path)
}

test('killed at a boundary and gone on with', { timeout: 900_000 }, async () => {
  await prepare()
  const undisturbed = anew('undisturbed')
  const boundaries = await boundariesOf(undisturbed, refund)
  expect(boundaries).toEqual(expect.arrayContaining([...ALWAYS]))
  await expectOne(undisturbed)
  await expectRecoveries({ boundaries, always: ALWAYS, others: 6 }, async killAt => {
    const place = anew(`killed-at-${String(killAt)}`)
    const { code, signal, stderr } = await workUntilKilled(place, killAt, refund)
    expect({ signal, stderr }).toEqual({ signal: code === 0 ? null : 'SIGKILL', stderr: '' })
    await goOn(place, killAt)
    await expectOne(place)
  })
})
