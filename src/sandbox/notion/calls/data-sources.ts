/** /v1/data_sources */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { iconAt } from '../appearance.ts'
import { inTrash, invalid, notFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { showSource } from '../objects.ts'
import { addProperty, askedConfigAt } from '../properties/config.ts'
import { runQuery } from '../query/run.ts'
import { plainOf, richTextAt } from '../rich-text.ts'
import { flagAt, idAt, objectAt } from '../shape.ts'
import type { JsonList } from '../store/columns.ts'
import type { Source } from '../store/sources.ts'
import type { Workspace } from '../workspace.ts'
import { updateColumns } from '../work/columns.ts'
import { bodyOf, filterProperties, pathId, route, type Call, type CallDeps } from './call.ts'

const UPDATE_KEYS = ['title', 'icon', 'properties', 'in_trash', 'archived', 'parent']

/** The routes. */
export function dataSourceRoutes(deps: CallDeps): readonly Route[] {
  const path = '/v1/data_sources/{data_source_id}'
  return [
    route(deps, 'POST', '/v1/data_sources', create),
    route(deps, 'GET', path, call => showSource(call.workspace, sourceOf(call))),
    route(deps, 'PATCH', path, update),
    route(deps, 'POST', `${path}/query`, call => {
      const source = sourceOf(call)
      const { workspace, memory, act } = call
      return runQuery(workspace, memory, source, bodyOf(call), filterProperties(call), act.nowMs)
    }),
    route(deps, 'GET', `${path}/templates`, call => {
      sourceOf(call)
      // The one answer without a request id.
      return { templates: [], has_more: false, next_cursor: null, request_id: undefined }
    }),
  ]
}

function create(call: Call): JsonObject {
  const { workspace } = call
  const body = objectAt(bodyOf(call), 'body', ['parent', 'properties', 'title', 'icon'])
  const databaseId = parentDatabaseAt(workspace, body['parent'])
  const title = body['title'] === undefined ? [] : richTextAt(body['title'], 'body.title')
  const properties = objectAt(body['properties'], 'body.properties')
  const source = createSource(
    call,
    databaseId,
    title,
    iconAt(body['icon'], 'body.icon'),
    properties,
    'body.properties',
  )
  return showSource(workspace, source)
}

function parentDatabaseAt(workspace: Workspace, value: unknown): string {
  const parent = objectAt(value, 'body.parent', ['type', 'database_id'])
  const id = idAt(parent['database_id'], 'body.parent.database_id')
  const database = workspace.databases.find(id)
  if (database === undefined) throw notFound('database', id)
  if (database.inTrash) throw inTrash()
  return id
}

/** Makes a data source with its columns; there must be exactly one title among them. */
export function createSource(
  { workspace, act }: Call,
  databaseId: string,
  title: JsonList,
  icon: JsonObject | null,
  properties: JsonObject,
  path: string,
): Source {
  const source: Source = {
    id: newId(),
    databaseId,
    title,
    icon,
    inTrash: false,
    createdMs: act.nowMs,
    editedMs: act.nowMs,
    createdBy: act.userId,
    editedBy: act.userId,
  }
  workspace.sources.add(source)
  const asked = Object.entries(properties).map(([name, value]) => {
    const config = askedConfigAt(value, `${path}.${name}`)
    if (config === undefined) throw invalid(`body failed validation: ${path}.${name} names no property type.`)
    return { name, config }
  })
  const titles = asked.filter(({ config }) => config.type === 'title')
  if (titles.length !== 1) throw invalid(titles.length === 0 ? NO_TITLE : TWO_TITLES)
  for (const { name, config } of asked) addProperty(workspace, source.id, name, config, `${path}.${name}`)
  workspace.writes.add(act, {
    kind: 'data_source.create',
    objectId: source.id,
    pageId: null,
    changed: { title: plainOf(title), properties: asked.map(({ name }) => name) },
  })
  return source
}

const NO_TITLE = 'Title is not provided'
const TWO_TITLES = 'A data source must have exactly one title property.'

function update(call: Call): JsonObject {
  const { workspace, act } = call
  const old = sourceOf(call)
  const body = objectAt(bodyOf(call), 'body', UPDATE_KEYS)
  const trash = flagAt(body['in_trash'] ?? body['archived'], 'body.in_trash', old.inTrash)
  if (old.inTrash && trash) throw inTrash()
  const source: Source = {
    ...old,
    ...(body['title'] === undefined ? {} : { title: richTextAt(body['title'], 'body.title') }),
    ...(body['icon'] === undefined ? {} : { icon: iconAt(body['icon'], 'body.icon') }),
    ...(body['parent'] === undefined ? {} : { databaseId: parentDatabaseAt(workspace, body['parent']) }),
    inTrash: trash,
    editedMs: act.nowMs,
    editedBy: act.userId,
  }
  workspace.sources.update(source)
  if (body['properties'] !== undefined) {
    updateColumns(workspace, source.id, objectAt(body['properties'], 'body.properties'), 'body.properties')
  }
  workspace.writes.add(act, { kind: 'data_source.update', objectId: source.id, pageId: null, changed: body })
  return showSource(workspace, source)
}

function sourceOf(call: Call): Source {
  return sourceOr404(call.workspace, pathId(call, 'data_source_id'))
}

/** The data source, or 404. A database's id is another thing and is not found either. */
export function sourceOr404(workspace: Workspace, id: string): Source {
  const source = workspace.sources.find(id)
  if (source === undefined) throw notFound('data source', id)
  return source
}
