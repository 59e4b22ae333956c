/** The pages where a person pays, the same for each vendor: what, to whom, and what may become of it. No card is asked for. */
import { htmlDocument, pageReply } from './document.ts'
import { css, html, type Html } from './html.ts'
import type { Reply } from './service.ts'

/** Whom payers pay, where nothing else is said. */
export const PAYEE = 'Sandbox Studio'

/** What is to be paid. */
export interface Bill {
  readonly payee: string
  readonly total: string
  /** What it is for, with an amount each where it is more than one thing. */
  readonly lines: readonly (readonly [what: string, amount: string])[]
}

/** One page. */
export interface PayPage {
  readonly vendor: string
  readonly title: string
  readonly bill?: Bill
  /** Why the last way to pay did not work; empty where none was tried. */
  readonly problem?: string
  /** What is said below the bill. */
  readonly news?: string
  /** What the person can do next. */
  readonly actions?: Html
  readonly status?: number
}

/** The page. */
export function payPage({ vendor, title, bill, problem = '', news = '', actions, status }: PayPage): Reply {
  const body = html`<p class="banner"><b>Sandbox.</b> Nothing here is ${vendor}, and no money moves.</p>
    <main>
      <section class="card">
        <p class="eyebrow">${vendor} sandbox</p>
        <h1>${title}</h1>
        ${bill === undefined ? html`` : billOf(bill)}
        ${problem === '' ? html`` : html`<p class="problem" role="alert"><b>${problem}</b> Try another way to pay.</p>`}
        ${news === '' ? html`` : html`<p class="news">${news}</p>`} ${actions ?? html``}
      </section>
    </main>`
  return pageReply(htmlDocument({ title: `${title} – ${vendor} sandbox`, body, style: STYLE }), status)
}

function billOf({ payee, total, lines }: Bill): Html {
  const rows = lines.map(
    ([what, amount]) =>
      html`<tr>
        <td>${what}</td>
        <td class="number">${amount}</td>
      </tr>`,
  )
  return html`<p class="sum">${total}</p>
    <p class="sub">to ${payee}</p>
    <table>
      ${rows}
    </table>`
}

/** A way to pay: its name in the form, and what the button says. */
export type Way = readonly [value: string, label: string]

/** What the form of a page is made of. */
export interface PayForm {
  readonly action: string
  /** The name of the chosen way. */
  readonly field: string
  readonly ways: readonly Way[]
  /** More fields. */
  readonly fields?: Html
  /** Where who does not want to pay goes. */
  readonly leave: string
}

/** The ways to pay: the first is the usual one, the others show what else can happen. */
export function payForm({ action, field, ways, fields = html``, leave }: PayForm): Html {
  const [first, ...others] = ways.map(
    ([value, label], index) =>
      html`<button class="${index === 0 ? 'primary' : ''}" name="${field}" value="${value}">
        ${label}
      </button>`,
  )
  return html`<form method="post" action="${action}">
    ${fields} ${first ?? html``}
    <h3>Or see what else can happen</h3>
    ${others}
    <a class="button leave" href="${leave}">Cancel</a>
  </form>`
}

const STYLE = css`
  .banner {
    background: var(--warn-bg);
    color: var(--warn);
    padding: 10px 24px;
    text-align: center;
  }
  main {
    max-width: 480px;
    padding-top: 24px;
  }
  main form {
    display: flex;
    flex-direction: column;
    gap: 8px;
    margin-top: 20px;
  }
  button,
  .button {
    padding: 10px 14px;
    text-align: center;
  }
  h3 {
    margin: 14px 0 0;
  }
  td {
    white-space: normal;
  }
  .number {
    padding-right: 0;
    white-space: nowrap;
  }
  .sum {
    font-size: 34px;
    line-height: 1.3;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .sub {
    margin-bottom: 14px;
  }
  h1 {
    font-size: 20px;
  }
  label input {
    display: block;
    width: 100%;
    margin: 4px 0 8px;
  }
  .news {
    margin: 14px 0;
  }
  .problem {
    background: var(--bad-bg);
    color: var(--bad);
    border-radius: 7px;
    padding: 10px 14px;
    margin: 14px 0;
  }
  details {
    margin-top: 14px;
  }
  .leave {
    border-color: transparent;
    color: var(--soft);
  }
`
