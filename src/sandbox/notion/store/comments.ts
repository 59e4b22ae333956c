/** Comments. */
import type { Database } from '../../lib/db.ts'
import { listIn, type JsonList } from './columns.ts'

/** A comment on a page or block. */
export interface Comment {
  readonly id: string
  readonly parentType: 'page_id' | 'block_id'
  readonly parentId: string
  readonly discussionId: string
  readonly richText: JsonList
  readonly createdMs: number
  readonly editedMs: number
  readonly createdBy: string
}

/** The comments of the workspace. */
export interface CommentStore {
  add(comment: Comment): void
  update(comment: Comment): void
  remove(id: string): void
  find(id: string): Comment | undefined
  /** The first of a discussion. */
  inDiscussion(discussionId: string): Comment | undefined
  /** Oldest first. */
  on(parentId: string): readonly Comment[]
}

interface Row {
  readonly id: string
  readonly parent_type: string
  readonly parent_id: string
  readonly discussion_id: string
  readonly rich_text: string
  readonly created_ms: number
  readonly edited_ms: number
  readonly created_by: string
}

/** Opens the store. */
export function commentStore(db: Database): CommentStore {
  const add = db.prepare<Row>(
    `INSERT INTO comment (id, parent_type, parent_id, discussion_id, rich_text, created_ms, edited_ms, created_by)
     VALUES (@id, @parent_type, @parent_id, @discussion_id, @rich_text, @created_ms, @edited_ms, @created_by)`,
  )
  const update = db.prepare<[string, number, string]>(
    'UPDATE comment SET rich_text = ?, edited_ms = ? WHERE id = ?',
  )
  const remove = db.prepare<[string]>('DELETE FROM comment WHERE id = ?')
  const find = db.prepare<[string], Row>('SELECT * FROM comment WHERE id = ?')
  const first = db.prepare<[string], Row>(
    'SELECT * FROM comment WHERE discussion_id = ? ORDER BY seq LIMIT 1',
  )
  const on = db.prepare<[string], Row>('SELECT * FROM comment WHERE parent_id = ? ORDER BY seq')
  return {
    add: comment =>
      add.run({
        id: comment.id,
        parent_type: comment.parentType,
        parent_id: comment.parentId,
        discussion_id: comment.discussionId,
        rich_text: JSON.stringify(comment.richText),
        created_ms: comment.createdMs,
        edited_ms: comment.editedMs,
        created_by: comment.createdBy,
      }),
    update: ({ richText, editedMs, id }) => update.run(JSON.stringify(richText), editedMs, id),
    remove: id => remove.run(id),
    find: id => optional(find.get(id)),
    inDiscussion: discussionId => optional(first.get(discussionId)),
    on: parentId => on.all(parentId).map(fromRow),
  }
}

function optional(row: Row | undefined): Comment | undefined {
  return row === undefined ? undefined : fromRow(row)
}

function fromRow(row: Row): Comment {
  return {
    id: row.id,
    parentType: row.parent_type === 'block_id' ? 'block_id' : 'page_id',
    parentId: row.parent_id,
    discussionId: row.discussion_id,
    richText: listIn(row.rich_text),
    createdMs: row.created_ms,
    editedMs: row.edited_ms,
    createdBy: row.created_by,
  }
}
