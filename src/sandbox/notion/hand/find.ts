/** Finding data sources as a test or a person names them. */
import { invalid } from '../errors.ts'
import { readId } from '../ids.ts'
import { plainOf } from '../rich-text.ts'
import type { Source } from '../store/sources.ts'
import type { Workspace } from '../workspace.ts'

/** By the id of the data source, the id of its database, or its title. */
export function sourceNamed(workspace: Workspace, name: string): Source {
  const id = readId(name)
  const source =
    id === undefined
      ? workspace.sources.live().find(one => plainOf(one.title) === name)
      : (workspace.sources.find(id) ?? workspace.sources.ofDatabase(id)[0])
  if (source === undefined) throw invalid(`There is no data source "${name}".`)
  return source
}
