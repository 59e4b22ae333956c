/** What people do besides the API: payers, the merchant at the dashboard, banks, and time. */
import { handRoutes as routesOf, originOf, type Given, type HandAct } from '../lib/hand.ts'
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { make, outsideAct, type Account, type Act } from './account.ts'
import { endPayout, payOut } from './balance.ts'
import { decide, disputeCharge, VERDICTS } from './disputes.ts'
import { messageOf, refused } from './errors.ts'
import { expanded } from './expand.ts'
import { WEBHOOK_SECRET } from './identity.ts'
import { kindOf } from './looks.ts'
import { methodOf, type Method } from './methods.ts'
import type { Charge, Kind, Kinds, Session } from './model.ts'
import { endRefund, refund } from './refunds.ts'
import { seedPayments } from './seed.ts'
import { endDebit, expireDue, payAt, visit } from './sessions.ts'

/** One act: what it changes comes back. */
type Work = (act: Act, given: Given, account: Account) => JsonObject

/** The routes: `POST /__sandbox/stripe/<act>`. */
export function handRoutes(account: Account): readonly Route[] {
  const acts = Object.entries(ACTS).map(([name, work]): [string, HandAct] => [
    name,
    (given, request) => work(outsideAct(account, isLive(account, given), originOf(request)), given, account),
  ])
  return routesOf({
    service: 'stripe',
    acts: Object.fromEntries(acts),
    shown: changed => expanded(account.store, changed, []),
    sentence: messageOf,
  })
}

/** The mode is that of the object that an act is about, or is named where it is about none. */
function isLive({ store }: Account, given: Given): boolean {
  const objects = Object.values(given).flatMap(id => {
    const kind = kindOf(id)
    return kind === undefined ? [] : [store.find(kind, id)]
  })
  return objects[0]?.livemode ?? given['livemode'] === 'true'
}

const ACTS: Readonly<Record<string, Work>> = {
  /** `{link}` or `{session}`, `method?`, `email?`: a person opens it and pays. */
  pay: (act, given) => {
    const session = sessionOf(act, given)
    payAt(act, session, methodIn(given['method']), given['email'] ?? null)
    return named(act, 'checkout.session', session.id)
  },
  /** `{link}`: a person opens it, and does not pay yet. */
  open: sessionOf,
  /** `{charge}` or `{payment_intent}`, `amount?`: a refund at the dashboard. */
  refund: (act, given) => {
    const amount = given['amount'] === undefined ? undefined : wholeIn(given, 'amount')
    return refund(act, chargeOf(act, given), { amount, reason: 'requested_by_customer', metadata: {} })
  },
  /** `{refund, how: succeeded | failed}`: the bank took the money, or sent it back. */
  'refund-end': (act, given) => endRefund(act, named(act, 'refund', given['refund']), howIn(given)),
  /** `{charge}` or `{payment_intent}`, `inquiry?`: the payer asks the bank for the money back. */
  dispute: (act, given) =>
    disputeCharge(act, chargeOf(act, given), given['inquiry'] === 'true' ? 'inquiry' : 'dispute'),
  /** `{dispute, verdict: answer | won | lost | closed | appeal}`: evidence is sent, or the bank decides. */
  'dispute-decide': (act, given) =>
    decide(act, named(act, 'dispute', given['dispute']), oneOf(given, 'verdict', VERDICTS)),
  /** `{payment_intent, how: succeeded | failed}`: a bank debit comes to its end. */
  debit: (act, given) => {
    const intent = named(act, 'payment_intent', given['payment_intent'])
    endDebit(act, intent, howIn(given))
    return named(act, 'payment_intent', intent.id)
  },
  /** `{count, days?, amount?, currency?, livemode?, name?, prefix?}`: many payments, over the last days; no events. */
  seed: (act, given) => {
    const { amount = '1000', currency = 'usd', days = '30', name = 'run_id', prefix = 'seed_' } = given
    const seconds = wholeIn({ days }, 'days') * 86_400
    const [count, each] = [wholeIn(given, 'count'), wholeIn({ amount }, 'amount')]
    seedPayments(act, { count, amount: each, currency, seconds, name, prefix })
    return { seeded: count }
  },
  /** `{currency?, livemode?}`: all of the balance goes to the bank. */
  payout: (act, given) => payOut(act, given['currency'] ?? 'usd'),
  /** `{payout}`: it arrives. */
  'payout-end': (act, given) => endPayout(act, named(act, 'payout', given['payout'])),
  /** `{url, payload?: snapshot | thin, secret?, events?, livemode?}`: events parted by commas; they begin with the next. */
  endpoint: (act, given) => {
    const { url = '', secret = WEBHOOK_SECRET, events = '*' } = given
    if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
      throw refused({ message: 'Invalid URL: an absolute URL is needed.', param: 'url', code: 'url_invalid' })
    }
    const payload = given['payload'] === 'thin' ? 'thin' : 'snapshot'
    return make(act, 'webhook_endpoint', { enabled_events: events.split(','), payload, secret, url })
  },
  /** `{endpoint}`. */
  'endpoint-remove': (act, given) => {
    const { id } = named(act, 'webhook_endpoint', given['endpoint'])
    act.store.remove(id)
    return { id, deleted: true }
  },
  /** All webhooks that wait, for a retry too, are sent now. */
  'webhooks-release': ({ webhooks }) => {
    webhooks.release()
    return { ok: true }
  },
  /** `{event}`: its webhooks are sent once more. */
  'webhooks-resend': (act, given) => ({ ok: act.webhooks.resend(named(act, 'event', given['event']).id) }),
  /** `{seconds}`: time passes. */
  clock: ({ origin }, given, account) => {
    account.advance(wholeIn(given, 'seconds'))
    for (const livemode of [false, true]) expireDue(outsideAct(account, livemode, origin))
    return { now: new Date(account.now()).toISOString() }
  },
}

function named<K extends Kind>({ store }: Act, kind: K, id = ''): Kinds[K] {
  const object = store.find(kind, id)
  if (object !== undefined) return object
  throw refused({ message: `No such ${kind}: '${id}'`, code: 'resource_missing' }, 404)
}

function chargeOf(act: Act, { charge, payment_intent }: Given): Charge {
  if (payment_intent === undefined) return named(act, 'charge', charge)
  return named(act, 'charge', named(act, 'payment_intent', payment_intent).latest_charge ?? '')
}

function sessionOf(act: Act, { link: linkId, session }: Given): Session {
  if (linkId === undefined) return named(act, 'checkout.session', session)
  const link = named(act, 'payment_link', linkId)
  if (link.active) return visit(act, link)
  throw refused({ message: 'The link is no longer active.' }, 410)
}

function methodIn(token = 'pm_card_visa'): Method {
  const method = methodOf(token)
  if (method !== undefined) return method
  throw refused({ message: `No such method: '${token}'`, param: 'method' })
}

function howIn(given: Given): 'succeeded' | 'failed' {
  return oneOf(given, 'how', ['succeeded', 'failed'])
}

function oneOf<T extends string>(given: Given, name: string, values: readonly T[]): T {
  const value = values.find(one => one === given[name])
  if (value !== undefined) return value
  throw refused({ message: `${name} is one of ${values.join(', ')}.`, param: name })
}

function wholeIn(given: Given, name: string): number {
  const number = Number(given[name])
  if (Number.isSafeInteger(number) && number > 0) return number
  throw refused({ message: `${name} is a whole number above 0.`, param: name })
}
