/** The board's first page: the queue by Status, any other data source as a table. */
import { html, type Html } from '../../lib/html.ts'
import type { Page, Property } from '../model.ts'
import { optionsOf, type Option } from '../properties/options.ts'
import { optionOf, valueInWords } from '../properties/show.ts'
import type { Workspace } from '../workspace.ts'
import { addForm } from './add-form.ts'
import {
  column,
  fact,
  isQueue,
  NOTHING,
  optionTag,
  sourceViews,
  statusColumn,
  titleWords,
  triggerButton,
  words,
  type SourceView,
} from './source-view.ts'

const MOST_SHOWN = 40
const MOST_ROWS = 200
const MOST_COLUMNS = 8

/** The body of the page; `chosen` is the id of a data source, the first one when there is none such. */
export function homeBody(workspace: Workspace, chosen: string | null, envFile: string): Html {
  const views = sourceViews(workspace)
  const view = views.find(({ source }) => source.id === chosen) ?? views[0]
  if (view === undefined) return emptyBody(envFile)
  return html`${tabs(views, view)} ${isQueue(view) ? queue(view, envFile) : table(view)}`
}

function emptyBody(envFile: string): Html {
  return html`<section class="card empty">
    <h2>No databases yet</h2>
    <p>This workspace holds one page, “EchoPilot”, and nothing in it. EchoPilot makes its databases there:</p>
    ${commands(envFile, 'npx echopilot init')}
  </section>`
}

/** What to type; without the environment it would be another store, and another workspace. */
function commands(envFile: string, command: string): Html {
  return html`<p><code>source '${envFile}'</code></p>
    <p><code>${command}</code></p>`
}

function tabs(views: readonly SourceView[], current: SourceView): Html {
  const links = views.map(view => {
    const mark = view.source.id === current.source.id ? html`aria-current="page"` : NOTHING
    return html`<a href="/?db=${view.source.id}" ${mark}
      >${view.name}<span class="count">${view.workspace.pages.count(view.source.id)}</span></a
    >`
  })
  return html`<nav aria-label="Databases">${links}</nav>`
}

/** The path of a data source on the board. */
function pathOf(view: SourceView): string {
  return `/?db=${view.source.id}`
}

function queue(view: SourceView, envFile: string): Html {
  const rows = view.workspace.pages.in(view.source.id).toReversed()
  const form = addForm(view, pathOf(view), rows.length === 0)
  if (rows.length === 0) {
    return html`${form}
      <section class="card empty">
        <h2>The queue is empty</h2>
        <p>Add a task above and tick its Trigger. This picks it up and works on it:</p>
        ${commands(envFile, 'npx echopilot poll --drain')}
      </section>`
  }
  const status = statusColumn(view)
  const groups = groupsOf(status, rows)
  return html`${form}
    <div class="columns">${groups.map(([option, members]) => statusGroup(view, option, members))}</div>`
}

type Group = readonly [Option | undefined, readonly Page[]]

function groupsOf(status: Property | undefined, rows: readonly Page[]): readonly Group[] {
  const options = status === undefined ? [] : optionsOf(status.config)
  const groups = [undefined, ...options].map((option): Group => [
    option,
    rows.filter(row => optionOf(status, row)?.id === option?.id),
  ])
  return groups.filter(([, members]) => members.length > 0)
}

function statusGroup(view: SourceView, option: Option | undefined, members: readonly Page[]): Html {
  const more = members.length - MOST_SHOWN
  return html`<section class="column">
    <h3>
      ${option === undefined ? html`<span class="tag">No status</span>` : optionTag(option)}
      <span class="count">${members.length}</span>
    </h3>
    ${members.slice(0, MOST_SHOWN).map(page => card(view, page))}
    ${more > 0 ? html`<p class="quiet">… and ${more} more</p>` : NOTHING}
  </section>`
}

function card(view: SourceView, page: Page): Html {
  const summary =
    words(view, page, 'Result Summary') || words(view, page, 'Notes') || words(view, page, 'Description')
  const score = words(view, page, 'QA Score')
  const price = words(view, page, 'Price')
  return html`<article class="item">
    <a class="name" href="/board/pages/${page.id}">${titleWords(view, page)}</a>
    ${summary === '' ? NOTHING : html`<p>${summary}</p>`}
    <div class="facts">
      ${optionTag(optionOf(column(view, 'Task Type'), page))} ${priorityTag(view, page)}
      ${fact('', words(view, page, 'Client') || words(view, page, 'Client Name'))} ${fact('QA', score)}
      ${price === '' ? NOTHING : fact('$', price)} ${fact('due', words(view, page, 'Due').slice(0, 10))}
    </div>
    <div class="foot">
      ${triggerButton(view, page, pathOf(view))}<span>${decideLink(view, page)} ${costOf(view, page)}</span>
    </div>
  </article>`
}

function priorityTag(view: SourceView, page: Page): Html {
  const priority = optionOf(column(view, 'Priority'), page)
  return priority === undefined || priority.name === 'Normal' ? NOTHING : optionTag(priority)
}

function decideLink(view: SourceView, page: Page): Html {
  const waits = optionOf(statusColumn(view), page)?.name === 'Waiting Human'
  const open = waits && optionOf(column(view, 'Decision'), page) === undefined
  return open ? html`<a href="/board/pages/${page.id}">Decide</a>` : NOTHING
}

function costOf(view: SourceView, page: Page): string {
  const cost = words(view, page, 'Cost USD')
  return cost === '' ? '' : `cost $${Number(cost).toFixed(4)}`
}

function table(view: SourceView): Html {
  const rows = view.workspace.pages.in(view.source.id).toReversed()
  const form = addForm(view, pathOf(view), false)
  if (rows.length === 0) {
    return html`${form}
      <section class="card empty"><h2>No rows yet</h2></section>`
  }
  const others = view.properties.filter(({ type }) => type !== 'title').slice(0, MOST_COLUMNS)
  return html`${form}
    <section class="card scroll">
      <table>
        <thead>
          <tr>
            <th>${view.properties.find(({ type }) => type === 'title')?.name ?? 'Title'}</th>
            ${others.map(property => html`<th class="${property.type === 'number' ? 'number' : ''}">${property.name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, MOST_ROWS).map(page => tableRow(view, page, others))}
        </tbody>
      </table>
      ${rows.length > MOST_ROWS ? html`<p class="quiet">The newest ${MOST_ROWS} of ${rows.length} rows.</p>` : NOTHING}
    </section>`
}

function tableRow(view: SourceView, page: Page, others: readonly Property[]): Html {
  return html`<tr>
    <td><a href="/board/pages/${page.id}">${short(titleWords(view, page))}</a></td>
    ${others.map(property => cell(view, page, property))}
  </tr>`
}

function cell(view: SourceView, page: Page, property: Property): Html {
  if (property.type === 'select' || property.type === 'status') {
    return html`<td>${optionTag(optionOf(property, page))}</td>`
  }
  const text = short(valueInWords(view.workspace, page, property))
  return html`<td class="${property.type === 'number' ? 'number' : ''}">${text}</td>`
}

function short(text: string): string {
  return text.length > 70 ? `${text.slice(0, 69)}…` : text
}
