/** The chat page: what was said, a line to write in, and the bot's buttons. */
import { htmlDocument, linkButton, pageHeader, pageReply, problemCard } from '../lib/document.ts'
import { css, html, type Html } from '../lib/html.ts'
import type { Reply } from '../lib/service.ts'
import { PEOPLE, type Chats, type Message, type Press } from './chats.ts'

const MOST = 50

const STYLE = css`
  .say {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    max-width: 46rem;
  }
  .mine {
    margin-inline-start: auto;
  }
`

/** The page. */
export function chatPage(chats: Chats, problem: string): Reply {
  const header = pageHeader('Telegram', 'A chat with the bot: write to it, and press its buttons', [
    linkButton('Refresh', '/'),
    linkButton('Calls and faults', '/__sandbox/'),
  ])
  const presses = chats.presses()
  const messages = chats.all().slice(-MOST)
  const options = messages.toReversed().filter(({ from }) => from === null)
  const body = html`${header}
    <main>
      ${problemCard(problem)}
      ${messages.length === 0 ? html`<p class="quiet">Nobody said anything yet.</p>` : html``}
      ${messages.map(message => bubble(message, presses))}
      <section class="card">
        <form class="row" method="post" action="/__sandbox/telegram/say">
          <select name="who" aria-label="who writes">
            ${[...PEOPLE].map(([id, name]) => html`<option value="${id}">${name}</option>`)}
          </select>
          <select name="reply_to" aria-label="replies to">
            <option value="">to the bot</option>
            ${options.map(({ id, text }) => html`<option value="${id}">in reply to: ${text.slice(0, 40)}</option>`)}
          </select>
          <input name="text" placeholder="/status" aria-label="message" autofocus />
          <button>Send</button>
        </form>
      </section>
    </main>`
  return pageReply(htmlDocument({ title: 'Telegram sandbox', body, style: STYLE }))
}

function bubble({ id, from, text, keys, atMs, isEdited }: Message, presses: readonly Press[]): Html {
  const who = from === null ? 'EchoPilot' : (PEOPLE.get(from) ?? String(from))
  const said = presses.filter(({ message, said: answer }) => message === id && answer !== null)
  const at = new Date(atMs).toISOString().slice(11, 19)
  return html`<section class="card say ${from === null ? '' : 'mine'}">
    <p class="quiet">${who} · ${at}${isEdited ? ' · edited' : ''}</p>
    <div dir="auto">${text}</div>
    ${keys.map(
      row =>
        html`<div class="row">
          ${row.map(
            key =>
              html`<form method="post" action="/__sandbox/telegram/press">
                <input type="hidden" name="message" value="${id}" />
                <input type="hidden" name="data" value="${key.callback_data}" /><button>${key.text}</button>
              </form>`,
          )}
        </div>`,
    )}
    ${said.map(({ said: answer }) => html`<p class="quiet">${answer ?? ''}</p>`)}
  </section>`
}
