/** What a person does at the pages where one pays. No key is asked for there, and no fault acts on them. */
import { originOf } from '../lib/hand.ts'
import { isObject, stringOf } from '../lib/json.ts'
import { pageReply } from '../lib/page.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import { outsideAct, type Account } from './account.ts'
import { methodOf } from './methods.ts'
import type { Session } from './model.ts'
import { noticePage, sessionPage } from './pay-page.ts'
import { expireDue, payAt, visit } from './sessions.ts'

/** A page of one object. */
type Work = (account: Account, id: string, request: SandboxRequest) => Reply

/** The routes. */
export function payRoutes(account: Account): readonly Route[] {
  const route = (method: string, path: string, work: Work): Route => ({
    method,
    path,
    handle: request => work(account, request.params['id'] ?? '', request),
  })
  return [
    route('GET', '/pay/links/{id}', openLink),
    route('GET', '/pay/sessions/{id}', showSession),
    route('POST', '/pay/sessions/{id}', payByForm),
    route('GET', '/pay/receipts/{id}', showReceipt),
  ]
}

function openLink(account: Account, id: string, request: SandboxRequest): Reply {
  const link = account.store.find('payment_link', id)
  if (link === undefined) return nothing()
  if (link.active) return toSession(visit(outsideAct(account, link.livemode, originOf(request)), link).id)
  const text = link.inactive_message ?? 'It was paid, replaced or withdrawn.'
  return pageReply(noticePage('This link is no longer active', text), 410)
}

function nothing(): Reply {
  return pageReply(noticePage('No such page', 'The address is not complete, or was never given out.'), 404)
}

function toSession(id: string): Reply {
  return { status: 303, headers: { location: `/pay/sessions/${id}` }, body: '' }
}

/** The session as it is now: it may have expired since. */
function sessionNow(account: Account, id: string): Session | undefined {
  for (const livemode of [false, true]) expireDue(outsideAct(account, livemode, ''))
  return account.store.find('checkout.session', id)
}

function showSession(account: Account, id: string): Reply {
  return sessionReply(account, id, '')
}

function sessionReply(account: Account, id: string, problem: string): Reply {
  const session = sessionNow(account, id)
  if (session === undefined) return nothing()
  const intent = account.store.find('payment_intent', session.payment_intent ?? '')
  return pageReply(sessionPage(session, intent, problem), problem === '' ? 200 : 402)
}

function payByForm(account: Account, id: string, request: SandboxRequest): Reply {
  const form = new URLSearchParams(request.rawBody.toString('utf8'))
  const session = sessionNow(account, id)
  const method = methodOf(form.get('method') ?? '')
  if (session === undefined || method === undefined) return nothing()
  if (session.status !== 'open') return toSession(id)
  const act = outsideAct(account, session.livemode, originOf(request))
  const problem = payAt(act, session, method, {
    email: filledIn(form, 'email'),
    name: filledIn(form, 'name'),
  })
  return isObject(problem) ? sessionReply(account, id, stringOf(problem, 'message') ?? '') : toSession(id)
}

function filledIn(form: URLSearchParams, name: string): string | null {
  const text = form.get(name)?.trim() ?? ''
  return text === '' ? null : text
}

function showReceipt(account: Account, id: string): Reply {
  const charge = account.store.find('charge', id)
  if (charge === undefined) return nothing()
  return pageReply(noticePage('Receipt', `Payment ${charge.id}: ${charge.status}.`))
}
