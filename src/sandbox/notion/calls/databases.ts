/** /v1/databases */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { coverAt, iconAt } from '../appearance.ts'
import { inTrash, invalid, notFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { showDatabase } from '../objects.ts'
import { plainOf, richTextAt } from '../rich-text.ts'
import { flagAt, idAt, objectAt, wrongChoice } from '../shape.ts'
import type { DatabaseObject } from '../store/databases.ts'
import { addChildBlock } from '../work/pages.ts'
import type { Workspace } from '../workspace.ts'
import { bodyOf, pathId, route, type Call, type CallDeps } from './call.ts'
import { createSource } from './data-sources.ts'

const CREATE_KEYS = ['parent', 'title', 'description', 'is_inline', 'initial_data_source', 'icon', 'cover']
const UPDATE_KEYS = [
  'parent',
  'title',
  'description',
  'is_inline',
  'icon',
  'cover',
  'in_trash',
  'archived',
  'is_locked',
]
const NO_WORKSPACE_PARENT =
  'Provided parent is of type workspace. Internal integrations cannot create databases at the workspace level: use a page_id parent.'

/** The routes. */
export function databaseRoutes(deps: CallDeps): readonly Route[] {
  return [
    route(deps, 'POST', '/v1/databases', create),
    route(deps, 'GET', '/v1/databases/{database_id}', call =>
      showDatabase(call.workspace, databaseOr404(call.workspace, pathId(call, 'database_id'))),
    ),
    route(deps, 'PATCH', '/v1/databases/{database_id}', update),
  ]
}

function create(call: Call): JsonObject {
  const { workspace, act } = call
  // `properties` at the top level is refused here, where older API versions had them.
  const body = objectAt(bodyOf(call), 'body', CREATE_KEYS)
  const parentPageId = parentPageAt(workspace, body['parent'])
  const title = body['title'] === undefined ? [] : richTextAt(body['title'], 'body.title')
  const database: DatabaseObject = {
    id: newId(),
    parentPageId,
    title,
    description: body['description'] === undefined ? [] : richTextAt(body['description'], 'body.description'),
    icon: iconAt(body['icon'], 'body.icon'),
    cover: coverAt(body['cover'], 'body.cover'),
    isInline: flagAt(body['is_inline'], 'body.is_inline', false),
    isLocked: false,
    inTrash: false,
    createdMs: act.nowMs,
    editedMs: act.nowMs,
    createdBy: act.userId,
    editedBy: act.userId,
  }
  workspace.databases.put(database)
  addChildBlock(workspace, act, database.id, 'child_database', parentPageId)
  createSource(call, database.id, title, null, initialProperties(body), 'body.initial_data_source.properties')
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
  const properties = objectAt(initial, path, ['properties'])['properties']
  return properties === undefined ? { Name: { title: {} } } : objectAt(properties, `${path}.properties`)
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
  const { workspace } = call
  const old = databaseOr404(workspace, pathId(call, 'database_id'))
  const body = objectAt(bodyOf(call), 'body', UPDATE_KEYS)
  const trash = flagAt(body['in_trash'] ?? body['archived'], 'body.in_trash', old.inTrash)
  if (old.inTrash && trash) throw inTrash()
  const changed: DatabaseObject = {
    ...old,
    ...(body['parent'] === undefined ? {} : { parentPageId: parentPageAt(workspace, body['parent']) }),
    ...(body['title'] === undefined ? {} : { title: richTextAt(body['title'], 'body.title') }),
    ...(body['description'] === undefined
      ? {}
      : { description: richTextAt(body['description'], 'body.description') }),
    ...(body['icon'] === undefined ? {} : { icon: iconAt(body['icon'], 'body.icon') }),
    ...(body['cover'] === undefined ? {} : { cover: coverAt(body['cover'], 'body.cover') }),
    isInline: flagAt(body['is_inline'], 'body.is_inline', old.isInline),
    isLocked: flagAt(body['is_locked'], 'body.is_locked', old.isLocked),
    inTrash: trash,
  }
  saveDatabase(call, changed, body)
  return showDatabase(workspace, databaseOr404(workspace, old.id))
}

/** Keeps a changed database, its block and the ledger in step. */
export function saveDatabase({ workspace, act }: Call, database: DatabaseObject, changed: JsonObject): void {
  workspace.databases.put({ ...database, editedMs: act.nowMs, editedBy: act.userId })
  const block = workspace.blocks.find(database.id)
  if (block !== undefined) {
    workspace.blocks.update({ ...block, inTrash: database.inTrash, parentId: database.parentPageId })
  }
  workspace.writes.add(act, { kind: 'database.update', objectId: database.id, pageId: null, changed })
}

/** The database, or 404. */
function databaseOr404(workspace: Workspace, id: string): DatabaseObject {
  const database = workspace.databases.find(id)
  if (database === undefined) throw notFound('database', id)
  return database
}
