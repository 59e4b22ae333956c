/** /v1/blocks */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { bodyOf, pathId, route, type Call, type CallDeps } from '../call.ts'
import { saveDatabase } from '../databases/databases.ts'
import { inTrash, notFound } from '../errors.ts'
import { listAnswer, paged, pageRequestOf } from '../paging.ts'
import { changePage, refuseTopLevel } from '../pages/write.ts'
import { objectAt } from '../shape.ts'
import { titleOfPage } from '../workspace.ts'
import { editedBy } from '../writes.ts'
import { childrenAt } from './read.ts'
import { showBlock, showDatabaseBlock, showPageBlock } from './show.ts'
import { appendBlocks, pageOf, touchPage } from './write.ts'

/** The routes. */
export function blockRoutes(deps: CallDeps): readonly Route[] {
  const path = '/v1/blocks/{block_id}'
  return [
    route(deps, 'DELETE', path, remove),
    route(deps, 'GET', `${path}/children`, children),
    route(deps, 'PATCH', `${path}/children`, append),
  ]
}

/** Pages and databases are blocks too. */
function showAny({ workspace }: Call, id: string): JsonObject {
  const page = workspace.pages.find(id)
  if (page !== undefined) return showPageBlock(workspace, page)
  const database = workspace.databases.find(id)
  if (database !== undefined) return showDatabaseBlock(workspace, database)
  const block = workspace.blocks.find(id)
  if (block === undefined) throw notFound('block', id)
  return showBlock(workspace, block)
}

function children(call: Call): JsonObject {
  const { workspace, request } = call
  const id = pathId(call, 'block_id')
  showAny(call, id)
  const page = paged(workspace.blocks.in(id), pageRequestOf(request.query), block => block.id)
  return listAnswer(
    'block',
    page.items.map(block => showBlock(workspace, block)),
    page.nextCursor,
  )
}

function append(call: Call): JsonObject {
  const { workspace, act } = call
  const body = objectAt(bodyOf(call), 'body', ['children'], ['after', 'position'])
  const wanted = childrenAt(body['children'], 'body.children', page => titleOfPage(workspace, page))
  const blocks = appendBlocks(workspace, act, pathId(call, 'block_id'), wanted)
  return listAnswer(
    'block',
    blocks.map(block => showBlock(workspace, block)),
    null,
  )
}

function remove(call: Call): JsonObject {
  const { workspace, act } = call
  const id = pathId(call, 'block_id')
  const page = workspace.pages.find(id)
  const database = workspace.databases.find(id)
  if (page !== undefined) {
    refuseTopLevel(page)
    changePage(workspace, act, page, { inTrash: true })
  } else if (database !== undefined) saveDatabase(call, { ...database, inTrash: true })
  else removeBlock(call, id)
  return showAny(call, id)
}

function removeBlock({ workspace, act }: Call, id: string): void {
  const block = workspace.blocks.find(id)
  if (block === undefined) throw notFound('block', id)
  if (block.inTrash) throw inTrash()
  workspace.blocks.update({ ...block, inTrash: true, ...editedBy(act) })
  const pageId = pageOf(workspace, block.parentId)
  touchPage(workspace, act, pageId)
  workspace.writes.add(act, { kind: 'block.delete', objectId: id, pageId, changed: { in_trash: true } })
}
