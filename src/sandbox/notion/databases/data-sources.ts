/** /v1/data_sources */
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { bodyOf, pathId, route, type Call, type CallDeps } from '../call.ts'
import { inTrash, notFound } from '../errors.ts'
import type { Source } from '../model.ts'
import { changedProperties, newProperties } from '../properties/config.ts'
import { queryRunner } from '../query/run.ts'
import { plainOf, richTextAt, type JsonList } from '../rich-text.ts'
import { flagAt, idAt, objectAt } from '../shape.ts'
import { showSource } from '../show.ts'
import type { Workspace } from '../workspace.ts'
import { editedBy, madeBy } from '../writes.ts'

/** The routes. */
export function dataSourceRoutes(deps: CallDeps): readonly Route[] {
  const path = '/v1/data_sources/{data_source_id}'
  const query = queryRunner(deps.workspace)
  return [
    route(deps, 'POST', '/v1/data_sources', create),
    route(deps, 'GET', path, call => showSource(call.workspace, sourceOf(call))),
    route(deps, 'PATCH', path, update),
    route(deps, 'POST', `${path}/query`, call => query(sourceOf(call), bodyOf(call))),
  ]
}

function create(call: Call): JsonObject {
  const { workspace } = call
  const body = objectAt(bodyOf(call), 'body', ['parent', 'properties', 'title'], ['icon'])
  const databaseId = parentDatabaseAt(workspace, body['parent'])
  const title = body['title'] === undefined ? [] : richTextAt(body['title'], 'body.title')
  const properties = objectAt(body['properties'], 'body.properties')
  return showSource(workspace, createSource(call, databaseId, title, properties, 'body.properties'))
}

function parentDatabaseAt(workspace: Workspace, value: unknown): string {
  const parent = objectAt(value, 'body.parent', ['type', 'database_id'])
  const id = idAt(parent['database_id'], 'body.parent.database_id')
  const database = workspace.databases.find(id)
  if (database === undefined) throw notFound('database', id)
  if (database.inTrash) throw inTrash()
  return id
}

/** Makes a data source with its columns. */
export function createSource(
  { workspace, act }: Call,
  parentId: string,
  title: JsonList,
  given: JsonObject,
  path: string,
): Source {
  const properties = newProperties(workspace, given, path)
  const source: Source = { id: randomUUID(), parentId, title, properties, inTrash: false, ...madeBy(act) }
  workspace.sources.add(source)
  workspace.writes.add(act, {
    kind: 'data_source.create',
    objectId: source.id,
    pageId: null,
    changed: { title: plainOf(title), properties: properties.map(({ name }) => name) },
  })
  return source
}

function update(call: Call): JsonObject {
  const { workspace, act } = call
  const old = sourceOf(call)
  const known = ['properties', 'in_trash', 'archived']
  const body = objectAt(bodyOf(call), 'body', known, ['title', 'icon', 'parent'])
  const trash = flagAt(body['in_trash'] ?? body['archived'], 'body.in_trash', old.inTrash)
  if (old.inTrash && trash) throw inTrash()
  const given = objectAt(body['properties'] ?? {}, 'body.properties')
  const properties = changedProperties(workspace, old.properties, given, 'body.properties')
  const source: Source = { ...old, properties, inTrash: trash, ...editedBy(act) }
  workspace.sources.update(source)
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
