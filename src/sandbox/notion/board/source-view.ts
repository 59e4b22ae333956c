/** What the board knows of a data source by the names of its columns, and the small pieces it shows of it. */
import { html, type Html } from '../../lib/html.ts'
import { findProperty, type Page, type Property, type Source } from '../model.ts'
import type { Option } from '../properties/options.ts'
import { valueInWords } from '../properties/show.ts'
import { plainOf } from '../rich-text.ts'
import { liveSources, type Workspace } from '../workspace.ts'

/** A data source with its columns. */
export interface SourceView {
  readonly workspace: Workspace
  readonly source: Source
  readonly name: string
  readonly properties: readonly Property[]
}

/** All data sources, the queue first. */
export function sourceViews(workspace: Workspace): readonly SourceView[] {
  const views = liveSources(workspace).map((source): SourceView => {
    const name = plainOf(source.title)
    return { workspace, source, name: name === '' ? 'Untitled' : name, properties: source.properties }
  })
  return views.toSorted((left, right) => Number(isQueue(right)) - Number(isQueue(left)))
}

/** A queue has a Trigger to tick and a Status. */
export function isQueue(view: SourceView): boolean {
  return column(view, 'Trigger')?.type === 'checkbox' && statusColumn(view) !== undefined
}

/** A column by name. */
export function column({ properties }: SourceView, name: string): Property | undefined {
  return findProperty(properties, name)
}

/** The Status column, whichever of the two types it has. */
export function statusColumn(view: SourceView): Property | undefined {
  const status = column(view, 'Status')
  return status?.type === 'select' || status?.type === 'status' ? status : undefined
}

/** A value in words; '' when there is no such column. */
export function words(view: SourceView, page: Page, name: string): string {
  const property = column(view, name)
  return property === undefined ? '' : valueInWords(view.workspace, page, property)
}

/** The title of a row; the title column may have any name. */
export function titleWords(view: SourceView, page: Page): string {
  const property = view.properties.find(({ type }) => type === 'title')
  const title = property === undefined ? '' : valueInWords(view.workspace, page, property)
  return title === '' ? 'Untitled' : title
}

/** Nothing. */
export const NOTHING: Html = html``

/** The option's name on its colour. */
export function optionTag(option: Option | undefined): Html {
  return option === undefined ? NOTHING : html`<span class="tag c-${option.color}">${option.name}</span>`
}

/** A short fact with its label, left out when it is empty. */
export function fact(label: string, value: string): Html {
  return value === '' ? NOTHING : html`<span class="tag">${label === '' ? '' : `${label} `}${value}</span>`
}

/** The Trigger as a button that ticks or unticks it. */
export function triggerButton(view: SourceView, page: Page, back: string): Html {
  const property = column(view, 'Trigger')
  if (property?.type !== 'checkbox') return NOTHING
  const ticked = page.values[property.id] === true
  return html`<form method="post" action="/board/trigger">
    <input type="hidden" name="page" value="${page.id}" /><input type="hidden" name="back" value="${back}" />
    <input type="hidden" name="ticked" value="${ticked ? 'no' : 'yes'}" />
    <button class="tick ${ticked ? 'ticked' : ''}" role="checkbox" aria-checked="${String(ticked)}">
      <span class="box" aria-hidden="true">✓</span>Trigger
    </button>
  </form>`
}

/** `2026-05-04 09:12 UTC` of a time. */
export function shortTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
