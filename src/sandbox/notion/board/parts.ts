/** Small pieces of the board. */
import { html, type Html } from '../../lib/html.ts'
import type { Option } from '../properties/options.ts'
import type { Page } from '../store/pages.ts'
import { column, type SourceView } from './source-view.ts'

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

/** `4 May, 09:12` of a time, UTC. */
export function shortTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
