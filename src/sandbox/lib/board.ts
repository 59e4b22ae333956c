/** The boards: the lists of whoever a service works for, with buttons for what people, banks and time can do. */
import { htmlDocument, linkButton, pageHeader, pageReply, problemCard } from './document.ts'
import { html, type Html } from './html.ts'
import type { Reply } from './service.ts'
import type { Delivery } from './webhook-rows.ts'

/** One board. */
export interface Board {
  /** The name of the stand-in, which its acts stand under. */
  readonly service: string
  readonly title: string
  readonly subtitle: string
  /** Links beside the title. */
  readonly links: readonly (readonly [label: string, path: string])[]
  /** Why the last act was refused; empty where it was not. */
  readonly problem: string
  readonly lists: readonly BoardList[]
  /** What an endpoint can be made with: the buttons, and what is given beside its address. Left out where there are none. */
  readonly endpoint?: { readonly buttons: readonly Button[]; readonly example: string }
  /** The webhooks that were sent; left out where none are. */
  readonly deliveries?: readonly Delivery[]
}

/** One list, with what can be done to no row of it. */
export interface BoardList {
  readonly title: string
  readonly rows: readonly BoardRow[]
  readonly buttons?: readonly Button[]
}

/** One row: an object, what it is about, its state and what can be done to it as it stands. */
export interface BoardRow {
  readonly id: string
  readonly about: string
  readonly state: string
  /** The page that it has. */
  readonly opens?: string
  readonly buttons: readonly Button[]
}

/** A button that does one act. */
export type Button = readonly [label: string, act: string, given: Readonly<Record<string, string>>]

/** How many rows a list shows. */
export const MOST_ROWS = 20

/** The page. */
export function boardPage(board: Board): Reply {
  const { title, subtitle, links, problem, lists, deliveries } = board
  const right = [...links, ['Calls and faults', '/__sandbox/'] as const]
  const header = pageHeader(
    title,
    subtitle,
    right.map(([label, path]) => linkButton(label, path)),
  )
  const body = html`${header}
    <main>
      ${problemCard(problem)} ${lists.map(list => section(board, list))} ${endpointForm(board)}
      ${deliveries === undefined ? html`` : section(board, webhookList(deliveries))}
    </main>`
  return pageReply(htmlDocument({ title: `${title} sandbox`, body }))
}

function webhookList(deliveries: readonly Delivery[]): BoardList {
  return {
    title: 'Webhooks',
    rows: deliveries.map(deliveryRow),
    buttons: [
      ['Send all that waits now', 'webhooks-release', {}],
      ['Let a day pass', 'clock', { seconds: '86400' }],
    ],
  }
}

function deliveryRow({ eventId, type, state, attempts, lastStatus }: Delivery): BoardRow {
  const answered = lastStatus === null ? '' : `, the last answered ${String(lastStatus)}`
  return {
    id: eventId,
    about: `${type} · ${String(attempts)} ${attempts === 1 ? 'attempt' : 'attempts'}${answered}`,
    state,
    buttons: [['Send again', 'webhooks-resend', { event: eventId }]],
  }
}

function section(board: Board, { title, rows, buttons = [] }: BoardList): Html {
  const lines = rows.map(
    ({ id, about, state, opens, ...row }) =>
      html`<tr>
        <td>${about}</td>
        <td><code class="quiet">${id}</code></td>
        <td><span class="tag">${state}</span></td>
        <td>
          <div class="row acts">
            ${opens === undefined ? html`` : linkButton('Open', opens)}
            ${row.buttons.map(one => actButton(board, one))}
          </div>
        </td>
      </tr>`,
  )
  return html`<section class="card">
    <div class="row between">
      <h2>${title}</h2>
      <div class="row">${buttons.map(one => actButton(board, one))}</div>
    </div>
    ${
      rows.length === 0
        ? html`<p class="quiet">None yet.</p>`
        : html`<table class="stack">
            ${lines}
          </table>`
    }
  </section>`
}

function actButton({ service }: Board, [label, name, given]: Button): Html {
  return html`<form method="post" action="/__sandbox/${service}/${name}">
    ${hidden(given)}<button>${label}</button>
  </form>`
}

function hidden(given: Button[2]): readonly Html[] {
  return Object.entries(given).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
}

function endpointForm({ service, endpoint }: Board): Html {
  if (endpoint === undefined) return html``
  const forms = endpoint.buttons.map(
    ([label, name, given]) =>
      html`<form class="row" method="post" action="/__sandbox/${service}/${name}">
        ${hidden(given)}<input name="url" placeholder="${endpoint.example}" aria-label="address" /><button>
          ${label}
        </button>
      </form>`,
  )
  return html`<section class="card">
    <h2>Send webhooks to</h2>
    ${forms}
  </section>`
}
