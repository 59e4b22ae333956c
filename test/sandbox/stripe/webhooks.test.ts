/** Webhooks as they arrive: signed, to several endpoints, tried again, and disturbed on purpose. */
import { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { parseJson, stringOf, isObject } from '../../../src/sandbox/lib/json.ts'
import { LIVE_KEY, WEBHOOK_SECRET } from '../../../src/sandbox/stripe/identity.ts'
import { checkedObject, NO_CONTRACT_TOOL } from '../../support/contract.ts'
import { httpServer, type Arrived, type Listening } from '../../support/servers.ts'
import { makeLink } from './support/link.ts'
import { sdk, stripeServer, type StripeServer } from './support/server.ts'

/** One webhook as a program gets it. */
interface Hook {
  readonly body: Buffer
  readonly signature: string
  readonly type: string
}

function hookOf({ body, headers }: Arrived): Hook {
  const bytes = Buffer.from(body, 'latin1')
  const event = parseJson(bytes.toString('utf8'))
  const at = headers.findIndex(name => name.toLowerCase() === 'stripe-signature')
  return {
    body: bytes,
    signature: headers[at + 1] ?? '',
    type: isObject(event) ? (stringOf(event, 'type') ?? '') : '',
  }
}

function typesAt({ arrived }: Listening): readonly string[] {
  return arrived.map(one => hookOf(one).type)
}

/** A receiver that answers 200, or what `statuses` says first. */
async function receiver(statuses: number[] = []): Promise<Listening> {
  return httpServer(response => response.writeHead(statuses.shift() ?? 200).end())
}

/** One event. */
async function oneEvent({ stripe }: Pick<StripeServer, 'stripe'>): Promise<void> {
  await stripe.paymentIntents.create({ amount: 100, currency: 'usd' })
}

const LINKED = ['payment_link.created', 'payment_link.updated']

/** A link that is made and changed: two events of the types above. */
async function twoEvents({ stripe }: StripeServer): Promise<void> {
  const { id } = await makeLink(stripe)
  await stripe.paymentLinks.update(id, { active: false })
}

test('each endpoint gets the types it asked for, signed with its own secret; the SDK reads them', async () => {
  const server = await stripeServer()
  const { stripe, hand } = server
  const [all, few, live] = [await receiver(), await receiver(), await receiver()]
  await hand('endpoint', { url: `${all.url}/webhook`, secret: 'whsec_own' })
  await hand('endpoint', { url: few.url, secret: 'whsec_few', events: 'charge.succeeded' })
  await hand('endpoint', { url: live.url, livemode: true })
  const link = await makeLink(stripe)
  await hand('pay', { link: link.id })
  await expect.poll(() => [all.arrived.length, few.arrived.length]).toEqual([7, 1])
  await oneEvent({ stripe: sdk(server.url, LIVE_KEY) })
  await expect.poll(() => typesAt(live)).toEqual(['payment_intent.created'])
  expect(all.arrived).toHaveLength(7)

  const [first] = few.arrived.map(hookOf)
  const event = stripe.webhooks.constructEvent(first?.body ?? '', first?.signature ?? '', 'whsec_few')
  expect(event).toMatchObject({
    object: 'event',
    type: 'charge.succeeded',
    livemode: false,
    data: { object: { object: 'charge', metadata: { run_id: 'run_1' } } },
  })
  const [other] = all.arrived.map(hookOf)
  expect(stripe.webhooks.constructEvent(other?.body ?? '', other?.signature ?? '', 'whsec_own').id).toMatch(
    /^evt_/,
  )
  expect(() =>
    stripe.webhooks.constructEvent(first?.body ?? '', first?.signature ?? '', 'whsec_own'),
  ).toThrow(Stripe.errors.StripeSignatureVerificationError)
  expect(typesAt(all)).toEqual((await stripe.events.list()).data.map(({ type }) => type).toReversed())
})

test('no snapshot breaks the vendor’s description of events', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const { stripe, hand } = await stripeServer()
  const inbox = await receiver()
  await hand('endpoint', { url: inbox.url })
  for (const method of ['pm_card_createDispute', 'pm_card_visa']) {
    const link = await makeLink(stripe)
    await hand('pay', { link: link.id, method })
  }
  const [charge] = (await stripe.charges.list()).data
  await stripe.refunds.create({ charge: charge?.id ?? '' })
  await expect.poll(() => inbox.arrived.length).toBe(18)
  for (const one of inbox.arrived) {
    const { body, type } = hookOf(one)
    expect(await checkedObject('stripe', 'event', parseJson(body.toString('utf8'))), type).toEqual([])
  }
})

