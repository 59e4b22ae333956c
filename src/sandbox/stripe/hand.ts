/** What people do besides the API: payers, the merchant at the dashboard, banks, and time. */
import { handRoutes as routesOf, originOf, type Given, type HandAct } from '../lib/hand.ts'
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { outsideAct, type Account, type Act } from './account.ts'
import { endPayout, payOut } from './balance.ts'
import { decide, disputeCharge, type Verdict } from './disputes.ts'
import { addEndpoint } from './endpoints.ts'
import { refused } from './errors.ts'
import { expanded } from './expand.ts'
import { WEBHOOK_SECRET } from './identity.ts'
import { methodOf, type Method } from './methods.ts'
import type { Charge, Kind, Kinds, Session } from './model.ts'
import { endRefund, refund } from './refunds.ts'
import { endDebit, expireDue, payAt, visit } from './sessions.ts'

/** One act. */
type HandWork = (account: Account, given: Given, actOf: (livemode: boolean) => Act) => JsonObject

/** The routes. */
export function handRoutes(account: Account): readonly Route[] {
  const acts = Object.entries(ACTS).map(([name, work]): [string, HandAct] => [
    name,
    (given, request) => work(account, given, livemode => outsideAct(account, livemode, originOf(request))),
  ])
  return routesOf({
    service: 'stripe',
    acts: Object.fromEntries(acts),
    shown: changed => expanded(account.store, changed, []),
    sentence: body => {
      const error = isObject(body) ? body['error'] : undefined
      return isObject(error) ? (stringOf(error, 'message') ?? '') : ''
    },
  })
}

function named<K extends Kind>({ store }: Account, kind: K, id: string | undefined): Kinds[K] {
  const object = store.find(kind, id ?? '')
  if (object !== undefined) return object
  throw refused({ message: `No such ${kind}: '${id ?? ''}'`, code: 'resource_missing' }, 404)
}

function chargeOf(account: Account, { charge, payment_intent }: Given): Charge {
  if (payment_intent === undefined) return named(account, 'charge', charge)
  return named(account, 'charge', named(account, 'payment_intent', payment_intent).latest_charge ?? '')
}

function methodIn(token = 'pm_card_visa'): Method {
  const method = methodOf(token)
  if (method === undefined) throw refused({ message: `No such method: '${token}'`, param: 'method' })
  return method
}

function oneOf<T extends string>(given: Given, name: string, values: readonly T[]): T {
  const value = values.find(one => one === given[name])
  if (value === undefined) throw refused({ message: `${name} is one of ${values.join(', ')}.`, param: name })
  return value
}

function wholeIn(given: Given, name: string): number {
  const number = Number(given[name])
  if (Number.isSafeInteger(number) && number > 0) return number
  throw refused({ message: `${name} is a whole number above 0.`, param: name })
}

const VERDICTS: readonly Verdict[] = ['won', 'lost', 'closed', 'appeal']

const ACTS: Readonly<Record<string, HandWork>> = {
  /** `{link}` or `{session}`, `method?`, `email?`, `name?`: a person opens it and pays. */
  pay: (account, given, actOf) => {
    const session = sessionOf(account, given, actOf)
    const payer = { email: given['email'] ?? null, name: given['name'] ?? null }
    const { id } = payAt(account, actOf(session.livemode), session, methodIn(given['method']), payer).session
    return named(account, 'checkout.session', id)
  },
  /** `{link}`: a person opens it, and does not pay yet. */
  open: (account, given, actOf) => sessionOf(account, given, actOf),
  /** `{charge}` or `{payment_intent}`, `amount?`: a refund at the dashboard. */
  refund: (account, given, actOf) => {
    const charge = chargeOf(account, given)
    const amount = given['amount'] === undefined ? {} : { amount: wholeIn(given, 'amount') }
    return refund(account, actOf(charge.livemode), charge, {
      ...amount,
      reason: 'requested_by_customer',
      metadata: {},
    })
  },
  /** `{refund, how: succeeded | failed}`: the bank took the money, or sent it back. */
  'refund-end': (account, given, actOf) => {
    const one = named(account, 'refund', given['refund'])
    return endRefund(account, actOf(one.livemode), one, oneOf(given, 'how', ['succeeded', 'failed']))
  },
  /** `{charge}` or `{payment_intent}`, `inquiry?`: the payer asks the bank for the money back. */
  dispute: (account, given, actOf) => {
    const charge = chargeOf(account, given)
    return disputeCharge(account, actOf(charge.livemode), charge, { inquiry: given['inquiry'] === 'true' })
  },
  /** `{dispute, verdict: won | lost | closed | appeal}`. */
  'dispute-decide': (account, given, actOf) => {
    const dispute = named(account, 'dispute', given['dispute'])
    return decide(account, actOf(dispute.livemode), dispute, oneOf(given, 'verdict', VERDICTS))
  },
  /** `{payment_intent, how: succeeded | failed}`: a bank debit comes to its end. */
  debit: (account, given, actOf) => {
    const intent = named(account, 'payment_intent', given['payment_intent'])
    endDebit(account, actOf(intent.livemode), intent, oneOf(given, 'how', ['succeeded', 'failed']))
    return named(account, 'payment_intent', intent.id)
  },
  /** `{currency?, livemode?}`: all of the balance goes to the bank. */
  payout: (account, given, actOf) =>
    payOut(account, actOf(given['livemode'] === 'true'), given['currency'] ?? 'usd'),
  /** `{payout, how: paid | failed}`. */
  'payout-end': (account, given, actOf) => {
    const payout = named(account, 'payout', given['payout'])
    return endPayout(account, actOf(payout.livemode), payout, oneOf(given, 'how', ['paid', 'failed']))
  },
  /** `{url, payload?: snapshot | thin, secret?, events?, livemode?}`: events parted by commas. */
  endpoint: (account, given, actOf) =>
    addEndpoint(account, actOf(given['livemode'] === 'true'), {
      url: given['url'] ?? '',
      events: (given['events'] ?? '*').split(',').map(type => type.trim()),
      secret: filledOr(given['secret'], WEBHOOK_SECRET),
      payload: given['payload'] === 'thin' ? 'thin' : 'snapshot',
    }),
  /** `{endpoint}`. */
  'endpoint-remove': (account, given) => {
    const { id } = named(account, 'webhook_endpoint', given['endpoint'])
    account.store.remove(id)
    return { id, deleted: true }
  },
  /** All webhooks that wait, for a retry too, are sent now. */
  'webhooks-release': ({ webhooks }) => {
    webhooks.release()
    return { ok: true }
  },
  /** `{event}`: its webhooks are sent once more. */
  'webhooks-resend': (account, given) => {
    const { id } = named(account, 'event', given['event'])
    return { ok: account.webhooks.resend(id) }
  },
  /** `{seconds}`: time passes. */
  clock: (account, given, actOf) => {
    account.advance(wholeIn(given, 'seconds'))
    for (const livemode of [false, true]) expireDue(account, actOf(livemode))
    return { now: new Date(account.now()).toISOString() }
  },
}

function filledOr(text: string | undefined, otherwise: string): string {
  return text === undefined || text === '' ? otherwise : text
}

function sessionOf(account: Account, given: Given, actOf: (livemode: boolean) => Act): Session {
  if (given['link'] === undefined) return named(account, 'checkout.session', given['session'])
  const link = named(account, 'payment_link', given['link'])
  if (!link.active) throw refused({ message: 'The link is no longer active.' }, 410)
  return visit(account, actOf(link.livemode), link)
}
