import { configPath } from '../settings/paths.ts'
import { readSecret, type FoundSecret, type SecretName } from '../settings/secrets.ts'
import type { World } from '../kernel/world.ts'

/** Looks each secret up once, and knows all that were found, to take them out of texts. */
export interface SecretKeeper {
  find(name: SecretName): FoundSecret | null
  values(): string[]
}

/** Looks nothing up yet. */
export function secretKeeper(options: {
  readonly world: Pick<World, 'host' | 'files'>
  readonly configFlag: string | null
}): SecretKeeper {
  const found = new Map<SecretName, FoundSecret | null>()
  return {
    find: name => {
      const known = found.get(name)
      if (known !== undefined) return known
      const file = configPath(options.world, options.configFlag).path
      const secret = readSecret(options.world, file, name)
      found.set(name, secret)
      return secret
    },
    values: () => [...found.values()].flatMap(secret => (secret === null ? [] : [secret.value])),
  }
}
