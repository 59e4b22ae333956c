/** /v1/comments */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { inTrash, notFound } from '../errors.ts'
import { BOT_NAME } from '../identity.ts'
import { newId } from '../ids.ts'
import { listAnswer, paged, pageRequestOf } from '../paging.ts'
import { plainOf, richTextAt } from '../rich-text.ts'
import { idAt, objectAt, wrongChoice } from '../shape.ts'
import type { Comment } from '../store/comments.ts'
import { stamp } from '../time.ts'
import { bodyOf, pathId, route, type Call, type CallDeps } from './call.ts'

/** The routes. */
export function commentRoutes(deps: CallDeps): readonly Route[] {
  return [
    route(deps, 'GET', '/v1/comments', list),
    route(deps, 'POST', '/v1/comments', create),
    route(deps, 'GET', '/v1/comments/{comment_id}', call => show(commentOf(call))),
    route(deps, 'PATCH', '/v1/comments/{comment_id}', update),
    route(deps, 'DELETE', '/v1/comments/{comment_id}', remove),
  ]
}

function list(call: Call): JsonObject {
  const id = idAt(call.request.query.get('block_id') ?? undefined, 'query.block_id')
  const page = paged(call.workspace.comments.on(id), pageRequestOf(call.request.query), comment => comment.id)
  return listAnswer('comment', page.items.map(show), page.nextCursor)
}

function create(call: Call): JsonObject {
  const { workspace, act } = call
  const body = objectAt(bodyOf(call), 'body', ['parent', 'discussion_id', 'rich_text'])
  const richText = richTextAt(body['rich_text'], 'body.rich_text')
  const comment: Comment = {
    id: newId(),
    ...targetOf(call, body),
    richText,
    createdMs: act.nowMs,
    editedMs: act.nowMs,
    createdBy: act.userId,
  }
  workspace.comments.add(comment)
  workspace.writes.add(act, {
    kind: 'comment.create',
    objectId: comment.id,
    pageId: comment.parentId,
    changed: { text: plainOf(richText) },
  })
  return show(comment)
}

function commentOf(call: Call): Comment {
  const id = pathId(call, 'comment_id')
  const comment = call.workspace.comments.find(id)
  if (comment === undefined) throw notFound('comment', id)
  return comment
}

function update(call: Call): JsonObject {
  const { workspace, act } = call
  const old = commentOf(call)
  const body = objectAt(bodyOf(call), 'body', ['rich_text'])
  const comment = { ...old, richText: richTextAt(body['rich_text'], 'body.rich_text'), editedMs: act.nowMs }
  workspace.comments.update(comment)
  const changed = { text: plainOf(comment.richText) }
  workspace.writes.add(act, {
    kind: 'comment.update',
    objectId: comment.id,
    pageId: comment.parentId,
    changed,
  })
  return show(comment)
}

function remove(call: Call): JsonObject {
  const { workspace, act } = call
  const comment = commentOf(call)
  workspace.comments.remove(comment.id)
  workspace.writes.add(act, {
    kind: 'comment.delete',
    objectId: comment.id,
    pageId: comment.parentId,
    changed: {},
  })
  return show(comment)
}

type Target = Pick<Comment, 'parentType' | 'parentId' | 'discussionId'>

function targetOf({ workspace }: Call, body: JsonObject): Target {
  if (body['discussion_id'] !== undefined) {
    const discussionId = idAt(body['discussion_id'], 'body.discussion_id')
    const first = workspace.comments.inDiscussion(discussionId)
    if (first === undefined) throw notFound('discussion', discussionId)
    return { parentType: first.parentType, parentId: first.parentId, discussionId }
  }
  const parent = objectAt(body['parent'], 'body.parent', ['type', 'page_id', 'block_id'])
  const kind = parent['page_id'] === undefined ? 'block_id' : 'page_id'
  if (parent[kind] === undefined) throw wrongChoice('body.parent', ['page_id', 'block_id'], parent)
  const parentId = idAt(parent[kind], `body.parent.${kind}`)
  const page = workspace.pages.find(parentId)
  const block = page === undefined && kind === 'block_id' ? workspace.blocks.find(parentId) : undefined
  if (page === undefined && block === undefined)
    throw notFound(kind === 'page_id' ? 'page' : 'block', parentId)
  if (page?.inTrash === true || block?.inTrash === true) throw inTrash()
  return { parentType: kind, parentId, discussionId: newId() }
}

function show(comment: Comment): JsonObject {
  return {
    object: 'comment',
    id: comment.id,
    parent: { type: comment.parentType, [comment.parentType]: comment.parentId },
    discussion_id: comment.discussionId,
    created_time: stamp(comment.createdMs),
    last_edited_time: stamp(comment.editedMs),
    created_by: { object: 'user', id: comment.createdBy },
    rich_text: comment.richText,
    display_name: { type: 'integration', resolved_name: BOT_NAME },
  }
}
