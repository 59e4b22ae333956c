/** The form that adds a row. */
import { html, type Html } from '../../lib/html.ts'
import type { Property } from '../model.ts'
import { relationTarget } from '../properties/config.ts'
import { optionsOf } from '../properties/options.ts'
import { plainOf } from '../rich-text.ts'
import { column, isQueue, type SourceView } from './source-view.ts'

/** The columns a person fills in for a task; the rest is EchoPilot's. */
const TASK_COLUMNS = [
  'Description',
  'Task Type',
  'Client',
  'QA Target',
  'Priority',
  'Due',
  'Payload Link',
  'Trigger',
]
const MOST_CHOICES = 200

/** Adds a row to the data source; opened from the start when it is the queue and still empty. */
export function addForm(view: SourceView, back: string, open: boolean): Html {
  const title = view.properties.find(({ type }) => type === 'title')
  if (title === undefined) return html``
  const fields = [title, ...columnsToFill(view)].map(property => field(view, property))
  return html`<details class="card" ${open ? html`open` : html``}>
    <summary>${isQueue(view) ? 'Add a task' : 'Add a row'}</summary>
    <form method="post" action="/board/rows">
      <input type="hidden" name="source" value="${view.source.id}" /><input
        type="hidden"
        name="back"
        value="${back}"
      />
      <div class="fields">${fields}</div>
      <div class="actions"><button class="primary">Add</button></div>
    </form>
  </details>`
}

function columnsToFill(view: SourceView): readonly Property[] {
  if (isQueue(view)) return TASK_COLUMNS.flatMap(name => column(view, name) ?? [])
  return view.properties.filter(({ type }) => type !== 'title').slice(0, 8)
}

function field(view: SourceView, property: Property): Html {
  const name = `p:${property.id}`
  const { type } = property
  if (type === 'title') {
    return html`<label class="wide"
      >${property.name}<input name="${name}" required maxlength="2000"
    /></label>`
  }
  if (type === 'rich_text') {
    return html`<label class="wide">${property.name}<textarea name="${name}"></textarea></label>`
  }
  if (type === 'checkbox') {
    return html`<label class="check"
      ><input type="checkbox" name="${name}" value="true" />${property.name}</label
    >`
  }
  if (type === 'relation') return choice(property.name, name, pagesOf(view, property))
  if (type === 'select' || type === 'status') {
    const options = optionsOf(property.config).map((option): readonly [string, string] => [
      option.name,
      option.name,
    ])
    return choice(property.name, name, options)
  }
  return html`<label
    >${property.name}<input name="${name}" type="${inputType(property)}" step="any"
  /></label>`
}

function inputType(property: Property): string {
  if (property.type === 'number' || property.type === 'date' || property.type === 'url') return property.type
  return property.type === 'email' ? 'email' : 'text'
}

function pagesOf({ workspace }: SourceView, property: Property): readonly (readonly [string, string])[] {
  const newestFirst = workspace.pages.in(relationTarget(property)).toReversed()
  return newestFirst.slice(0, MOST_CHOICES).map(({ id, values }) => [id, plainOf(values['title'])])
}

function choice(label: string, name: string, options: readonly (readonly [string, string])[]): Html {
  return html`<label
    >${label}<select name="${name}">
      <option value="">–</option>
      ${options.map(([value, text]) => html`<option value="${value}">${text}</option>`)}
    </select></label
  >`
}
