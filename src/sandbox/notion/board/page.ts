/** One page of the workspace on the board: properties, content, decision, log, writes. */
import { html, type Html } from '../../lib/html.ts'
import type { Page } from '../model.ts'
import { optionOf, valueInWords } from '../properties/show.ts'
import { titleOfPage, type Workspace } from '../workspace.ts'
import type { WriteRow } from '../writes.ts'
import { document } from './document.ts'
import {
  column,
  NOTHING,
  optionTag,
  shortTime,
  sourceViews,
  statusColumn,
  titleWords,
  triggerButton,
  words,
  type SourceView,
} from './source-view.ts'

/** Values shown large, not in the list beside, in the order in which whoever decides reads them. */
const LARGE = ['Notes', 'Result Summary', 'Description']
const MOST_WRITES = 30

/** The body of the page. */
export function pageBody(workspace: Workspace, page: Page): Html {
  const view = sourceViews(workspace).find(({ source }) => source.id === page.parentId)
  if (view === undefined) return lonePage(workspace, page)
  const path = `/board/pages/${page.id}`
  return html`<p class="crumb"><a href="/?db=${view.source.id}">← ${view.name}</a></p>
    ${page.inTrash ? html`<section class="card alarm">This page lies in the trash.</section>` : NOTHING}
    <div class="two">
      <div>
        <section class="card">
          <h2 class="title">${titleWords(view, page)}</h2>
          <div class="facts">
            ${optionTag(optionOf(statusColumn(view), page))}
            ${optionTag(optionOf(column(view, 'Task Type'), page))}
          </div>
          <div class="actions">${triggerButton(view, page, path)} ${trashButton(page, path)}</div>
        </section>
        ${decisionCard(view, page, path)} ${LARGE.map(name => largeValue(view, page, name))}
        ${contentCard(workspace, page)} ${logCard(view, page)}
      </div>
      <aside>${propertyCard(view, page)} ${writesCard(workspace, page)}</aside>
    </div>`
}

function lonePage(workspace: Workspace, page: Page): Html {
  const title = titleOfPage(workspace, page.id)
  return html`<p class="crumb"><a href="/">← Board</a></p>
    <section class="card"><h2 class="title">${title === '' ? 'Untitled' : title}</h2></section>
    ${contentCard(workspace, page)} ${writesCard(workspace, page)}`
}

function trashButton(page: Page, path: string): Html {
  return html`<form method="post" action="/board/trash">
    <input type="hidden" name="page" value="${page.id}" /><input type="hidden" name="back" value="${path}" />
    <input type="hidden" name="trash" value="${page.inTrash ? 'no' : 'yes'}" />
    <button class="${page.inTrash ? '' : 'danger'}">
      ${page.inTrash ? 'Take out of the trash' : 'Move to trash'}
    </button>
  </form>`
}

/** Approve or Return, when the queue has a Decision column; it counts while EchoPilot waits for a human. */
function decisionCard(view: SourceView, page: Page, path: string): Html {
  if (column(view, 'Decision')?.type !== 'select' || page.inTrash) return NOTHING
  const decision = optionOf(column(view, 'Decision'), page)
  const waits = optionOf(statusColumn(view), page)?.name === 'Waiting Human'
  if (!waits && decision === undefined) return NOTHING
  const said =
    decision === undefined
      ? NOTHING
      : html`<p>Decided: ${optionTag(decision)} ${words(view, page, 'Decision Note')}</p>`
  if (!waits)
    return html`<section class="card note">
      <h2>Decision</h2>
      ${said}
    </section>`
  const note = column(view, 'Decision Note') === undefined ? NOTHING : NOTE_FIELD
  return html`<section class="card note">
    <h2>EchoPilot waits for your decision</h2>
    ${said}
    <form method="post" action="/board/decision">
      <input type="hidden" name="page" value="${page.id}" /><input
        type="hidden"
        name="back"
        value="${path}"
      />
      ${note}
      <div class="actions">
        <button class="primary" name="decision" value="Approve">Approve</button>
        <button name="decision" value="Return">Return</button>
      </div>
    </form>
  </section>`
}

const NOTE_FIELD = html`<label
  >Note<textarea name="note" placeholder="What should be different?"></textarea>
</label>`

function largeValue(view: SourceView, page: Page, name: string): Html {
  const text = words(view, page, name)
  if (text === '') return NOTHING
  return html`<section class="card">
    <h2>${name}</h2>
    <div class="doc">${text.split(/\n+/).map(line => html`<p>${line}</p>`)}</div>
  </section>`
}

function contentCard(workspace: Workspace, page: Page): Html {
  if (workspace.blocks.count(page.id) === 0) {
    return html`<section class="card">
      <h2>Content</h2>
      <p class="quiet">This page is empty.</p>
    </section>`
  }
  return html`<section class="card">
    <h2>Content</h2>
    <div class="doc">${document(workspace, page.id)}</div>
  </section>`
}

function propertyCard(view: SourceView, page: Page): Html {
  const shown = view.properties.filter(({ name, type }) => type !== 'title' && !LARGE.includes(name))
  const items = shown.map(property => {
    const isOption = property.type === 'select' || property.type === 'status'
    const text = valueInWords(view.workspace, page, property)
    const value = isOption ? optionTag(optionOf(property, page)) : html`${text}`
    return text === ''
      ? NOTHING
      : html`<dt>${property.name}</dt>
          <dd>${value}</dd>`
  })
  return html`<section class="card">
    <h2>Properties</h2>
    <dl>
      ${items}
      <dt>Created</dt>
      <dd>${shortTime(page.createdMs)}</dd>
      <dt>Edited</dt>
      <dd>${shortTime(page.editedMs)}</dd>
    </dl>
  </section>`
}

/** Rows of other data sources with the same Run ID. */
function logCard(view: SourceView, page: Page): Html {
  const runId = words(view, page, 'Run ID')
  if (runId === '') return NOTHING
  const related = sourceViews(view.workspace)
    .filter(({ source }) => source.id !== view.source.id)
    .flatMap(other => rowsOfRun(other, runId))
  if (related.length === 0) return NOTHING
  return html`<section class="card wrap scroll">
    <h2>Log of ${runId}</h2>
    <table>
      <tbody>
        ${related}
      </tbody>
    </table>
  </section>`
}

function rowsOfRun(view: SourceView, runId: string): readonly Html[] {
  if (column(view, 'Run ID') === undefined) return []
  const rows = view.workspace.pages.in(view.source.id).filter(page => words(view, page, 'Run ID') === runId)
  return rows.map(
    page =>
      html`<tr>
        <td class="quiet">${view.name}</td>
        <td>${optionTag(optionOf(statusColumn(view), page))}</td>
        <td>
          <a href="/board/pages/${page.id}">${titleWords(view, page)}</a>
          <div class="quiet">${words(view, page, 'Message')}</div>
        </td>
        <td class="quiet">${shortTime(page.createdMs)}</td>
      </tr>`,
  )
}

function writesCard(workspace: Workspace, page: Page): Html {
  const writes = workspace.writes.rows(page.id)
  if (writes.length === 0) return NOTHING
  return html`<details class="card">
    <summary>History <span class="count">${writes.length} writes</span></summary>
    ${writes.slice(-MOST_WRITES).toReversed().map(writeItem)}
  </details>`
}

function writeItem(write: WriteRow): Html {
  return html`<p>
    <span class="tag ${write.by === 'hand' ? 'c-blue' : ''}">${write.by}</span> ${write.kind}
    <span class="quiet">${write.at.slice(11, 19)}</span>
  </p>`
}
