/** What people do besides the API: payers, the merchant at the dashboard, banks, and time. */
import { chosenIn, handRoutes, originOf, usualActs, wholeIn, type Given, type HandActs } from '../lib/hand.ts'
import type { Route } from '../lib/service.ts'
import { make, outsideAct, type Account, type Act } from './account.ts'
import { endPayout, payOut } from './balance.ts'
import { decide, disputeCharge, VERDICTS } from './disputes.ts'
import { messageOf, noSuch, refused, wrong } from './errors.ts'
import { expanded } from './expand.ts'
import { WEBHOOK_SECRET } from './identity.ts'
import { kindOf } from './looks.ts'
import { methodOf, type Method } from './methods.ts'
import type { Charge, Kind, Kinds, Session } from './model.ts'
import { endRefund, refund } from './refunds.ts'
import { seedPayments } from './seed.ts'
import { endDebit, expireDue, payAt, visit } from './sessions.ts'

/** The routes: `POST /__sandbox/stripe/<act>`. */
export function outsideRoutes(account: Account): readonly Route[] {
  return handRoutes({
    service: 'stripe',
    acts: ACTS,
    actOf: (request, given) => outsideAct(account, isLive(account, given), originOf(request)),
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

const ENDS = ['succeeded', 'failed'] as const

const ACTS: HandActs<Act> = {
  ...usualActs<Act>(act => {
    for (const livemode of [false, true]) expireDue({ ...act, livemode })
  }),
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
  'refund-end': (act, given) =>
    endRefund(act, named(act, 'refund', given['refund']), chosenIn(given, 'how', ENDS)),
  /** `{charge}` or `{payment_intent}`, `inquiry?`: the payer asks the bank for the money back. */
  dispute: (act, given) =>
    disputeCharge(act, chargeOf(act, given), given['inquiry'] === 'true' ? 'inquiry' : 'dispute'),
  /** `{dispute, verdict: answer | won | lost | closed | appeal}`: evidence is sent, or the bank decides. */
  'dispute-decide': (act, given) =>
    decide(act, named(act, 'dispute', given['dispute']), chosenIn(given, 'verdict', VERDICTS)),
  /** `{payment_intent, how: succeeded | failed}`: a bank debit comes to its end. */
  debit: (act, given) => {
    const intent = named(act, 'payment_intent', given['payment_intent'])
    endDebit(act, intent, chosenIn(given, 'how', ENDS))
    return named(act, 'payment_intent', intent.id)
  },
  /** `{count, days?, amount?, currency?, livemode?, name?, prefix?}`: many payments over the last days, without events. */
  seed: seedPayments,
  /** `{currency?, livemode?}`: all of the balance goes to the bank. */
  payout: (act, given) => payOut(act, given['currency'] ?? 'usd'),
  /** `{payout}`: it arrives. */
  'payout-end': (act, given) => endPayout(act, named(act, 'payout', given['payout'])),
  /** `{url, payload?: snapshot | thin, secret?, events?, livemode?}`: events parted by commas; they begin with the next. */
  endpoint: (act, given) => {
    const { url = '', secret = WEBHOOK_SECRET, events = '*' } = given
    if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
      throw wrong('url', 'Invalid URL: an absolute URL is needed.', 'url_invalid')
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
}

function named<K extends Kind>({ store }: Act, kind: K, id = ''): Kinds[K] {
  const object = store.find(kind, id)
  if (object !== undefined) return object
  throw noSuch(kind, id, kind, 404)
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
  throw noSuch('method', token, 'method', 400)
}
