/** Creating, changing and trashing pages, for the API and for the person at the board alike. */
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../lib/json.ts'
import type { NewBlock } from '../blocks/read.ts'
import { blockInWords } from '../blocks/show.ts'
import { addChildBlock, insertBlocks } from '../blocks/write.ts'
import { inTrash, invalid, notFound } from '../errors.ts'
import { findProperty, type Page, type PageParentType, type Property } from '../model.ts'
import { relationTarget } from '../properties/config.ts'
import { optionsOf, type Option } from '../properties/options.ts'
import { idList, valueInWords } from '../properties/show.ts'
import { givenValueAt, readValue } from '../properties/values.ts'
import { propertiesOfPage } from '../show.ts'
import { titleOfPage, type Workspace } from '../workspace.ts'
import { editedBy, madeBy, type Act } from '../writes.ts'

/** A page that is wanted. */
export interface NewPage {
  readonly parentType: PageParentType
  readonly parentId: string
  /** Property values in the API's shape, by name or id. */
  readonly properties: JsonObject
  readonly children: readonly NewBlock[]
}

/** Creates a page with its content. */
export function createPage(workspace: Workspace, act: Act, wanted: NewPage): Page {
  const { parentType, parentId, children } = wanted
  const blank = { id: randomUUID(), parentType, parentId, values: {}, inTrash: false, ...madeBy(act) }
  const values = defaultValues(propertiesOfPage(workspace, blank))
  const { page, changed } = withValues(workspace, { ...blank, values }, wanted.properties)
  workspace.pages.add(page)
  if (parentType === 'page_id') addChildBlock(workspace, act, page.id, 'child_page', parentId)
  insertBlocks(workspace, act, page.id, 'page_id', children)
  const blocks = children.map(({ type, content }) => blockInWords(type, content))
  workspace.writes.add(act, {
    kind: 'page.create',
    objectId: page.id,
    pageId: page.id,
    changed: { properties: changed, ...(blocks.length === 0 ? {} : { blocks }) },
  })
  return page
}

/** What a fresh row of these columns holds before anything is written: a status has its first option. */
function defaultValues(properties: readonly Property[]): JsonObject {
  const statuses = properties.filter(({ type }) => type === 'status')
  return Object.fromEntries(statuses.map(({ id, config }) => [id, optionsOf(config)[0]?.id ?? null]))
}

/** Throws for the page at the top level, which the API cannot put in the trash. */
export function refuseTopLevel({ parentType }: Page): void {
  if (parentType === 'workspace') throw invalid('Archiving workspace level pages via API not supported.')
}

/** What is to change of a page; what is left out stays. */
export interface PageChange {
  readonly properties?: JsonObject
  readonly inTrash?: boolean
}

/** Changes a page and its block, and notes it in the ledger; a page in the trash can only be restored (or trashed again). */
export function changePage(workspace: Workspace, act: Act, page: Page, change: PageChange): Page {
  const { properties, inTrash: trash } = change
  if (page.inTrash && trash !== false && properties !== undefined) throw inTrash()
  const written = withValues(workspace, { ...page, inTrash: trash ?? page.inTrash }, properties ?? {})
  const saved = { ...written.page, ...editedBy(act) }
  workspace.pages.update(saved)
  const block = workspace.blocks.find(page.id)
  if (block !== undefined) workspace.blocks.update({ ...block, inTrash: saved.inTrash })
  const changed = {
    ...(properties === undefined ? {} : { properties: written.changed }),
    ...(trash === undefined ? {} : { in_trash: trash }),
  }
  workspace.writes.add(act, { kind: 'page.update', objectId: page.id, pageId: page.id, changed })
  return saved
}

/** The page, or 404. */
export function pageOr404(workspace: Workspace, id: string): Page {
  const page = workspace.pages.find(id)
  if (page === undefined) throw notFound('page', id)
  return page
}

interface Wanted {
  readonly property: Property
  readonly part: unknown
  readonly path: string
}

/** The page with the values of `given` (keys are names or ids) and in words what each became. New options are written at once. */
function withValues(
  workspace: Workspace,
  page: Page,
  given: JsonObject,
): { readonly page: Page; readonly changed: Readonly<Record<string, string>> } {
  const wanted = wantedValues(propertiesOfPage(workspace, page), given)
  const values: Record<string, unknown> = { ...page.values }
  for (const { property, part, path } of wanted) {
    const { value, newOption } = readValue(part, path, property, id => titleOfPage(workspace, id))
    if (newOption !== undefined) addOption(workspace, page.parentId, property, newOption)
    if (property.type === 'relation') refuseForeign(workspace, property, idList(value))
    values[property.id] = value
  }
  const written = { ...page, values }
  // Read again: an option that was just made has a name only now.
  const now = propertiesOfPage(workspace, page)
  const changed = wanted.map(({ property }): readonly [string, string] => {
    const fresh = now.find(({ id }) => id === property.id) ?? property
    return [property.name, valueInWords(workspace, written, fresh)]
  })
  return { page: written, changed: Object.fromEntries(changed) }
}

function wantedValues(properties: readonly Property[], given: JsonObject): readonly Wanted[] {
  const complaints: string[] = []
  const wanted = Object.entries(given).flatMap(([key, value]): readonly Wanted[] => {
    const path = `body.properties.${key}`
    const property = findProperty(properties, key)
    if (property === undefined) {
      complaints.push(`${key} is not a property that exists.`)
      return []
    }
    const { type, part } = givenValueAt(value, path, property)
    if (type === property.type) return [{ property, part, path: `${path}.${type}` }]
    complaints.push(`${property.name} is expected to be ${property.type}.`)
    return []
  })
  if (complaints.length > 0) throw invalid(complaints.join(' '))
  return wanted
}

function addOption(workspace: Workspace, sourceId: string, { id }: Property, option: Option): void {
  const source = workspace.sources.find(sourceId)
  if (source === undefined) return
  const properties = source.properties.map(one =>
    one.id === id ? { ...one, config: { ...one.config, options: [...optionsOf(one.config), option] } } : one,
  )
  workspace.sources.update({ ...source, properties })
}

function refuseForeign(workspace: Workspace, property: Property, ids: readonly string[]): void {
  for (const id of ids) {
    const other = workspace.pages.find(id)
    if (other === undefined || other.inTrash) throw notFound('page', id)
    if (other.parentId !== relationTarget(property)) {
      throw invalid(`Page with ID ${id} does not belong to the data source that ${property.name} relates to.`)
    }
  }
}
