/** Payment links, asked for, made and closed by a process that is killed anywhere: one link a bill, and no other is open. */
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
import { boundariesOf, expectRecoveries, workUntilKilled, type Place } from './support/matrix.ts'

const ALWAYS = [
  'before links.ask',
  'after links.ask',
  'after outbox.claim',
  'before POST /v1/payment_links',
  'after POST /v1/payment_links',
  'before outbox.delivered',
  'after outbox.delivered',
]
/** No process has this id. */
const NOBODY = 4_194_305

const folder = fileFolder()
const template = join(folder, 'template')
let stripe: StripeServer

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

interface LinkRow {
  readonly id: string
  readonly state: string
  readonly outside_id: string
}

const linksIn = ({ stateDir }: Place): LinkRow[] =>
  rowsOf(join(stateDir, 'echopilot.db'), 'SELECT id, state, outside_id FROM links ORDER BY asked_ms, id')

/** A link was made; its bill got another price, and the one of another task waits for its first link. */
async function prepare(): Promise<void> {
  stripe = await stripeServer()
  mkdirSync(template)
  await inTemplate(async store => billedRow(store, eur(4990)))
  await boundariesOf({ stateDir: template, env: env() }, 'deliver')
  await inTemplate(async store => {
    await billedRow(store, eur(6000))
    await billedRow(store, eur(7000), 'page-2')
  })
}

/** The template anew; at Stripe its link is open again, and somebody is about to pay at it. */
async function anew(name: string): Promise<Place> {
  const stateDir = join(folder, name)
  mkdirSync(stateDir)
  copyFileSync(join(template, 'echopilot.db'), join(stateDir, 'echopilot.db'))
  const place = { stateDir, env: env() }
  for (const { outside_id } of linksIn(place)) {
    await stripe.stripe.paymentLinks.update(outside_id, { active: true })
    await stripe.hand('open', { link: outside_id })
  }
  return place
}

async function expectOneEach(place: Place): Promise<void> {
  const links = linksIn(place)
  expect(links.map(({ state }) => state)).toEqual(['closed', 'open', 'open'])
  const own = new Set(links.map(({ id }) => id))
  const { data } = await stripe.stripe.paymentLinks.list({ limit: 100 })
  const standing = data.filter(({ metadata }) => own.has(metadata['link'] ?? ''))
  expect(standing.map(({ id, active }) => `${id} ${String(active)}`).toSorted()).toEqual(
    links.map(({ outside_id, state }) => `${outside_id} ${String(state === 'open')}`).toSorted(),
  )
  const sessions = await stripe.stripe.checkout.sessions.list({ limit: 100, status: 'open' })
  expect(sessions.data).toEqual([])
  expectAtRest(join(place.stateDir, 'echopilot.db'))
}

test('killed at a boundary and run again', { timeout: 900_000 }, async () => {
  await prepare()
  const undisturbed = await anew('undisturbed')
  const boundaries = await boundariesOf(undisturbed, 'deliver')
  expect(boundaries).toEqual(expect.arrayContaining([...ALWAYS]))
  await expectOneEach(undisturbed)
  await expectRecoveries({ boundaries, always: ALWAYS, others: 6 }, async killAt => {
    const place = await anew(`killed-at-${String(killAt)}`)
    const { code, signal, stderr } = await workUntilKilled(place, killAt, 'deliver')
    expect({ signal, stderr }).toEqual({ signal: code === 0 ? null : 'SIGKILL', stderr: '' })
    await boundariesOf(place, 'deliver')
    await expectOneEach(place)
  })
})
