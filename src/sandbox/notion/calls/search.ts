/** POST /v1/search: pages and data sources by title. */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { showPage, showSource } from '../objects.ts'
import { listAnswer, paged, pageRequestIn } from '../paging.ts'
import { titleOfPage } from '../properties/show.ts'
import { plainOf } from '../rich-text.ts'
import { choiceAt, objectAt, textAt } from '../shape.ts'
import { minuteOf } from '../time.ts'
import type { Workspace } from '../workspace.ts'
import { bodyOf, route, type Call, type CallDeps } from './call.ts'

/** The route. */
export function searchRoutes(deps: CallDeps): readonly Route[] {
  return [route(deps, 'POST', '/v1/search', search)]
}

interface Hit {
  readonly kind: 'page' | 'data_source'
  readonly id: string
  readonly title: string
  readonly editedMs: number
  readonly show: () => JsonObject
}

function search(call: Call): JsonObject {
  const body = objectAt(bodyOf(call), 'body', ['query', 'filter', 'sort', 'start_cursor', 'page_size'])
  const query = body['query'] === undefined ? '' : textAt(body['query'], 'body.query').toLowerCase()
  const kind = kindAt(body['filter'])
  const sign = signAt(body['sort'])
  const hits = everything(call.workspace)
    .filter(hit => (kind === undefined || hit.kind === kind) && hit.title.toLowerCase().includes(query))
    .toSorted((left, right) => sign * (minuteOf(left.editedMs) - minuteOf(right.editedMs)))
  const page = paged(hits, pageRequestIn(body), hit => hit.id)
  return listAnswer(
    'page_or_data_source',
    page.items.map(hit => hit.show()),
    page.nextCursor,
  )
}

function kindAt(value: unknown): Hit['kind'] | undefined {
  if (value === undefined) return undefined
  const filter = objectAt(value, 'body.filter', ['property', 'value'])
  choiceAt(filter['property'], 'body.filter.property', ['object'])
  return choiceAt<Hit['kind']>(filter['value'], 'body.filter.value', ['page', 'data_source'])
}

function signAt(value: unknown): number {
  if (value === undefined) return -1
  const sort = objectAt(value, 'body.sort', ['timestamp', 'direction', 'property'])
  if (sort['property'] !== undefined) {
    choiceAt(sort['property'], 'body.sort.property', ['relevance'])
    return -1
  }
  choiceAt(sort['timestamp'], 'body.sort.timestamp', ['last_edited_time'])
  return choiceAt(sort['direction'], 'body.sort.direction', ['ascending', 'descending']) === 'ascending'
    ? 1
    : -1
}

function everything(workspace: Workspace): readonly Hit[] {
  const pages = workspace.pages.live().map((page): Hit => ({
    kind: 'page',
    id: page.id,
    title: titleOfPage(workspace, page.id),
    editedMs: page.editedMs,
    show: () => showPage(workspace, page),
  }))
  const sources = workspace.sources.live().map((source): Hit => ({
    kind: 'data_source',
    id: source.id,
    title: plainOf(source.title),
    editedMs: source.editedMs,
    show: () => showSource(workspace, source),
  }))
  return [...sources, ...pages]
}
