/** What people do besides the API: payers, the merchant at the dashboard, PayPal, banks, and time. */
import { handRoutes, type Given, type HandAct } from '../lib/hand.ts'
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Reply, Route } from '../lib/service.ts'
import { newId, type Account, type Act } from './account.ts'
import { actOf, found } from './call.ts'
import { endCapture, endRefund, refund } from './captures.ts'
import { moveDispute, MOVES, openDispute } from './disputes.ts'
import { invalid } from './errors.ts'
import { WEBHOOK_ID } from './identity.ts'
import { PAYERS } from './model.ts'
import { minorIn } from './money.ts'
import { addEndpoint } from './notifications.ts'
import { approve, openOrder } from './orders.ts'
import { seedPayments } from './seed.ts'
import { shownCapture, shownDispute, shownOrder, shownRefund } from './show.ts'
import { SIGNER_KINDS } from './signing.ts'
import { book, setLag } from './transactions.ts'

/** One act: what it changes comes back. */
type Work = (act: Act, given: Given) => JsonObject

/** The routes, and the certificate that is to be trusted. */
export function outsideRoutes(account: Account): readonly Route[] {
  const acts = Object.entries(ACTS).map(([name, work]): [string, HandAct] => [
    name,
    (given, request) => work(actOf(account, request), given),
  ])
  const sentence = (body: unknown): string => {
    const details = isObject(body) && Array.isArray(body['details']) ? body['details'].filter(isObject) : []
    return details.map(one => stringOf(one, 'description') ?? '').join(' ')
  }
  const root = (): Reply => ({ status: 200, body: account.signers.root() })
  return [
    ...handRoutes({ service: 'paypal', acts: Object.fromEntries(acts), shown: changed => changed, sentence }),
    { method: 'GET', path: '/__sandbox/paypal/root.pem', handle: root },
  ]
}

const ACTS: Readonly<Record<string, Work>> = {
  /** `{order, payer?}`: a person opens the link and agrees. */
  approve: (act, given) => {
    const tokens = PAYERS.map(({ token }) => token)
    const chosen = oneOf({ payer: 'ana', ...given }, 'payer', tokens)
    const order = openOrder(act, given['order'] ?? '')
    const payer = PAYERS.find(({ token }) => token === chosen)
    return shownOrder(act, payer === undefined ? order : approve(act, order, payer))
  },
  /** `{capture, how: completed | denied}`: a pending payment comes to its end. */
  'capture-end': (act, given) => {
    const how = oneOf(given, 'how', ['completed', 'denied'])
    return shownCapture(act, endCapture(act, found(act, 'capture', given['capture']), how))
  },
  /** `{capture, value?}`: a refund at the dashboard, of all that is left or of an amount. */
  refund: (act, { capture: id, value }) => {
    const capture = found(act, 'capture', id)
    const { currency } = capture
    const left = capture.minor - capture.refunded
    const minor = value === undefined ? left : minorIn({ currency_code: currency, value }, '/amount')
    return shownRefund(act, refund(act, capture, { minor, currency, ids: {} }))
  },
  /** `{refund, how: completed | failed}`: a slow refund comes to its end. */
  'refund-end': (act, given) => {
    const how = oneOf(given, 'how', ['completed', 'failed'])
    return shownRefund(act, endRefund(act, found(act, 'refund', given['refund']), how))
  },
  /** `{capture, kind: claim | inquiry | chargeback}`: the payer complains. */
  dispute: (act, given) => {
    const kind = oneOf(given, 'kind', ['claim', 'inquiry', 'chargeback'])
    return shownDispute(act, openDispute(act, found(act, 'capture', given['capture']), kind))
  },
  /** `{dispute, how}`: one of its moves. */
  'dispute-move': (act, given) => {
    const dispute = found(act, 'dispute', given['dispute'])
    return shownDispute(act, moveDispute(act, dispute, oneOf(given, 'how', MOVES)))
  },
  /** `{count, days?, value?, currency?, prefix?}`: many payments, over the last days; no events. */
  seed: (act, given) => {
    const { value = '10.00', currency = 'USD', days = '30', prefix = 'seed_' } = given
    const seconds = wholeIn('days', days, 3650) * 86_400
    const count = wholeIn('count', given['count'], 1_000_000)
    seedPayments(act, { count, value, currency, seconds, prefix })
    return { seeded: count }
  },
  /** `{value, currency?}`: money goes to the bank. */
  withdraw: (act, { value, currency = 'USD' }) => {
    const minor = -minorIn({ currency_code: currency, value }, '/amount')
    const id = newId()
    book(act, { id, code: 'T0400', minor, fee: 0, currency, reference: null, ids: {}, payer: null }, 'S')
    return { id }
  },
  /** `{url, events?}`: types parted by commas; the first endpoint has the id that is known. */
  endpoint: (act, { url = '', events = '*' }) => {
    const isFirst = act.store.find('endpoint', WEBHOOK_ID) === undefined
    return addEndpoint(act, url, events.split(','), isFirst ? WEBHOOK_ID : newId())
  },
  /** `{endpoint}`. */
  'endpoint-remove': (act, given) => {
    act.store.remove(found(act, 'endpoint', given['endpoint']).id)
    return { ok: true }
  },
  /** `{kind: new | expired | foreign | misnamed}`: another certificate signs from now on. */
  certificate: ({ signers }, given) => ({ id: signers.change(oneOf(given, 'kind', SIGNER_KINDS)) }),
  /** All access tokens end at once. */
  'tokens-end': ({ store }) => {
    for (const { id } of store.list('token', {})) store.remove(id)
    return { ok: true }
  },
  /** `{seconds}`: how long transaction search is behind. */
  lag: (act, given) => {
    setLag(act, secondsIn(given) * 1000)
    return { ok: true }
  },
  /** All webhooks that wait, for a retry too, are sent now. */
  'webhooks-release': ({ webhooks }) => {
    webhooks.release()
    return { ok: true }
  },
  /** `{event}`: its webhooks are sent once more. */
  'webhooks-resend': (act, { event }) => ({ ok: act.webhooks.resend(found(act, 'event', event).id) }),
  /** `{seconds}`: time passes. */
  clock: (act, given) => {
    act.advance(secondsIn(given))
    return { now: new Date(act.now()).toISOString() }
  },
}

function oneOf<T extends string>(given: Given, name: string, values: readonly T[]): T {
  const value = values.find(one => one === given[name])
  return value ?? refuse(name, `${name} is one of ${values.join(', ')}.`)
}

/** Ten years. */
const LONGEST_S = 315_360_000

function secondsIn({ seconds }: Given): number {
  return wholeIn('seconds', seconds, LONGEST_S)
}

function wholeIn(name: string, given: string | undefined, most: number): number {
  const value = Number(given)
  return Number.isInteger(value) && value >= 0 && value <= most
    ? value
    : refuse(name, `${name} is a whole number.`)
}

function refuse(field: string, description: string): never {
  throw invalid({ issue: 'INVALID_PARAMETER_VALUE', field, description })
}
