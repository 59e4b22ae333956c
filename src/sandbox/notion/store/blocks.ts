/** Blocks: the content of pages. */
import type { Database } from '../../lib/db.ts'
import type { JsonObject } from '../../lib/json.ts'
import { authoredIn, authoredRow, objectIn, type Authored, type AuthoredRow } from './columns.ts'

/** A block. Child pages and databases are blocks too, with the id of what they stand for. */
export interface Block extends Authored {
  readonly id: string
  /** The page or block it lies in. */
  readonly parentId: string
  readonly parentType: 'page_id' | 'block_id'
  readonly type: string
  /** What answers carry under the block's type. */
  readonly content: JsonObject
  readonly inTrash: boolean
}

/** The blocks of the workspace. */
export interface BlockStore {
  /** Adds them in order behind the block `after`, at the start for null, at the end for undefined. */
  add(blocks: readonly Block[], after?: string | null): void
  update(block: Block): void
  find(id: string): Block | undefined
  /** Those in a parent that are not in the trash, in order. */
  in(parentId: string): readonly Block[]
  hasChildren(parentId: string): boolean
}

interface Row extends AuthoredRow {
  readonly id: string
  readonly parent_id: string
  readonly parent_type: string
  readonly type: string
  readonly content: string
  readonly in_trash: number
}

/** Opens the store. */
export function blockStore(db: Database): BlockStore {
  const insert = db.prepare<Row & { readonly position: number }>(
    `INSERT INTO block (id, parent_id, parent_type, position, type, content, in_trash,
       created_ms, edited_ms, created_by, edited_by)
     VALUES (@id, @parent_id, @parent_type, @position, @type, @content, @in_trash,
       @created_ms, @edited_ms, @created_by, @edited_by)`,
  )
  const update = db.prepare<Row>(
    `UPDATE block SET parent_id = @parent_id, parent_type = @parent_type, type = @type, content = @content,
       in_trash = @in_trash, created_ms = @created_ms, edited_ms = @edited_ms, created_by = @created_by,
       edited_by = @edited_by WHERE id = @id`,
  )
  const find = db.prepare<[string], Row>('SELECT * FROM block WHERE id = ?')
  const within = db.prepare<[string], Row>(
    'SELECT * FROM block WHERE parent_id = ? AND in_trash = 0 ORDER BY position',
  )
  const any = db.prepare<[string], { readonly id: string }>(
    'SELECT id FROM block WHERE parent_id = ? AND in_trash = 0 LIMIT 1',
  )
  const end = db.prepare<[string], { readonly next: number }>(
    'SELECT coalesce(max(position) + 1, 0) AS next FROM block WHERE parent_id = ?',
  )
  const positionOf = db.prepare<[string], { readonly position: number }>(
    'SELECT position FROM block WHERE id = ?',
  )
  const makeRoom = db.prepare<[number, string, number]>(
    'UPDATE block SET position = position + ? WHERE parent_id = ? AND position >= ?',
  )
  const placeFor = (parentId: string, count: number, after: string | null | undefined): number => {
    if (after === undefined) return end.get(parentId)?.next ?? 0
    const place = after === null ? 0 : (positionOf.get(after)?.position ?? 0) + 1
    makeRoom.run(count, parentId, place)
    return place
  }
  return {
    add: (blocks, after) => {
      const [first] = blocks
      if (first === undefined) return
      const place = placeFor(first.parentId, blocks.length, after)
      for (const [index, block] of blocks.entries()) insert.run({ ...toRow(block), position: place + index })
    },
    update: block => update.run(toRow(block)),
    find: id => {
      const row = find.get(id)
      return row === undefined ? undefined : fromRow(row)
    },
    in: parentId => within.all(parentId).map(fromRow),
    hasChildren: parentId => any.get(parentId) !== undefined,
  }
}

function toRow(block: Block): Row {
  return {
    id: block.id,
    parent_id: block.parentId,
    parent_type: block.parentType,
    type: block.type,
    content: JSON.stringify(block.content),
    in_trash: Number(block.inTrash),
    ...authoredRow(block),
  }
}

function fromRow(row: Row): Block {
  return {
    id: row.id,
    parentId: row.parent_id,
    parentType: row.parent_type === 'block_id' ? 'block_id' : 'page_id',
    type: row.type,
    content: objectIn(row.content),
    inTrash: row.in_trash === 1,
    ...authoredIn(row),
  }
}
