/** What the workspace holds, in figures. */
import { html, type Html } from '../lib/html.ts'
import { PARENT_PAGE_ID } from './identity.ts'
import { plainOf } from './rich-text.ts'
import { liveSources, type Workspace } from './workspace.ts'

/** For `GET /__sandbox/state`. */
export function stateOf(workspace: Workspace): Readonly<Record<string, unknown>> {
  const databases = workspace.databases.live().map(database => ({
    id: database.id,
    title: plainOf(database.title),
    data_sources: workspace.sources.in(database.id).map(source => ({
      id: source.id,
      name: plainOf(source.title),
      rows: workspace.pages.count(source.id),
    })),
  }))
  return {
    parent_page_id: PARENT_PAGE_ID,
    databases,
    writes: workspace.writes.count(),
    settings: { requests_per_second: workspace.requestsPerSecond() },
  }
}

/** The figures on the faults page. */
export function panel(workspace: Workspace): Html {
  const sources = liveSources(workspace)
  const rows = sources.reduce((sum, source) => sum + workspace.pages.count(source.id), 0)
  return html`<div class="figures">
    ${figure(workspace.databases.live().length, 'databases')} ${figure(rows, 'rows')}
    ${figure(workspace.writes.count(), 'writes')}
  </div>`
}

function figure(value: number, label: string): Html {
  return html`<div class="figure"><b>${value.toLocaleString('en-US')}</b><span>${label}</span></div>`
}
