import { AppError } from '../../kernel/errors.ts'
import type { World } from '../../kernel/world.ts'
import { isSecretName, type SecretName } from '../../settings/secrets.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import { callSystem, plannedCredentials, type PlannedCredential } from '../systemd-units.ts'

/** A secret that is to be encrypted for the units. */
export interface GivenSecret {
  readonly secret: SecretName
  readonly value: string
}

/**
 * Secrets of lines such as `OPENAI_API_KEY=sk-…`, as in a file of variables for a shell; what is no secret is left out.
 * @throws AppError `usage` where there is none
 */
export function secretsIn(text: string): GivenSecret[] {
  const given = text.split('\n').flatMap(each => {
    const [, secret = '', value = ''] = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(each) ?? []
    const plain = value.replace(/^(['"])(.*)\1$/, '$2')
    return isSecretName(secret) && plain !== '' ? [{ secret, value: plain }] : []
  })
  if (given.length > 0) return given
  throw new AppError(
    'usage',
    'standard input holds no secret',
    'give lines such as OPENAI_API_KEY=…, or leave --credentials out to be asked at a terminal',
  )
}

/** Asks for each secret, without showing what is typed; what is left empty stays as it is. */
export async function askedSecrets(
  credentials: readonly PlannedCredential[],
  ask: NonNullable<CommandHost['ask']>,
): Promise<GivenSecret[]> {
  const given: GivenSecret[] = []
  for (const { secret, meaning, kind } of credentials) {
    const now = kind === null ? 'not set; Enter leaves it so' : `${kind}; Enter keeps it`
    const value = (await ask(`${secret} (${meaning}; ${now}): `, { hidden: true })).trim()
    if (value !== '') given.push({ secret, value })
  }
  return given
}

/** Encrypts secrets for this machine alone; they go there by a pipe, for arguments are seen by others. */
export async function encryptSecrets(
  world: Pick<World, 'files' | 'programs'>,
  given: readonly GivenSecret[],
): Promise<void> {
  const credentials = plannedCredentials(world)
  for (const { secret, value } of given) {
    const found = credentials.find(credential => credential.secret === secret)
    if (found === undefined) continue
    const path = found.path.replace('/credstore/', '/credstore.encrypted/')
    await callSystem(world, ['systemd-creds', 'encrypt', `--name=${found.name}`, '-', path], value)
    world.files.tighten(path)
  }
}
