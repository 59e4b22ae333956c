import { dirname, join } from 'node:path'
import { SERVICES } from '../integrations/index.ts'
import type { SecretFact } from '../integrations/service.ts'
import { AppError, messageOf } from '../kernel/errors.ts'
import type { World } from '../kernel/world.ts'

/** A secret of one of the services: the environment variable, and in lower case the file. */
export type SecretName = {
  [Service in (typeof SERVICES)[number] as Service['name']]: keyof Service['secrets'] & string
}[(typeof SERVICES)[number]['name']]

/** Every secret there is and what it opens. Never in flags, never in the configuration file (SPEC §4). */
// Its names are those of the same list that the type is made of.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const SECRETS = Object.fromEntries(
  SERVICES.flatMap(({ secrets }) => Object.entries<SecretFact>(secrets)),
) as Readonly<Record<SecretName, SecretFact>>

/** Whether a text is the name of one. */
export function isSecretName(text: string): text is SecretName {
  return Object.hasOwn(SECRETS, text)
}

/** A secret and where it was found. */
export interface FoundSecret {
  readonly value: string
  readonly origin: string
}

/**
 * Looks a secret up: systemd credential, file named by `<ENV>_FILE`, variable, file beside the
 * configuration. The first place that has it wins.
 * @throws AppError `config` where a file that should hold it is missing or readable by others, or what is there
 *   can be no key: sent as a header, it would look like an error of the network.
 */
export function readSecret(
  world: Pick<World, 'host' | 'files'>,
  configFile: string,
  name: SecretName,
): FoundSecret | null {
  const { env } = world.host
  const credentials = env['CREDENTIALS_DIRECTORY']
  return (
    (credentials === undefined ? null : fromFile(world, join(credentials, fileName(name)), 'systemd')) ??
    fromNamedFile(world, name) ??
    clean(env[name], `environment ${name}`) ??
    fromFile(world, secretFile(configFile, name), 'private')
  )
}

/** The file beside the configuration that may hold a secret. */
export function secretFile(configFile: string, name: SecretName): string {
  return join(secretsFolder(configFile), fileName(name))
}

/** The folder of them. */
export function secretsFolder(configFile: string): string {
  return join(dirname(configFile), 'secrets')
}

function fileName(name: SecretName): string {
  return name.toLowerCase()
}

function fromNamedFile(world: Pick<World, 'host' | 'files'>, name: SecretName): FoundSecret | null {
  const path = world.host.env[`${name}_FILE`]
  if (path === undefined || path === '') return null
  const found = fromFile(world, path, 'named')
  if (found !== null) return found
  throw new AppError(
    'config',
    `${name}_FILE names ${path}, which is not there or empty`,
    `write the key into ${path}`,
  )
}

/** Only a file of ours must be private: systemd guards its own, and a named one may be mounted by others. */
function fromFile(
  world: Pick<World, 'files'>,
  path: string,
  kind: 'systemd' | 'named' | 'private',
): FoundSecret | null {
  const text = readSecretFile(world, path)
  if (text === null) return null
  const mode = world.files.mode(path) ?? 0
  if (kind === 'private' && (mode & 0o077) !== 0) {
    throw new AppError(
      'config',
      `the secret ${path} can be read by others (mode ${mode.toString(8).padStart(4, '0')})`,
      `chmod 600 ${path}`,
    )
  }
  return clean(text, kind === 'systemd' ? `systemd credential ${path}` : `file ${path}`)
}

function readSecretFile(world: Pick<World, 'files'>, path: string): string | null {
  try {
    return world.files.readText(path)
  } catch (error) {
    throw new AppError(
      'config',
      `the secret ${path} cannot be read: ${messageOf(error)}`,
      `let it be read by the user that runs EchoPilot: ls -l ${path}`,
      error,
    )
  }
}

/** What a header of HTTP can carry without doubt, and all that keys are made of. */
const SENDABLE = /^[\x21-\x7e]+$/

function clean(text: string | undefined, origin: string): FoundSecret | null {
  const value = text?.trim() ?? ''
  if (value === '') return null
  if (SENDABLE.test(value)) return { value, origin }
  throw new AppError(
    'config',
    `the secret of ${origin} holds a character that no key has, such as a blank, a line break or an ellipsis`,
    'copy the whole key anew, and nothing else',
  )
}
