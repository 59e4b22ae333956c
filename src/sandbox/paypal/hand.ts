/** What people do besides the API: payers, the merchant at the dashboard, PayPal, banks, and time. */
import { handRoutes, type Given, type HandAct } from '../lib/hand.ts'
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Objects } from '../lib/objects.ts'
import type { Route } from '../lib/service.ts'
import { newId, type Account, type Act } from './account.ts'
import { actOf } from './call.ts'
import { endCapture, endRefund, refund } from './captures.ts'
import { moveDispute, MOVES, openDispute } from './disputes.ts'
import { invalid, notFound } from './errors.ts'
import { WEBHOOK_ID } from './identity.ts'
import { payerOf, PAYERS } from './model.ts'
import { minorIn } from './money.ts'
import { addEndpoint } from './notifications.ts'
import { approve, openOrder } from './orders.ts'
import { shownCaptureAlone, shownDispute, shownOrder, shownRefund } from './show.ts'
import { SIGNER_KINDS } from './signing.ts'
import { book, setLag } from './transactions.ts'

/** One act: what it changes comes back. */
type Work = (account: Account, act: Act, given: Given) => JsonObject

/** The routes, and the certificate that is to be trusted. */
export function outsideRoutes(account: Account): readonly Route[] {
  const acts = Object.entries(ACTS).map(([name, work]): [string, HandAct] => [
    name,
    (given, request) => work(account, actOf(account, request), given),
  ])
  const routes = handRoutes({
    service: 'paypal',
    acts: Object.fromEntries(acts),
    shown: changed => changed,
    sentence: body => {
      const details = isObject(body) && Array.isArray(body['details']) ? body['details'].filter(isObject) : []
      return details.map(one => stringOf(one, 'description') ?? '').join(' ')
    },
  })
  const root: Route = {
    method: 'GET',
    path: '/__sandbox/paypal/root.pem',
    handle: () => ({ status: 200, body: account.signers.root() }),
  }
  return [...routes, root]
}

function named<T>(all: Objects<T>, id = ''): T {
  const object = all.get(id)
  if (object === undefined) throw notFound()
  return object
}

function oneOf<T extends string>(given: Given, name: string, values: readonly T[]): T {
  const value = values.find(one => one === given[name])
  if (value !== undefined) return value
  throw invalid({
    issue: 'INVALID_PARAMETER_VALUE',
    field: name,
    description: `${name} is one of ${values.join(', ')}.`,
  })
}

function numberIn(given: Given, name: string): number {
  const value = Number(given[name])
  if (Number.isInteger(value) && value >= 0) return value
  throw invalid({ issue: 'INVALID_PARAMETER_VALUE', field: name, description: `${name} is a whole number.` })
}

const ACTS: Readonly<Record<string, Work>> = {
  /** `{order, payer?}`: a person opens the link and agrees. */
  approve: (account, act, given) => {
    const order = openOrder(account, act, given['order'] ?? '')
    const payer = payerOf(
      oneOf(
        { payer: 'ana', ...given },
        'payer',
        PAYERS.map(({ token }) => token),
      ),
    )
    if (order === undefined || payer === undefined) throw notFound()
    return shownOrder(account, act, approve(account, act, order, payer), true)
  },
  /** `{capture, how: completed | denied}`: a pending payment comes to its end. */
  'capture-end': (account, act, given) => {
    const how = oneOf(given, 'how', ['completed', 'denied'])
    return shownCaptureAlone(act, endCapture(account, act, named(account.captures, given['capture']), how))
  },
  /** `{capture, value?}`: a refund at the dashboard, of all that is left or of an amount. */
  refund: (account, act, given) => {
    const capture = named(account.captures, given['capture'])
    const { minor, refunded, currency } = capture
    const { value } = given
    const some =
      value === undefined ? minor - refunded : minorIn({ currency_code: currency, value }, '/amount')
    return shownRefund(act, refund(account, act, capture, { minor: some, currency, ids: {} }))
  },
  /** `{refund, how: completed | failed}`: a slow refund comes to its end. */
  'refund-end': (account, act, given) => {
    const how = oneOf(given, 'how', ['completed', 'failed'])
    return shownRefund(act, endRefund(account, act, named(account.refunds, given['refund']), how))
  },
  /** `{capture, kind: claim | inquiry | chargeback}`: the payer complains. */
  dispute: (account, act, given) => {
    const kind = oneOf(given, 'kind', ['claim', 'inquiry', 'chargeback'])
    const stage = kind === 'inquiry' ? 'INQUIRY' : 'CHARGEBACK'
    const channel = kind === 'chargeback' ? 'EXTERNAL' : 'INTERNAL'
    const opened = openDispute(account, act, named(account.captures, given['capture']), { stage, channel })
    return shownDispute(account, act, opened, true)
  },
  /** `{dispute, how}`: one of its moves. */
  'dispute-move': (account, act, given) => {
    const after = moveDispute(
      account,
      act,
      named(account.disputes, given['dispute']),
      oneOf(given, 'how', MOVES),
    )
    return shownDispute(account, act, after, true)
  },
  /** `{value, currency}`: money goes to the bank. */
  withdraw: (account, act, given) => {
    const [currency, value] = [given['currency'] ?? 'USD', given['value'] ?? '']
    const minor = -minorIn({ currency_code: currency, value }, '/amount')
    const id = newId()
    book(
      account,
      act,
      { id, code: 'T0400', minor, fee: 0, currency, reference: null, ids: {}, payer: null },
      'S',
    )
    return { id }
  },
  /** `{url, events?, id?}`: types parted by commas; the first one has the id that is known. */
  endpoint: (account, _, given) => {
    const types = (given['events'] ?? '*').split(',').map(type => type.trim())
    const usual = account.endpoints.get(WEBHOOK_ID) === undefined ? WEBHOOK_ID : newId()
    return { id: addEndpoint(account, { url: given['url'] ?? '', types }, given['id'] ?? usual) }
  },
  /** `{endpoint}`. */
  'endpoint-remove': ({ endpoints }, _, given) => {
    named(endpoints, given['endpoint'])
    endpoints.remove(given['endpoint'] ?? '')
    return { ok: true }
  },
  /** `{kind: new | expired | foreign | misnamed}`: another certificate signs from now on. */
  certificate: ({ signers }, _, given) => ({ id: signers.change(oneOf(given, 'kind', SIGNER_KINDS)) }),
  /** All access tokens end at once. */
  'tokens-end': ({ tokens }) => {
    for (const [token] of tokens.list()) tokens.remove(token)
    return { ok: true }
  },
  /** `{seconds}`: how long transaction search is behind. */
  lag: (account, _, given) => {
    setLag(account, numberIn(given, 'seconds') * 1000)
    return { ok: true }
  },
  /** All webhooks that wait, for a retry too, are sent now. */
  'webhooks-release': ({ webhooks }) => {
    webhooks.release()
    return { ok: true }
  },
  /** `{event}`: its webhooks are sent once more. */
  'webhooks-resend': ({ webhooks, events }, _, given) => {
    named(events, given['event'])
    return { ok: webhooks.resend(given['event'] ?? '') }
  },
  /** `{seconds}`: time passes. */
  clock: (account, _, given) => {
    account.advance(numberIn(given, 'seconds'))
    return { now: new Date(account.now()).toISOString() }
  },
}
