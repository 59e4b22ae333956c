/** Making, changing and trashing pages, for the API and for the person at the board alike. */
import type { JsonObject } from '../../lib/json.ts'
import { inTrash, notFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { blockInWords } from '../blocks/show.ts'
import type { NewBlock } from '../blocks/read.ts'
import type { Page, PageParentType } from '../store/pages.ts'
import type { Act, WriteKind } from '../store/writes.ts'
import type { Workspace } from '../workspace.ts'
import { insertBlocks } from './blocks.ts'
import { defaultValues, withValues } from './values.ts'

/** A page that is wanted. */
export interface NewPage {
  readonly parentType: PageParentType
  readonly parentId: string
  /** Property values in the API's shape, by name or id. */
  readonly properties: JsonObject
  readonly icon: JsonObject | null
  readonly cover: JsonObject | null
  readonly children: readonly NewBlock[]
}

/** Makes a page with its content. */
export function createPage(workspace: Workspace, act: Act, wanted: NewPage): Page {
  const isRow = wanted.parentType === 'data_source_id'
  const blank: Page = {
    id: newId(),
    parentType: wanted.parentType,
    parentId: wanted.parentId,
    number: isRow ? workspace.sources.takeNumber(wanted.parentId) : 0,
    values: isRow ? defaultValues(workspace.properties.of(wanted.parentId)) : {},
    icon: wanted.icon,
    cover: wanted.cover,
    isLocked: false,
    inTrash: false,
    createdMs: act.nowMs,
    editedMs: act.nowMs,
    createdBy: act.userId,
    editedBy: act.userId,
  }
  const { page, changed } = withValues(workspace, blank, wanted.properties, 'body.properties')
  workspace.pages.add(page)
  if (!isRow) addChildBlock(workspace, act, page.id, 'child_page', wanted.parentId)
  if (wanted.children.length > 0) insertBlocks(workspace, act, page.id, 'page_id', wanted.children)
  const blocks =
    wanted.children.length === 0
      ? {}
      : { blocks: wanted.children.map(({ type, content }) => blockInWords(type, content)) }
  workspace.writes.add(act, {
    kind: 'page.create',
    objectId: page.id,
    pageId: page.id,
    changed: { properties: changed, ...blocks },
  })
  return page
}

/** The block that stands for a page or database within its parent page. */
export function addChildBlock(
  workspace: Workspace,
  act: Act,
  id: string,
  type: 'child_page' | 'child_database',
  parentId: string,
): void {
  workspace.blocks.add([
    {
      id,
      parentId,
      parentType: 'page_id',
      type,
      content: {},
      inTrash: false,
      createdMs: act.nowMs,
      editedMs: act.nowMs,
      createdBy: act.userId,
      editedBy: act.userId,
    },
  ])
}

/** What is to change of a page; what is left out stays. */
export interface PageChange {
  readonly properties?: JsonObject
  readonly icon?: JsonObject | null
  readonly cover?: JsonObject | null
  readonly isLocked?: boolean
  readonly inTrash?: boolean
}

/** Changes a page; one in the trash can only be taken out of it (or thrown in again). */
export function changePage(workspace: Workspace, act: Act, page: Page, change: PageChange): Page {
  const { properties, inTrash: trash, ...looks } = change
  if (page.inTrash && trash !== false && (properties !== undefined || Object.keys(looks).length > 0))
    throw inTrash()
  const now = { ...page, ...looks, inTrash: trash ?? page.inTrash }
  const written =
    properties === undefined
      ? { page: now, changed: {} }
      : withValues(workspace, now, properties, 'body.properties')
  return savePage(workspace, act, written.page, 'page.update', {
    ...(properties === undefined ? {} : { properties: written.changed }),
    ...looks,
    ...(trash === undefined ? {} : { in_trash: trash }),
  })
}

/** Keeps a changed page, its block and its place in the ledger in step. */
export function savePage(
  workspace: Workspace,
  act: Act,
  page: Page,
  kind: WriteKind,
  changed: unknown,
): Page {
  const saved = { ...page, editedMs: act.nowMs, editedBy: act.userId }
  workspace.pages.update(saved)
  const block = workspace.blocks.find(page.id)
  if (block !== undefined)
    workspace.blocks.update({ ...block, inTrash: saved.inTrash, parentId: saved.parentId })
  workspace.writes.add(act, { kind, objectId: page.id, pageId: page.id, changed })
  return saved
}

/** The page, or 404. */
export function pageOr404(workspace: Workspace, id: string): Page {
  const page = workspace.pages.find(id)
  if (page === undefined) throw notFound('page', id)
  return page
}