test('a thin event names its snapshot and what to fetch, by which the SDK finds the object', async () => {
  const { stripe, hand } = await stripeServer()
  const inbox = await receiver()
  await hand('endpoint', { url: inbox.url, payload: 'thin', events: 'payment_intent.succeeded' })
  const link = await makeLink(stripe)
  const { payment_intent: id } = await hand('pay', { link: link.id })
  await expect.poll(() => inbox.arrived.length).toBe(1)
  const [hook] = inbox.arrived.map(hookOf)
  const { body, signature } = hook ?? { body: '', signature: '' }
  expect(() => stripe.webhooks.constructEvent(body, signature, WEBHOOK_SECRET)).toThrow('thin event')
  const thin = stripe.parseEventNotification(body, signature, WEBHOOK_SECRET)
  const [snapshot] = (await stripe.events.list({ types: ['payment_intent.succeeded'] })).data
  expect(thin).toMatchObject({
    type: 'v1.payment_intent.succeeded',
    snapshot_event: snapshot?.id,
    related_object: { id, type: 'payment_intent', url: `/v1/payment_intents/${String(id)}` },
  })
  expect(await stripe.v2.core.events.retrieve(thin.id)).toMatchObject({ id: thin.id, created: thin.created })
  if (thin.type !== 'v1.payment_intent.succeeded') throw new Error(thin.type)
  expect(await thin.fetchRelatedObject()).toMatchObject({ id, status: 'succeeded' })
})

test('what is refused is sent again with a new signature, and is not delivered before', async () => {
  const server = await stripeServer()
  const inbox = await receiver([500, 302])
  await server.hand('endpoint', { url: inbox.url })
  await oneEvent(server)
  await expect.poll(() => inbox.arrived.length).toBe(1)
  const pending = async (): Promise<number | undefined> =>
    (await server.stripe.events.list()).data[0]?.pending_webhooks
  expect(await pending()).toBe(1)
  for (const count of [2, 3]) {
    await server.hand('clock', { seconds: 600 })
    await expect.poll(() => inbox.arrived.length).toBe(count)
  }
  await expect.poll(pending).toBe(0)
  const [first, , third] = inbox.arrived.map(hookOf)
  expect(third?.body.equals(first?.body ?? Buffer.of())).toBe(true)
  expect(third?.signature).not.toBe(first?.signature)
})

test('what was not delivered when the stand-in ended is sent after its next start', async () => {
  const first = await stripeServer()
  const inbox = await receiver([503])
  await first.hand('endpoint', { url: inbox.url })
  await oneEvent(first)
  await expect.poll(() => inbox.arrived.length).toBe(1)
  await first.server.close()
  await stripeServer(first.databaseFile, () => Date.now() + 60_000)
  await expect.poll(() => typesAt(inbox)).toEqual(['payment_intent.created', 'payment_intent.created'])
})

test.each<[fault: object, arrives: readonly string[]]>([
  [{ type: 'webhook-drop' }, [LINKED[1] ?? '']],
  [{ type: 'webhook-duplicate' }, [LINKED[0] ?? '', ...LINKED]],
  [{ type: 'webhook-hold' }, LINKED.toReversed()],
  [{ type: 'webhook-delay', ms: 30_000 }, LINKED.toReversed()],
  [{ type: 'event-lost' }, [LINKED[1] ?? '']],
])('%o for the first of two events', async (action, arrives) => {
  const server = await stripeServer()
  const inbox = await receiver()
  await server.hand('endpoint', { url: inbox.url, events: LINKED.join(',') })
  await server.arm({ match: { kind: LINKED[0] }, action })
  await twoEvents(server)
  await expect.poll(() => typesAt(inbox)).toContain(LINKED[1])
  await server.hand('clock', { seconds: 30 })
  await expect.poll(() => typesAt(inbox)).toEqual(arrives)
  const listed = (await server.stripe.events.list({ types: [...LINKED] })).data.map(({ type }) => type)
  expect(listed).toEqual('type' in action && action.type === 'event-lost' ? [LINKED[1]] : LINKED.toReversed())
})

test('all webhooks can be dropped, and an event sent again by hand', async () => {
  const server = await stripeServer()
  const inbox = await receiver()
  await server.hand('endpoint', { url: inbox.url })
  await server.arm({ action: { type: 'webhook-drop' }, times: 1_000_000 })
  await twoEvents(server)
  const [event] = (await server.stripe.events.list()).data
  await server.hand('webhooks-resend', { event: event?.id })
  await expect.poll(() => typesAt(inbox)).toEqual(['payment_link.updated'])
})

test('an endpoint that does not answer holds up no other', async () => {
  const server = await stripeServer()
  const [silent, inbox] = [await httpServer(() => undefined), await receiver()]
  await server.hand('endpoint', { url: silent.url })
  await server.hand('endpoint', { url: inbox.url })
  await oneEvent(server)
  await oneEvent(server)
  await expect.poll(() => inbox.arrived.length).toBe(2)
  expect(silent.arrived).toHaveLength(1)
})

test('events can be had for 30 days', async () => {
  const { stripe, hand } = await stripeServer()
  await oneEvent({ stripe })
  const [event] = (await stripe.events.list()).data
  await hand('clock', { seconds: 30 * 86_400 - 60 })
  expect((await stripe.events.list()).data).toHaveLength(1)
  await hand('clock', { seconds: 120 })
  expect((await stripe.events.list()).data).toEqual([])
  await expect(stripe.events.retrieve(event?.id ?? '')).rejects.toMatchObject({ code: 'resource_missing' })
})
