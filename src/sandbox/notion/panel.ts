/** What the workspace holds, in figures. */
import type { Figure } from '../lib/service.ts'
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
export function figures(workspace: Workspace): readonly Figure[] {
  const rows = liveSources(workspace).reduce((sum, source) => sum + workspace.pages.count(source.id), 0)
  return [
    { value: workspace.databases.live().length, label: 'databases' },
    { value: rows, label: 'rows' },
    { value: workspace.writes.count(), label: 'writes' },
  ]
}
