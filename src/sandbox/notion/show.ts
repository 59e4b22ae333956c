/** Databases, data sources and pages as answers carry them. */
import type { JsonObject } from '../lib/json.ts'
import type { Authored, DatabaseObject, Page, Property, Source } from './model.ts'
import { showProperty } from './properties/config.ts'
import { showValue } from './properties/show.ts'
import { plainOf } from './rich-text.ts'
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
  const sources = workspace.sources.in(database.id)
  return {
    object: 'database',
    id: database.id,
    title: database.title,
    description: [],
    parent: { type: 'page_id', page_id: database.parentId },
    is_inline: false,
    in_trash: database.inTrash,
    is_locked: false,
    created_time: preciseStamp(database.createdMs),
    last_edited_time: preciseStamp(database.editedMs),
    data_sources: sources.map(source => ({ id: source.id, name: plainOf(source.title) })),
    icon: null,
    cover: null,
    url: addressOf(database.id),
    public_url: null,
    archived: database.inTrash,
  }
}

/** A data source with its columns. */
export function showSource(workspace: Workspace, source: Source): JsonObject {
  const database = workspace.databases.find(source.parentId)
  return {
    object: 'data_source',
    id: source.id,
    cover: null,
    icon: null,
    ...authorship(source),
    title: source.title,
    description: [],
    is_inline: false,
    properties: Object.fromEntries(source.properties.map(one => [one.name, showProperty(workspace, one)])),
    parent: { type: 'database_id', database_id: source.parentId },
    database_parent: { type: 'page_id', page_id: database?.parentId ?? source.parentId },
    url: addressOf(source.parentId),
    public_url: null,
    in_trash: source.inTrash,
    archived: source.inTrash,
  }
}

/** The columns a page has: those of its data source, or a title alone. */
export function propertiesOfPage(workspace: Workspace, page: Page): readonly Property[] {
  if (page.parentType !== 'data_source_id') return LONE_TITLE
  return workspace.sources.find(page.parentId)?.properties ?? []
}

/** The only property of a page outside a data source. */
const LONE_TITLE: readonly Property[] = [{ id: 'title', name: 'title', type: 'title', config: {} }]

/** A page. */
export function showPage(workspace: Workspace, page: Page): JsonObject {
  const properties = propertiesOfPage(workspace, page)
  return {
    object: 'page',
    id: page.id,
    ...authorship(page),
    cover: null,
    icon: null,
    parent: parentOf(workspace, page),
    in_trash: page.inTrash,
    is_archived: false,
    is_locked: false,
    properties: Object.fromEntries(properties.map(one => [one.name, showValue(workspace, page, one)])),
    url: addressOf(page.id, plainOf(page.values['title'])),
    public_url: null,
    archived: page.inTrash,
  }
}

/** Where a page lies. */
export function parentOf(workspace: Workspace, page: Page): JsonObject {
  if (page.parentType === 'workspace') return { type: 'workspace', workspace: true }
  if (page.parentType === 'page_id') return { type: 'page_id', page_id: page.parentId }
  const databaseId = workspace.sources.find(page.parentId)?.parentId ?? page.parentId
  return { type: 'data_source_id', data_source_id: page.parentId, database_id: databaseId }
}

/** The address a page or database is opened by in a browser. */
function addressOf(id: string, title = ''): string {
  const slug = title
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80)
  const head = slug === '' ? '' : `${encodeURIComponent(slug)}-`
  return `https://app.notion.com/p/${head}${id.replaceAll('-', '')}`
}
