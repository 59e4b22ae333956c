/** What the boards of payment services share: the merchant's lists, with buttons for what people can do. */
import { htmlDocument } from './document.ts'
import { html, type Html } from './html.ts'
import { pageReply } from './page.ts'
import type { Reply } from './service.ts'
import type { Delivery } from './webhooks.ts'

/** What the page says besides its lists. */
export interface BoardFrame {
  readonly title: string
  readonly subtitle: string
  /** Links beside the title. */
  readonly links: readonly (readonly [label: string, path: string])[]
  /** Why the last act was refused; empty where it was not. */
  readonly problem: string
}

/** The board. */
export function boardPage({ title, subtitle, links, problem }: BoardFrame, lists: Html): Reply {
  const all = [...links, ['Calls and faults', '/__sandbox/'] as const]
  const body = html`<header>
      <div>
        <p class="eyebrow">EchoPilot sandbox</p>
        <h1>${title}</h1>
        <p class="sub">${subtitle}</p>
      </div>
      <div class="row">
        ${all.map(([label, path]) => html`<a class="button" href="${path}">${label}</a>`)}
      </div>
    </header>
    <main>
      ${problem === '' ? html`` : html`<section class="card" role="alert"><b>That did not work.</b> ${problem}</section>`}
      ${lists}
    </main>`
  return pageReply(htmlDocument({ title: `${title} sandbox`, body, style: STYLE }))
}

const STYLE = html`.fields input { font: inherit; color: var(--ink); background: var(--page); border: 1px
solid var(--line); border-radius: 7px; padding: 6px 10px; min-width: 280px }`

/** One list. */
export function section(title: string, columns: readonly string[], rows: readonly Html[]): Html {
  if (rows.length === 0)
    return html`<section class="card">
      <h2>${title}</h2>
      <p class="quiet">None yet.</p>
    </section>`
  return html`<section class="card">
    <h2>${title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${columns.map(column => html`<th>${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`
}

/** One row: an object, what it is about, its state and what can be done. */
export function row(id: string, middle: string, state: string, buttons: readonly Html[]): Html {
  return html`<tr>
    <td><code>${id}</code></td>
    <td>${middle}</td>
    <td><span class="tag">${state}</span></td>
    <td class="row">${buttons}</td>
  </tr>`
}

/** Makes a button that does one act. */
export type ActButton = (name: string, given: Readonly<Record<string, string>>, label: string) => Html

/** The buttons of a stand-in's acts. */
export function actButton(service: string): ActButton {
  return (name, given, label) => {
    const fields = Object.entries(given).map(
      ([field, value]) => html`<input type="hidden" name="${field}" value="${value}" />`,
    )
    return html`<form method="post" action="/__sandbox/${service}/${name}">
      ${fields}<button>${label}</button>
    </form>`
  }
}

/** The webhooks that were sent, with the acts on them and on time. */
export function webhookSections(act: ActButton, deliveries: readonly Delivery[]): Html {
  return html`${section(
      'Webhooks',
      ['Event', 'State', 'Attempts', ''],
      deliveries.map(one => deliveryRow(act, one)),
    )}
    <section class="card row">
      ${act('webhooks-release', {}, 'Send all that waits now')}
      ${act('clock', { seconds: '86400' }, 'Let a day pass')}
    </section>`
}

function deliveryRow(act: ActButton, { eventId, type, state, attempts, lastStatus }: Delivery): Html {
  const answered = lastStatus === null ? '' : ` (${String(lastStatus)})`
  return html`<tr>
    <td>${type} <code class="quiet">${eventId}</code></td>
    <td><span class="tag">${state}</span></td>
    <td class="number">${attempts}${answered}</td>
    <td>${act('webhooks-resend', { event: eventId }, 'Send again')}</td>
  </tr>`
}
