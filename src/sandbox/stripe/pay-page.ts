/** The page where a person pays, as it looks: what it costs, and ways to pay. No card data is asked for, nor taken. */
import { htmlDocument } from '../lib/document.ts'
import { html, type Html } from '../lib/html.ts'
import { METHODS, type Method } from './methods.ts'
import type { LineItem, PaymentIntent, Session } from './model.ts'
import { moneyText } from './money.ts'

/** The page of a session, whatever became of it; `problem` is why the last way to pay did not work. */
export function sessionPage(session: Session, intent: PaymentIntent | undefined, problem: string): Html {
  switch (session.status) {
    case 'open':
      return page('Pay', session.livemode, html`${alarm(problem)} ${bill(session)} ${choice(session)}`)
    case 'expired':
      return noticePage('This page has expired', 'Ask for a new link, or open the one you were given again.')
    case 'complete':
      return page('Paid', session.livemode, receipt(session, intent))
    default:
      return session.status satisfies never
  }
}

/** A page that only says something. */
export function noticePage(title: string, text: string): Html {
  return page(title, false, html`<section class="card"><p>${text}</p></section>`)
}

function page(title: string, livemode: boolean, body: Html): Html {
  return htmlDocument({
    title: `${title} – Stripe sandbox`,
    style: STYLE,
    body: html`<header>
        <div>
          <p class="eyebrow">Stripe sandbox${livemode ? ' · live mode' : ''}</p>
          <h1>${title}</h1>
        </div>
      </header>
      <main>${body}</main>`,
  })
}

function alarm(problem: string): Html {
  if (problem === '') return html``
  return html`<section class="card alarm" role="alert"><b>${problem}</b> Try another way to pay.</section>`
}

function sumOf({ amount_total, currency }: Session): string {
  return moneyText(amount_total, currency)
}

function bill(session: Session): Html {
  return html`<section class="card">
    <p class="sum">${sumOf(session)}</p>
    <table>
      <tbody>
        ${session.lines.map(lineRow)}
      </tbody>
    </table>
  </section>`
}

function lineRow({ description, quantity, amount_total, currency }: LineItem): Html {
  return html`<tr>
    <td>${description}</td>
    <td class="number">${quantity} ×</td>
    <td class="number">${moneyText(amount_total, currency)}</td>
  </tr>`
}

function choice(session: Session): Html {
  const buttons = METHODS.map((method, index) =>
    index === 0 ? payButton(method, `Pay ${sumOf(session)}`, 'primary') : payButton(method, method.label, ''),
  )
  return html`<form class="card" method="post" action="/pay/sessions/${session.id}">
    <label>Your e-mail<input type="email" name="email" autocomplete="off" /></label>
    <label>Your name<input name="name" autocomplete="off" /></label>
    <div class="presets">${buttons}</div>
  </form>`
}

function payButton({ token, last4 }: Method, label: string, look: string): Html {
  return html`<button class="${look}" name="method" value="${token}">
    ${label} <span class="quiet">…${last4}</span>
  </button>`
}

function receipt(session: Session, intent: PaymentIntent | undefined): Html {
  return html`<section class="card">
    <p class="sum">${sumOf(session)}</p>
    <p>
      ${session.payment_status === 'unpaid' ? stateOfDebit(intent) : 'Thank you, the payment went through.'}
    </p>
    ${intent?.status === 'succeeded' ? disputeButton(intent) : html``}
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

const STYLE: Html = html`
  header, main { max-width: 560px } .sum { font-size: 32px; font-weight: 600; font-variant-numeric:
  tabular-nums; margin-bottom: 8px } .card label { display: block; color: var(--soft); font-size: 13px;
  margin-bottom: 12px } .card input { display: block; width: 100%; margin-top: 4px; font: inherit; color:
  var(--ink); background: var(--page); border: 1px solid var(--line); border-radius: 7px; padding: 8px 10px }
  .primary { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600 }
  .primary .quiet { color: inherit } form.card { display: block } .alarm { border-left: 3px solid var(--bad) }
  p { margin-bottom: 8px }
`
