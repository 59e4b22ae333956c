/** /v1/databases */
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { addChildBlock } from '../blocks/write.ts'
import { bodyOf, pathId, route, type Call, type CallDeps } from '../call.ts'
import { inTrash, invalid, notFound } from '../errors.ts'
import type { DatabaseObject } from '../model.ts'
import { plainOf, richTextAt } from '../rich-text.ts'
import { flagAt, idAt, objectAt, wrongChoice } from '../shape.ts'
import { showDatabase } from '../show.ts'
import type { Workspace } from '../workspace.ts'
import { editedBy, madeBy } from '../writes.ts'
import { createSource } from './data-sources.ts'

const OTHER_KEYS = ['description', 'is_inline', 'icon', 'cover']
const NO_WORKSPACE_PARENT =
  'Provided parent is of type workspace. Internal integrations cannot create databases at the workspace level: use a page_id parent.'

/** The routes. */
export function databaseRoutes(deps: CallDeps): readonly Route[] {
  const path = '/v1/databases/{database_id}'
  return [
    route(deps, 'POST', '/v1/databases', create),
    route(deps, 'GET', path, call => showDatabase(call.workspace, databaseOf(call))),
    route(deps, 'PATCH', path, update),
  ]
}

function create(call: Call): JsonObject {
  const { workspace, act } = call
  // `properties` at the top level is refused here, where older API versions had them.
  const body = objectAt(bodyOf(call), 'body', ['parent', 'title', 'initial_data_source'], OTHER_KEYS)
  const parentId = parentPageAt(workspace, body['parent'])
  const title = body['title'] === undefined ? [] : richTextAt(body['title'], 'body.title')
  const database: DatabaseObject = { id: randomUUID(), parentId, title, inTrash: false, ...madeBy(act) }
  workspace.databases.add(database)
  addChildBlock(workspace, act, database.id, 'child_database', parentId)
  createSource(call, database.id, title, initialProperties(body), 'body.initial_data_source.properties')
  workspace.writes.add(act, {
    kind: 'database.create',
    objectId: database.id,
    pageId: null,
    changed: { title: plainOf(title) },
  })
  return showDatabase(workspace, database)
}

function initialProperties(body: JsonObject): JsonObject {
  const initial = body['initial_data_source']
  if (initial === undefined) return { Name: { title: {} } }
  const path = 'body.initial_data_source'
  return objectAt(objectAt(initial, path, ['properties'])['properties'], `${path}.properties`)
}

function parentPageAt(workspace: Workspace, value: unknown): string {
  const parent = objectAt(value, 'body.parent', ['type', 'page_id', 'workspace'])
  if (parent['workspace'] === true) throw invalid(NO_WORKSPACE_PARENT)
  if (parent['page_id'] === undefined) throw wrongChoice('body.parent', ['page_id', 'workspace'], parent)
  const id = idAt(parent['page_id'], 'body.parent.page_id')
  const page = workspace.pages.find(id)
  if (page === undefined) throw notFound('page', id)
  if (page.inTrash) throw inTrash()
  return id
}

function update(call: Call): JsonObject {
  const old = databaseOf(call)
  const others = [...OTHER_KEYS, 'parent', 'title', 'is_locked']
  const body = objectAt(bodyOf(call), 'body', ['in_trash', 'archived'], others)
  const trash = flagAt(body['in_trash'] ?? body['archived'], 'body.in_trash', old.inTrash)
  if (old.inTrash && trash) throw inTrash()
  return showDatabase(call.workspace, saveDatabase(call, { ...old, inTrash: trash }))
}

/** Saves a changed database and its block, and notes it in the ledger. */
export function saveDatabase({ workspace, act }: Call, database: DatabaseObject): DatabaseObject {
  const { id: objectId, inTrash: trash } = database
  const saved = { ...database, ...editedBy(act) }
  workspace.databases.update(saved)
  const block = workspace.blocks.find(objectId)
  if (block !== undefined) workspace.blocks.update({ ...block, inTrash: trash })
  const changed = { in_trash: trash }
  workspace.writes.add(act, { kind: 'database.update', objectId, pageId: null, changed })
  return saved
}

function databaseOf(call: Call): DatabaseObject {
  const id = pathId(call, 'database_id')
  const database = call.workspace.databases.find(id)
  if (database === undefined) throw notFound('database', id)
  return database
}
