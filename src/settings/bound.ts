import { keysOf } from '../domain/keys-of.ts'
import { SERVICES } from '../integrations/index.ts'
import type { Roles, Service } from '../integrations/service.ts'
import { AppError } from '../kernel/errors.ts'
import { SECRETS, secretFile, type SecretName } from './secrets.ts'

/** A credential that is not there, though the store belongs to an account that only it opens (SPEC §4). */
export interface LostCredential {
  readonly secret: SecretName
  /** What belongs to what, for people; where a place of the credential cannot be used, what is wrong with it. */
  readonly why: string
}

/** What opens the account of a service that a store can be bound to. */
function secretOpening(service: string): SecretName | undefined {
  return secretsOpening(SERVICES.find(({ name }) => name === service)?.secrets ?? {})[0]
}

function secretsOpening(secrets: object): SecretName[] {
  return keysOf(SECRETS).filter(name => Object.hasOwn(secrets, name) && SECRETS[name].opensAccount)
}

/** Whether a service that plays a role has all that opens its account. */
export function isPlayed(role: keyof Roles, originOf: (name: SecretName) => string | null): boolean {
  return SERVICES.some((service: Service) => {
    const opening = secretsOpening(service.secrets)
    const isSetUp = opening.length > 0 && opening.every(name => flawOf(name, originOf) === null)
    return isSetUp && service.plays.includes(role)
  })
}

/** Those of the bound accounts whose credential is missing, or cannot be read. `originOf` is null for what is not set. */
export function lostCredentials(
  accounts: readonly { readonly service: string; readonly label: string }[],
  originOf: (name: SecretName) => string | null,
): LostCredential[] {
  return accounts.flatMap(({ service, label }) => {
    const secret = secretOpening(service)
    if (secret === undefined) return []
    const flaw = flawOf(secret, originOf)
    if (flaw === null) return []
    return [{ secret, why: flaw === '' ? `this store belongs to the ${service} account "${label}"` : flaw }]
  })
}

/** Empty where it is simply not set; null where it is there. */
function flawOf(secret: SecretName, originOf: (name: SecretName) => string | null): string | null {
  try {
    return originOf(secret) === null ? '' : null
  } catch (error) {
    if (error instanceof AppError && error.kind === 'config') return error.message
    throw error
  }
}

/** The error for what needs it: without an error nothing of the account would be read or written, unnoticed. */
export function lostCredentialError({ secret, why }: LostCredential, configFile: string): AppError {
  return new AppError(
    'config',
    `${secret} is not set, and ${why}`,
    `set ${secret} again (or ${secret}_FILE, or ${secretFile(configFile, secret)} with mode 0600), or use another --state-dir`,
  )
}
