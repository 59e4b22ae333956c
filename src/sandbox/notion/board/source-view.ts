/** What the board knows of a data source by the names of its columns; the title column may have any name. */
import { findProperty, titleProperty } from '../properties/find.ts'
import { optionsOf, type Option } from '../properties/options.ts'
import { valueInWords } from '../properties/show.ts'
import { plainOf } from '../rich-text.ts'
import type { Page } from '../store/pages.ts'
import type { Property } from '../store/properties.ts'
import type { Source } from '../store/sources.ts'
import type { Workspace } from '../workspace.ts'

/** A data source with its columns. */
export interface SourceView {
  readonly workspace: Workspace
  readonly source: Source
  readonly name: string
  readonly icon: string
  readonly properties: readonly Property[]
}

/** All data sources, the queue first. */
export function sourceViews(workspace: Workspace): readonly SourceView[] {
  const views = workspace.sources.live().map((source): SourceView => {
    const name = plainOf(source.title)
    const icon = workspace.databases.find(source.databaseId)?.icon?.['emoji']
    return {
      workspace,
      source,
      name: name === '' ? 'Untitled' : name,
      icon: typeof icon === 'string' ? icon : '',
      properties: workspace.properties.of(source.id),
    }
  })
  return views.toSorted((left, right) => Number(isQueue(right)) - Number(isQueue(left)))
}

/** A queue has a Trigger to tick and a Status. */
export function isQueue(view: SourceView): boolean {
  return column(view, 'Trigger')?.type === 'checkbox' && statusColumn(view) !== undefined
}

/** A column by name. */
export function column({ properties }: SourceView, name: string): Property | undefined {
  return findProperty(properties, name)
}

/** The Status column, whichever of the two types it has. */
export function statusColumn(view: SourceView): Property | undefined {
  const status = column(view, 'Status')
  return status?.type === 'select' || status?.type === 'status' ? status : undefined
}

/** A value in words; '' when there is no such column. */
export function words(view: SourceView, page: Page, name: string): string {
  const property = column(view, name)
  return property === undefined ? '' : valueInWords(view.workspace, page, property)
}

/** The title of a row. */
export function titleWords(view: SourceView, page: Page): string {
  const property = titleProperty(view.properties)
  const title = property === undefined ? '' : valueInWords(view.workspace, page, property)
  return title === '' ? 'Untitled' : title
}

/** The option a row has in a column. */
export function optionOf(property: Property | undefined, page: Page): Option | undefined {
  if (property === undefined) return undefined
  return optionsOf(property.config).find(({ id }) => id === page.values[property.id])
}
