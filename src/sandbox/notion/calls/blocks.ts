/** /v1/blocks */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { contentAt } from '../blocks/content.ts'
import { childrenAt, fitsTable, TABLE_WIDTH, updatePart } from '../blocks/read.ts'
import { blockInWords, showBlock, showDatabaseBlock, showPageBlock } from '../blocks/show.ts'
import { inTrash, invalid, notFound } from '../errors.ts'
import { PARENT_PAGE_ID } from '../identity.ts'
import { listAnswer, paged, pageRequestOf } from '../paging.ts'
import { titleOfPage } from '../properties/show.ts'
import { choiceAt, flagAt, idAt, objectAt, wrong, wrongChoice } from '../shape.ts'
import type { Block } from '../store/blocks.ts'
import { insertBlocks, isTrashed, pageOfBlock, placeOf, touchPage, type Place } from '../work/blocks.ts'
import { changePage } from '../work/pages.ts'
import { bodyOf, pathId, route, type Call, type CallDeps } from './call.ts'
import { saveDatabase } from './databases.ts'

/** The routes. */
export function blockRoutes(deps: CallDeps): readonly Route[] {
  const path = '/v1/blocks/{block_id}'
  return [
    route(deps, 'GET', path, call => showAny(call, pathId(call, 'block_id'))),
    route(deps, 'PATCH', path, update),
    route(deps, 'DELETE', path, call => {
      const id = pathId(call, 'block_id')
      trashAny(call, id, true)
      return showAny(call, id)
    }),
    route(deps, 'GET', `${path}/children`, children),
    route(deps, 'PATCH', `${path}/children`, append),
  ]
}

/** Pages and databases are blocks too. */
function showAny({ workspace }: Call, id: string): JsonObject {
  const page = workspace.pages.find(id)
  if (page !== undefined) return showPageBlock(workspace, page)
  const database = workspace.databases.find(id)
  if (database !== undefined) return showDatabaseBlock(database)
  const block = workspace.blocks.find(id)
  if (block === undefined) throw notFound('block', id)
  return showBlock(workspace, block)
}

function children(call: Call): JsonObject {
  const id = pathId(call, 'block_id')
  showAny(call, id)
  const request = pageRequestOf(call.request.query)
  const page = paged(call.workspace.blocks.in(id), request, block => block.id)
  return listAnswer(
    'block',
    page.items.map(block => showBlock(call.workspace, block)),
    page.nextCursor,
  )
}

function append(call: Call): JsonObject {
  const { workspace, act } = call
  const id = pathId(call, 'block_id')
  const body = objectAt(bodyOf(call), 'body', ['children', 'after', 'position'])
  const wanted = childrenAt(body['children'], 'body.children', page => titleOfPage(workspace, page))
  const place = placeOf(workspace, id, wanted)
  if (workspace.databases.find(id) !== undefined) throw invalid('Block does not support children.')
  const blocks = insertBlocks(workspace, act, id, place.parentType, wanted, afterAt(call, body, place))
  const pageId = pageOfPlace(call, place)
  touchPage(workspace, act, pageId)
  workspace.writes.add(act, {
    kind: 'blocks.append',
    objectId: id,
    pageId,
    changed: blocks.map(block => ({ id: block.id, ...blockInWords(block.type, block.content) })),
  })
  return listAnswer(
    'block',
    blocks.map(block => showBlock(workspace, block)),
    null,
  )
}

function pageOfPlace({ workspace }: Call, place: Place): string {
  const block = place.parentType === 'block_id' ? workspace.blocks.find(place.parentId) : undefined
  return block === undefined ? place.parentId : pageOfBlock(workspace, block)
}

/** The block to insert behind: null for the start, undefined for the end. */
function afterAt(call: Call, body: JsonObject, place: Place): string | null | undefined {
  if (body['after'] !== undefined) return siblingAt(call, body['after'], 'body.after', place)
  if (body['position'] === undefined) return undefined
  const path = 'body.position'
  const position = objectAt(body['position'], path, ['type', 'after_block'])
  const type = choiceAt(position['type'], `${path}.type`, ['after_block', 'start', 'end'])
  if (type === 'start') return null
  if (type === 'end') return undefined
  const after = objectAt(position['after_block'], `${path}.after_block`, ['id'])
  return siblingAt(call, after['id'], `${path}.after_block.id`, place)
}

function siblingAt({ workspace }: Call, value: unknown, path: string, place: Place): string {
  const id = idAt(value, path)
  const block = workspace.blocks.find(id)
  if (block === undefined || block.inTrash || block.parentId !== place.parentId) {
    throw invalid(`Could not find block with ID: ${id} to append children after.`)
  }
  return id
}

function update(call: Call): JsonObject {
  const { workspace } = call
  const id = pathId(call, 'block_id')
  const body = objectAt(bodyOf(call), 'body')
  const trash = body['in_trash'] ?? body['archived']
  if (trash !== undefined) trashAny(call, id, flagAt(trash, 'body.in_trash', false))
  const block = workspace.blocks.find(id)
  if (block === undefined || block.type === 'child_page' || block.type === 'child_database') {
    const other = Object.keys(body).find(key => !['in_trash', 'archived', 'type', 'object'].includes(key))
    if (other !== undefined) throw wrong(`body.${other}`, 'not present', body[other])
    return showAny(call, id)
  }
  const part = updatePart(body, block.type)
  objectAt(body, 'body', ['object', 'type', 'in_trash', 'archived', block.type])
  if (part === undefined && trash === undefined) throw wrongChoice('body', [block.type, 'in_trash'], body)
  if (part !== undefined) rewrite(call, block, part)
  return showAny(call, id)
}

function rewrite({ workspace, act }: Call, block: Block, part: JsonObject): void {
  const path = `body.${block.type}`
  if (part['children'] !== undefined) throw wrong(`${path}.children`, 'not present', part['children'])
  if (isTrashed(workspace, block)) throw inTrash()
  const content = contentAt(block.type, part, path, id => titleOfPage(workspace, id), block.content)
  if (block.type === 'table_row') {
    const table = workspace.blocks.find(block.parentId)
    if (!fitsTable(content, table?.content['table_width'])) throw invalid(TABLE_WIDTH)
  }
  workspace.blocks.update({ ...block, content, editedMs: act.nowMs, editedBy: act.userId })
  const pageId = pageOfBlock(workspace, block)
  touchPage(workspace, act, pageId)
  const changed = blockInWords(block.type, content)
  workspace.writes.add(act, { kind: 'block.update', objectId: block.id, pageId, changed })
}

function trashAny(call: Call, id: string, trash: boolean): void {
  const { workspace, act } = call
  const page = workspace.pages.find(id)
  if (page !== undefined) {
    if (id === PARENT_PAGE_ID) throw invalid('Archiving workspace level pages via API not supported.')
    changePage(workspace, act, page, { inTrash: trash })
    return
  }
  const database = workspace.databases.find(id)
  if (database !== undefined) {
    saveDatabase(call, { ...database, inTrash: trash }, { in_trash: trash })
    return
  }
  const block = workspace.blocks.find(id)
  if (block === undefined) throw notFound('block', id)
  if (block.inTrash && trash) throw inTrash()
  workspace.blocks.update({ ...block, inTrash: trash, editedMs: act.nowMs, editedBy: act.userId })
  const pageId = pageOfBlock(workspace, block)
  touchPage(workspace, act, pageId)
  workspace.writes.add(act, { kind: 'block.delete', objectId: id, pageId, changed: { in_trash: trash } })
}
