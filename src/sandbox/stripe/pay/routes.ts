/** What a person does at the pages where one pays. */
import { originOf } from '../../lib/hand.ts'
import { isObject, stringOf } from '../../lib/json.ts'
import { pageReply } from '../../lib/page.ts'
import type { Reply, Route, SandboxRequest } from '../../lib/service.ts'
import { outsideAct, type Account, type Act } from '../account.ts'
import { methodOf } from '../methods.ts'
import type { PaymentLink, Session } from '../model.ts'
import { expireDue, payAt, visit } from '../sessions.ts'
import { noticePage, sessionPage } from './page.ts'

/** The routes. They are the sandbox's own: no key is asked for, and no fault acts on them. */
export function payRoutes(account: Account): readonly Route[] {
  const opened = (work: (request: SandboxRequest, id: string) => Reply): Route['handle'] => {
    return request => work(request, request.params['id'] ?? '')
  }
  return [
    {
      method: 'GET',
      path: '/pay/links/{id}',
      handle: opened((request, id) => openLink(account, request, id)),
    },
    {
      method: 'GET',
      path: '/pay/sessions/{id}',
      handle: opened((request, id) => showSession(account, request, id)),
    },
    {
      method: 'POST',
      path: '/pay/sessions/{id}',
      handle: opened((request, id) => payByForm(account, request, id)),
    },
    { method: 'GET', path: '/pay/receipts/{id}', handle: opened((_, id) => showReceipt(account, id)) },
  ]
}

function openLink(account: Account, request: SandboxRequest, id: string): Reply {
  const link = account.store.find('payment_link', id)
  if (link === undefined) return nothing()
  if (!link.active) return closed(link)
  const session = visit(account, actFor(account, request, link.livemode), link)
  return { status: 303, headers: { location: `/pay/sessions/${session.id}` }, body: '' }
}

function nothing(): Reply {
  return pageReply(noticePage('No such page', 'The address is not complete, or was never given out.'), 404)
}

function closed({ inactive_message }: PaymentLink): Reply {
  const text = inactive_message ?? 'This link is no longer active: it was paid, replaced or withdrawn.'
  return pageReply(noticePage('This link is no longer active', text), 410)
}

function actFor(account: Account, request: SandboxRequest, livemode: boolean): Act {
  return outsideAct(account, livemode, originOf(request))
}

/** The session as it is now: it may have expired since. */
function sessionNow(account: Account, request: SandboxRequest, id: string): Session | undefined {
  const session = account.store.find('checkout.session', id)
  if (session !== undefined) expireDue(account, actFor(account, request, session.livemode))
  return account.store.find('checkout.session', id)
}

function showSession(account: Account, request: SandboxRequest, id: string, problem = ''): Reply {
  const session = sessionNow(account, request, id)
  if (session === undefined) return nothing()
  const intent = account.store.find('payment_intent', session.payment_intent ?? '')
  return pageReply(sessionPage({ session, intent, problem }), problem === '' ? 200 : 402)
}

function payByForm(account: Account, request: SandboxRequest, id: string): Reply {
  const form = new URLSearchParams(request.rawBody.toString('utf8'))
  const session = sessionNow(account, request, id)
  const method = methodOf(form.get('method') ?? '')
  if (session === undefined || method === undefined) return nothing()
  if (session.status === 'open') {
    const act = actFor(account, request, session.livemode)
    const payer = { email: filledIn(form, 'email'), name: filledIn(form, 'name') }
    const { intent } = payAt(account, act, session, method, payer)
    const error = intent?.['last_payment_error']
    if (isObject(error)) return showSession(account, request, id, stringOf(error, 'message'))
  }
  return { status: 303, headers: { location: `/pay/sessions/${id}` }, body: '' }
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
