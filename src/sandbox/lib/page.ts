/** The state page of a stand-in. */
import type { LoggedCall } from './call-log.ts'
import { htmlDocument, linkButton, pageHeader } from './document.ts'
import { USUAL_PRESETS, type Fault, type FaultPreset } from './fault.ts'
import { html, type Html } from './html.ts'
import type { Figure, Service, ServiceDefinition } from './service.ts'

/** What the page shows. */
export interface StatePage {
  readonly definition: ServiceDefinition
  readonly service: Service
  readonly calls: readonly LoggedCall[]
  readonly faults: readonly Fault[]
  /** The path of this page. */
  readonly home: string
}

/** The whole page; it loads nothing from elsewhere and works without scripts. */
export function statePage(shown: StatePage): Html {
  const { definition, service } = shown
  return htmlDocument({
    title: `${definition.title} – EchoPilot sandbox`,
    body: html`${header(shown)}
      <main>${figures(service.figures())} ${faultCard(shown)} ${callCard(shown)} ${footer()}</main>`,
  })
}

function header({ definition, home }: StatePage): Html {
  return pageHeader(definition.title, definition.subtitle, [
    ...(home === '/' ? [] : [linkButton('Board', '/')]),
    linkButton('Refresh', home),
    html`<form method="post" action="/__sandbox/reset">
      <button class="danger">Reset everything</button>
    </form>`,
  ])
}

function figures(shown: readonly Figure[]): Html {
  const cells = shown.map(
    ({ value, label }) =>
      html`<div class="figure"><b>${value.toLocaleString('en-US')}</b><span>${label}</span></div>`,
  )
  return html`<div class="figures">${cells}</div>`
}

function faultCard({ definition, faults }: StatePage): Html {
  return html`<section class="card">
    <div class="row between">
      <h2>Faults</h2>
      ${faults.length === 0 ? html`` : clearButton()}
    </div>
    ${faults.length === 0 ? html`<p class="quiet">None armed: every call is answered normally.</p>` : faultTable(faults)}
    <h3>Arm one for the next call</h3>
    <div class="presets">${[...USUAL_PRESETS, ...(definition.presets ?? [])].map(presetButton)}</div>
  </section>`
}

function clearButton(): Html {
  return html`<form method="post" action="/__sandbox/faults/clear"><button>Disarm all</button></form>`
}

function presetButton(preset: FaultPreset): Html {
  return html`<form method="post" action="/__sandbox/faults">
    <input type="hidden" name="fault" value="${JSON.stringify(preset.fault)}" /><button>
      ${preset.label}
    </button>
  </form>`
}

function faultTable(faults: readonly Fault[]): Html {
  const rows = faults.map(
    fault =>
      html`<tr>
        <td><span class="tag warn">${fault.action.type}</span></td>
        <td><code>${JSON.stringify(fault.match)}</code></td>
        <td class="number">${fault.skip}</td>
        <td class="number">${fault.times}</td>
      </tr>`,
  )
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Action</th>
          <th>For calls</th>
          <th class="number">Skips</th>
          <th class="number">Left</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function callCard({ service, calls }: StatePage): Html {
  if (calls.length === 0)
    return html`<section class="card">
      <h2>Last calls</h2>
      <p class="quiet">No calls yet.</p>
    </section>`
  const columns = service.callColumns ?? []
  const models = calls.some(({ model }) => model !== null)
  return html`<section class="card">
    <h2>Last calls</h2>
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th>Time</th>
            <th>Call</th>
            <th>Kind</th>
            ${models ? html`<th>Model</th>` : html``}
            ${columns.map(column => html`<th class="number">${column}</th>`)}
            <th>Status</th>
          </tr>
        </thead>
        <tbody>
          ${calls.map(call => callRow(call, columns, models))}
        </tbody>
      </table>
    </div>
  </section>`
}

function callRow(call: LoggedCall, columns: readonly string[], models: boolean): Html {
  return html`<tr>
    <td class="quiet">${new Date(call.atMs).toISOString().slice(11, 23)}</td>
    <td>${call.method} <code>${call.path}</code></td>
    <td>${call.kind === null ? html`` : html`<span class="tag">${call.kind}</span>`}</td>
    ${models ? html`<td>${call.model ?? ''}</td>` : html``}
    ${columns.map(column => html`<td class="number">${call.summary[column] ?? ''}</td>`)}
    <td>
      ${statusTag(call)} ${call.fault === null ? html`` : html`<span class="tag warn">${call.fault}</span>`}
    </td>
  </tr>`
}

function statusTag(call: LoggedCall): Html {
  if (call.status === null) return html`<span class="tag bad">no answer</span>`
  return call.status < 400
    ? html`<span class="tag good">${call.status}</span>`
    : html`<span class="tag bad">${call.status}</span>`
}

function footer(): Html {
  return html`<footer>
    A stand-in with a database of its own, on this machine only. Nothing here reaches the real service or
    costs money. JSON:
    <a href="/__sandbox/state">state</a> · <a href="/__sandbox/ledger">ledger</a> ·
    <a href="/__sandbox/faults">faults</a>
  </footer>`
}
