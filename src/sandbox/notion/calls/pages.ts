/** /v1/pages */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { coverAt, iconAt } from '../appearance.ts'
import { childrenAt } from '../blocks/read.ts'
import { inTrash, invalid, notFound, notInSandbox } from '../errors.ts'
import { PARENT_PAGE_ID } from '../identity.ts'
import { showPage } from '../objects.ts'
import { titleOfPage } from '../properties/show.ts'
import { flagAt, idAt, objectAt, wrong, wrongChoice } from '../shape.ts'
import type { Page, PageParentType } from '../store/pages.ts'
import { changePage, createPage, pageOr404, savePage, type PageChange } from '../work/pages.ts'
import type { Workspace } from '../workspace.ts'
import { bodyOf, filterProperties, pathId, route, type Call, type CallDeps } from './call.ts'
import { propertyItem } from './property-item.ts'

const CREATE_KEYS = [
  'parent',
  'properties',
  'icon',
  'cover',
  'children',
  'content',
  'markdown',
  'template',
  'position',
  'allow_async',
]
const UPDATE_KEYS = [
  'properties',
  'icon',
  'cover',
  'is_locked',
  'in_trash',
  'archived',
  'is_archived',
  'template',
  'erase_content',
]
const PARENT_KINDS = ['page_id', 'database_id', 'data_source_id', 'workspace']

/** The routes. */
export function pageRoutes(deps: CallDeps): readonly Route[] {
  const path = '/v1/pages/{page_id}'
  return [
    route(deps, 'POST', '/v1/pages', create),
    route(deps, 'GET', path, call => showPage(call.workspace, pageOf(call), filterProperties(call))),
    route(deps, 'PATCH', path, update),
    route(deps, 'POST', `${path}/move`, move),
    route(deps, 'GET', `${path}/properties/{property_id}`, call => propertyItem(call, pageOf(call))),
  ]
}

function pageOf(call: Call): Page {
  return pageOr404(call.workspace, pathId(call, 'page_id'))
}

function create(call: Call): JsonObject {
  const { workspace, act } = call
  const body = objectAt(bodyOf(call), 'body', CREATE_KEYS)
  const parent = parentAt(workspace, body['parent'])
  for (const key of ['markdown', 'template', 'position', 'content']) {
    if (body[key] !== undefined) throw notInSandbox(`take "${key}" when creating a page`)
  }
  const children = body['children']
  const page = createPage(workspace, act, {
    ...parent,
    properties: body['properties'] === undefined ? {} : objectAt(body['properties'], 'body.properties'),
    icon: iconAt(body['icon'], 'body.icon'),
    cover: coverAt(body['cover'], 'body.cover'),
    children:
      children === undefined ? [] : childrenAt(children, 'body.children', id => titleOfPage(workspace, id)),
  })
  return showPage(workspace, page, filterProperties(call))
}

interface PageParent {
  readonly parentType: PageParentType
  readonly parentId: string
}

function parentAt(workspace: Workspace, value: unknown): PageParent {
  const parent = objectAt(value, 'body.parent', ['type', ...PARENT_KINDS])
  const kind = PARENT_KINDS.find(one => parent[one] !== undefined)
  if (kind === 'page_id') return pageParent(workspace, idAt(parent[kind], `body.parent.${kind}`))
  if (kind === 'data_source_id') return sourceParent(workspace, idAt(parent[kind], `body.parent.${kind}`))
  if (kind === 'database_id') return databaseParent(workspace, idAt(parent[kind], `body.parent.${kind}`))
  if (kind === 'workspace') throw invalid(NO_WORKSPACE_PAGES)
  throw wrongChoice('body.parent', PARENT_KINDS, parent)
}

const NO_WORKSPACE_PAGES =
  "Provided authentication is for an internal integration. Internal integrations aren't owned by a single user, so creating workspace-level private pages is not supported."

function pageParent(workspace: Workspace, id: string): PageParent {
  const page = pageOr404(workspace, id)
  if (page.inTrash) throw inTrash()
  return { parentType: 'page_id', parentId: id }
}

function sourceParent(workspace: Workspace, id: string): PageParent {
  const source = workspace.sources.find(id)
  if (source === undefined) throw notFound('data source', id)
  if (source.inTrash || workspace.databases.find(source.databaseId)?.inTrash === true) throw inTrash()
  return { parentType: 'data_source_id', parentId: id }
}

/** A database stands for its data source as long as it has just one. */
function databaseParent(workspace: Workspace, id: string): PageParent {
  if (workspace.databases.find(id) === undefined) throw notFound('database', id)
  const [source, ...others] = workspace.sources.ofDatabase(id)
  if (source === undefined || others.length > 0) {
    throw invalid(`Database with ID ${id} has multiple data sources: use a data_source_id parent.`)
  }
  return sourceParent(workspace, source.id)
}

function update(call: Call): JsonObject {
  const { workspace, act } = call
  const page = pageOf(call)
  const body = objectAt(bodyOf(call), 'body', UPDATE_KEYS)
  if (body['template'] !== undefined || body['erase_content'] !== undefined) {
    throw notInSandbox('apply templates or erase content')
  }
  const trash = body['in_trash'] ?? body['archived']
  if (trash === true && page.id === PARENT_PAGE_ID) {
    throw invalid('Archiving workspace level pages via API not supported.')
  }
  if (body['is_archived'] !== undefined) throw wrong('body.is_archived', 'not present', body['is_archived'])
  const change: PageChange = {
    ...(body['properties'] === undefined
      ? {}
      : { properties: objectAt(body['properties'], 'body.properties') }),
    ...(body['icon'] === undefined ? {} : { icon: iconAt(body['icon'], 'body.icon') }),
    ...(body['cover'] === undefined ? {} : { cover: coverAt(body['cover'], 'body.cover') }),
    ...(body['is_locked'] === undefined
      ? {}
      : { isLocked: flagAt(body['is_locked'], 'body.is_locked', false) }),
    ...(trash === undefined ? {} : { inTrash: flagAt(trash, 'body.in_trash', false) }),
  }
  return showPage(workspace, changePage(workspace, act, page, change), filterProperties(call))
}

function move(call: Call): JsonObject {
  const { workspace, act } = call
  const page = pageOf(call)
  if (page.inTrash) throw inTrash()
  const body = objectAt(bodyOf(call), 'body', ['parent'])
  const parent = parentAt(workspace, body['parent'])
  if (parent.parentType !== page.parentType) throw notInSandbox('move pages into data sources or out of them')
  return showPage(
    workspace,
    savePage(workspace, act, { ...page, ...parent }, 'page.move', { parent: parent.parentId }),
  )
}
