/** /v1/pages */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { childrenAt } from '../blocks/read.ts'
import { bodyOf, pathId, route, type Call, type CallDeps } from '../call.ts'
import { sourceOr404 } from '../databases/data-sources.ts'
import { inTrash, invalid } from '../errors.ts'
import type { Page } from '../model.ts'
import { flagAt, idAt, objectAt, wrongChoice } from '../shape.ts'
import { showPage } from '../show.ts'
import { titleOfPage, type Workspace } from '../workspace.ts'
import { propertyItem } from './property-item.ts'
import { changePage, createPage, pageOr404, refuseTopLevel, type NewPage } from './write.ts'

const OTHER_CREATE_KEYS = ['icon', 'cover', 'content', 'markdown', 'template', 'position', 'allow_async']
const OTHER_UPDATE_KEYS = ['icon', 'cover', 'is_locked', 'template', 'erase_content']
const PARENT_KINDS = ['page_id', 'data_source_id', 'workspace']

/** The routes. */
export function pageRoutes(deps: CallDeps): readonly Route[] {
  const path = '/v1/pages/{page_id}'
  return [
    route(deps, 'POST', '/v1/pages', create),
    route(deps, 'GET', path, call => showPage(call.workspace, pageOf(call))),
    route(deps, 'PATCH', path, update),
    route(deps, 'GET', `${path}/properties/{property_id}`, call => propertyItem(call, pageOf(call))),
  ]
}

function pageOf(call: Call): Page {
  return pageOr404(call.workspace, pathId(call, 'page_id'))
}

function create(call: Call): JsonObject {
  const { workspace, act } = call
  const body = objectAt(bodyOf(call), 'body', ['parent', 'properties', 'children'], OTHER_CREATE_KEYS)
  const parent = parentAt(workspace, body['parent'])
  const properties = objectAt(body['properties'] ?? {}, 'body.properties')
  const children = childrenAt(body['children'] ?? [], 'body.children', id => titleOfPage(workspace, id))
  return showPage(workspace, createPage(workspace, act, { ...parent, properties, children }))
}

function parentAt(workspace: Workspace, value: unknown): Pick<NewPage, 'parentType' | 'parentId'> {
  const parent = objectAt(value, 'body.parent', ['type', ...PARENT_KINDS], ['database_id'])
  if (parent['page_id'] !== undefined) {
    const parentId = idAt(parent['page_id'], 'body.parent.page_id')
    if (pageOr404(workspace, parentId).inTrash) throw inTrash()
    return { parentType: 'page_id', parentId }
  }
  if (parent['data_source_id'] !== undefined) {
    const parentId = idAt(parent['data_source_id'], 'body.parent.data_source_id')
    const source = sourceOr404(workspace, parentId)
    if (source.inTrash || workspace.databases.find(source.parentId)?.inTrash === true) throw inTrash()
    return { parentType: 'data_source_id', parentId }
  }
  if (parent['workspace'] !== undefined) throw invalid(NO_WORKSPACE_PAGES)
  throw wrongChoice('body.parent', PARENT_KINDS, parent)
}

const NO_WORKSPACE_PAGES =
  "Provided authentication is for an internal integration. Internal integrations aren't owned by a single user, so creating workspace-level private pages is not supported."

function update(call: Call): JsonObject {
  const { workspace, act } = call
  const page = pageOf(call)
  const body = objectAt(bodyOf(call), 'body', ['properties', 'in_trash', 'archived'], OTHER_UPDATE_KEYS)
  const trash = body['in_trash'] ?? body['archived']
  if (trash === true) refuseTopLevel(page)
  const changed = changePage(workspace, act, page, {
    ...(body['properties'] === undefined
      ? {}
      : { properties: objectAt(body['properties'], 'body.properties') }),
    ...(trash === undefined ? {} : { inTrash: flagAt(trash, 'body.in_trash', false) }),
  })
  return showPage(workspace, changed)
}
