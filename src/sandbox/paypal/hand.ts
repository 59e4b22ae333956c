/** What people do besides the API: payers, the merchant at the dashboard, PayPal, banks, and time. */
import { chosenIn, handRoutes, usualActs, wholeIn, type HandActs } from '../lib/hand.ts'
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Reply, Route } from '../lib/service.ts'
import { newId, type Account, type Act } from './account.ts'
import { actOf, found } from './call.ts'
import { endCapture, endRefund, refund } from './captures.ts'
import { moveDispute, MOVES, openDispute } from './disputes.ts'
import { WEBHOOK_ID } from './identity.ts'
import { PAYERS, payerOf } from './model.ts'
import { minorIn } from './money.ts'
import { addEndpoint } from './notifications.ts'
import { approve, openOrder } from './orders.ts'
import { seedPayments } from './seed.ts'
import { shownCapture, shownDispute, shownOrder, shownRefund } from './show.ts'
import { SIGNER_KINDS } from './signing.ts'
import { book, setLag } from './transactions.ts'

const ISSUER = '/__sandbox/paypal/issuer.pem'

/** The routes, the certificate that is to be trusted, and the one between it and those that sign. */
export function outsideRoutes(account: Account): readonly Route[] {
  const root = (): Reply => ({ status: 200, body: account.signers.root() })
  const issuer = (): Reply => ({ status: 200, body: account.signers.issuer() })
  return [
    ...handRoutes({
      service: 'paypal',
      acts: ACTS,
      actOf: request => actOf(account, request),
      sentence: sentenceOf,
    }),
    { method: 'GET', path: '/__sandbox/paypal/root.pem', handle: root },
    { method: 'GET', path: ISSUER, handle: issuer },
  ]
}

function sentenceOf(error: JsonObject): string {
  const details = Array.isArray(error['details']) ? error['details'].filter(isObject) : []
  return details.map(one => stringOf(one, 'description') ?? '').join(' ')
}

const ACTS: HandActs<Act> = {
  ...usualActs<Act>(),
  /** `{order, payer?}`: a person opens the link and agrees. */
  approve: (act, given) => {
    const tokens = PAYERS.map(({ token }) => token)
    const payer = payerOf(chosenIn({ payer: PAYERS[0].token, ...given }, 'payer', tokens)) ?? PAYERS[0]
    return shownOrder(act, approve(act, openOrder(act, given['order'] ?? ''), payer))
  },
  /** `{capture, how: completed | denied}`: a pending payment comes to its end. */
  'capture-end': (act, given) => {
    const how = chosenIn(given, 'how', ['completed', 'denied'])
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
    const how = chosenIn(given, 'how', ['completed', 'failed'])
    return shownRefund(act, endRefund(act, found(act, 'refund', given['refund']), how))
  },
  /** `{capture, kind: claim | inquiry | chargeback}`: the payer complains. */
  dispute: (act, given) => {
    const kind = chosenIn(given, 'kind', ['claim', 'inquiry', 'chargeback'])
    return shownDispute(act, openDispute(act, found(act, 'capture', given['capture']), kind))
  },
  /** `{dispute, how}`: one of its moves. */
  'dispute-move': (act, given) => {
    const dispute = found(act, 'dispute', given['dispute'])
    return shownDispute(act, moveDispute(act, dispute, chosenIn(given, 'how', MOVES)))
  },
  /** `{count, days?, value?, currency?, prefix?}`: many payments over the last days, without events. */
  seed: seedPayments,
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
  /** `{kind: new | alone | expired | foreign | misnamed}`: another certificate signs from now on. */
  certificate: ({ signers, origin }, given) => ({
    id: signers.change(chosenIn(given, 'kind', SIGNER_KINDS), origin + ISSUER),
  }),
  /** All access tokens end at once. */
  'tokens-end': ({ store }) => {
    for (const { id } of store.list('token', {})) store.remove(id)
    return { ok: true }
  },
  /** `{seconds}`: how long transaction search is behind. */
  lag: (act, given) => {
    setLag(act, wholeIn(given, 'seconds', { least: 0 }) * 1000)
    return { ok: true }
  },
}
