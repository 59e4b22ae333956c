/** Databases, data sources and pages as answers carry them. */
import type { JsonObject } from '../lib/json.ts'
import { addressOf } from './appearance.ts'
import { WORKSPACE_ID } from './identity.ts'
import { showProperty } from './properties/config.ts'
import { showValue } from './properties/show.ts'
import { findProperty } from './properties/find.ts'
import { plainOf } from './rich-text.ts'
import type { Authored } from './store/columns.ts'
import type { DatabaseObject } from './store/databases.ts'
import type { Page } from './store/pages.ts'
import type { Property } from './store/properties.ts'
import type { Source } from './store/sources.ts'
import { preciseStamp, stamp } from './time.ts'
import type { Workspace } from './workspace.ts'

/** Author and times, as pages, blocks and data sources carry them. */
export function authorship(object: Authored): JsonObject {
  return {
    created_time: stamp(object.createdMs),
    last_edited_time: stamp(object.editedMs),
    created_by: { object: 'user', id: object.createdBy },
    last_edited_by: { object: 'user', id: object.editedBy },
  }
}

/** A database. */
export function showDatabase(workspace: Workspace, database: DatabaseObject): JsonObject {
  const sources = workspace.sources.ofDatabase(database.id)
  return {
    object: 'database',
    id: database.id,
    title: database.title,
    description: database.description,
    parent: { type: 'page_id', page_id: database.parentPageId },
    is_inline: database.isInline,
    in_trash: database.inTrash,
    is_locked: database.isLocked,
    created_time: preciseStamp(database.createdMs),
    last_edited_time: preciseStamp(database.editedMs),
    data_sources: sources.map(source => ({ id: source.id, name: plainOf(source.title) })),
    icon: database.icon,
    cover: database.cover,
    url: addressOf(database.id),
    public_url: null,
    archived: database.inTrash,
  }
}

/** A data source with its columns. */
export function showSource(workspace: Workspace, source: Source): JsonObject {
  const database = workspace.databases.find(source.databaseId)
  const properties = workspace.properties.of(source.id)
  return {
    object: 'data_source',
    id: source.id,
    cover: null,
    icon: source.icon,
    ...authorship(source),
    title: source.title,
    description: database?.description ?? [],
    is_inline: database?.isInline ?? false,
    properties: Object.fromEntries(properties.map(one => [one.name, showProperty(workspace, one)])),
    parent: { type: 'database_id', database_id: source.databaseId },
    database_parent: { type: 'page_id', page_id: database?.parentPageId ?? source.databaseId },
    url: addressOf(source.databaseId),
    public_url: null,
    in_trash: source.inTrash,
    archived: source.inTrash,
  }
}

/** The columns a page has: those of its data source, or a title alone. */
export function propertiesOfPage(workspace: Workspace, page: Page): readonly Property[] {
  if (page.parentType === 'data_source_id') return workspace.properties.of(page.parentId)
  return [LONE_TITLE]
}

/** The only property of a page outside a data source. */
const LONE_TITLE: Property = {
  sourceId: '',
  id: 'title',
  name: 'title',
  type: 'title',
  description: null,
  config: {},
}

/** A page; `only` names the properties to show (names or ids), all when it is empty. */
export function showPage(workspace: Workspace, page: Page, only: readonly string[] = []): JsonObject {
  const all = propertiesOfPage(workspace, page)
  const wanted =
    only.length === 0 ? all : all.filter(one => only.some(key => findProperty([one], key) !== undefined))
  return {
    object: 'page',
    id: page.id,
    ...authorship(page),
    cover: page.cover,
    icon: page.icon,
    parent: parentOf(workspace, page),
    in_trash: page.inTrash,
    is_archived: false,
    is_locked: page.isLocked,
    properties: Object.fromEntries(wanted.map(one => [one.name, showValue(workspace, page, one)])),
    url: addressOf(page.id, plainOf(page.values['title'])),
    public_url: null,
    archived: page.inTrash,
  }
}

/** Where a page lies. */
export function parentOf(workspace: Workspace, page: Page): JsonObject {
  if (page.parentId === WORKSPACE_ID) return { type: 'workspace', workspace: true }
  if (page.parentType === 'page_id') return { type: 'page_id', page_id: page.parentId }
  const databaseId = workspace.sources.find(page.parentId)?.databaseId ?? page.parentId
  return { type: 'data_source_id', data_source_id: page.parentId, database_id: databaseId }
}
