/** The page where a person pays, as it looks: what it costs, and ways to pay. No card data is asked for, nor taken. */
import { html, type Html } from '../../lib/html.ts'
import { htmlDocument } from '../../lib/document.ts'
import { METHODS, type Method } from '../methods.ts'
import type { LineItem, PaymentIntent, Session } from '../model.ts'
import { moneyText } from '../money.ts'

/** What the page of a session shows. */
export interface SessionPage {
  readonly session: Session
  readonly intent: PaymentIntent | undefined
  /** Why the last way to pay did not work. */
  readonly problem: string
}

/** The page of a session, whatever became of it. */
export function sessionPage({ session, intent, problem }: SessionPage): Html {
  const sum = moneyText(session.amount_total, session.currency)
  switch (session.status) {
    case 'open':
      return frame(
        'Pay',
        session,
        html`${problem === '' ? html`` : alarm(problem)} ${bill(session, sum)} ${choice(session, sum)}`,
      )
    case 'expired':
      return noticePage('This page has expired', 'Ask for a new link, or open the one you were given again.')
    case 'complete':
      return frame('Paid', session, receipt(session, intent, sum))
    default:
      return session.status satisfies never
  }
}

/** A page that only says something. */
export function noticePage(title: string, text: string): Html {
  return frame(
    title,
    null,
    html`<section class="card">
      <h2>${title}</h2>
      <p class="sub">${text}</p>
    </section>`,
  )
}

function frame(title: string, session: Session | null, body: Html): Html {
  const mode = session?.livemode === true ? 'live mode' : 'test mode'
  return htmlDocument({
    title: `${title} – Stripe sandbox`,
    style: STYLE,
    body: html`<header>
        <div>
          <p class="eyebrow">Stripe sandbox${session === null ? '' : ` · ${mode}`}</p>
          <h1>${title}</h1>
        </div>
      </header>
      <main>${body}</main>`,
  })
}

function alarm(problem: string): Html {
  return html`<section class="card alarm" role="alert"><b>${problem}</b> Try another way to pay.</section>`
}

function bill(session: Session, sum: string): Html {
  return html`<section class="card">
    <p class="sum">${sum}</p>
    <table>
      <tbody>
        ${session.own.lines.map(lineRow)}
      </tbody>
    </table>
  </section>`
}

function lineRow(line: LineItem): Html {
  return html`<tr>
    <td>${line.description ?? ''}</td>
    <td class="number">${line.quantity} ×</td>
    <td class="number">${moneyText(line.amount_total, line.currency)}</td>
  </tr>`
}

function choice(session: Session, sum: string): Html {
  const [usual, ...others] = METHODS
  return html`<form class="card" method="post" action="/pay/sessions/${session.id}">
    <label
      >Your e-mail<input type="email" name="email" value="${session.customer_email ?? ''}" autocomplete="off"
    /></label>
    <label>Your name<input name="name" autocomplete="off" /></label>
    <p class="row">${usual === undefined ? html`` : payButton(usual, `Pay ${sum}`, 'primary')}</p>
    <h3>Or pay with</h3>
    <div class="presets">${others.map(method => payButton(method, method.label, ''))}</div>
    ${session.cancel_url === null ? html`` : html`<p><a href="${safe(session.cancel_url)}">Back without paying</a></p>`}
  </form>`
}

function payButton(method: Method, label: string, look: string): Html {
  return html`<button class="${look}" name="method" value="${method.token}">
    ${label} <span class="quiet">…${method.last4}</span>
  </button>`
}

function receipt(session: Session, intent: PaymentIntent | undefined, sum: string): Html {
  const text =
    session.payment_status === 'unpaid' ? stateOfDebit(intent) : 'Thank you, the payment went through.'
  const { success_url: url } = session
  const back =
    url === null
      ? html``
      : html`<a class="button" href="${safe(filled(url, session.id))}">Back to the shop</a>`
  return html`<section class="card">
    <p class="sum">${sum}</p>
    <p>${text}</p>
    <p class="row">${back} ${intent?.status === 'succeeded' ? disputeButton(intent) : html``}</p>
  </section>`
}

/** What a payer does at the bank, not here; there is no page of a bank. */
function disputeButton({ id }: PaymentIntent): Html {
  return html`<form method="post" action="/__sandbox/stripe/dispute">
    <input type="hidden" name="payment_intent" value="${id}" /><button>Open a dispute at my bank</button>
  </form>`
}

function stateOfDebit(intent: PaymentIntent | undefined): string {
  return intent?.status === 'processing'
    ? 'Thank you. Your bank will move the money in a few days.'
    : 'Your bank refused the debit: nothing was paid.'
}

/** As Stripe fills in the id of the session. */
function filled(url: string, id: string): string {
  return url.replaceAll('{CHECKOUT_SESSION_ID}', id)
}

/** Addresses of pages only: they were given by the caller of the API, and are clicked on by a person. */
function safe(url: string): string {
  return /^https?:\/\//.test(url) ? url : '#'
}

const STYLE: Html = html`
  header, main { max-width: 560px } .sum { font-size: 32px; font-weight: 600; font-variant-numeric:
  tabular-nums; margin-bottom: 8px } .card label { display: block; color: var(--soft); font-size: 13px;
  margin-bottom: 12px } .card input { display: block; width: 100%; margin-top: 4px; font: inherit; color:
  var(--ink); background: var(--page); border: 1px solid var(--line); border-radius: 7px; padding: 8px 10px }
  .primary { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600 }
  .primary .quiet { color: inherit } form.card { display: block } .alarm { border-left: 3px solid var(--bad) }
  p { margin-bottom: 8px }
`
