/** A service of the list, opened by its declaration as a session opens it, on what a test gives. */
import { realFiles } from '../../../src/kernel/real-world.ts'
import type { World } from '../../../src/kernel/world.ts'
import { SERVICES } from '../../../src/integrations/index.ts'
import type { OpenService, Service } from '../../../src/integrations/service.ts'
import { readSettings } from '../../../src/settings/read.ts'
import type { Store } from '../../../src/store/index.ts'

/** What it is opened with. */
export interface Given {
  readonly world: Pick<World, 'fetch' | 'clock' | 'random'> & Partial<Pick<World, 'files'>>
  /** As the configuration file would give them. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>>
  /** Left out for one that needs none. */
  readonly store?: Store
  /** Where files are kept; left out for a service that keeps none. */
  readonly stateDir?: string
}

/** Opens it; nothing is sent yet. */
export async function openService(
  name: (typeof SERVICES)[number]['name'],
  { world, settings, secrets, store, stateDir = '/nowhere' }: Given,
): Promise<OpenService> {
  const service: Service | undefined = SERVICES.find(each => each.name === name)
  const read = readSettings(settings)
  if (service === undefined || !read.ok) throw new Error(`${name} cannot be opened: ${JSON.stringify(read)}`)
  return service.open({
    world: { files: realFiles(), ...world },
    stateDir,
    own: read.settings[name],
    core: read.settings,
    secret: secret => secrets[secret] ?? null,
    missing: names => new Error(`missing: ${names.join(', ')}`),
    store: async actor => {
      if (store === undefined) throw new Error(`${name} was given no store`)
      return actor === undefined ? store : store.as(actor)
    },
  })
}
