import { join } from 'node:path'
import { NOTICE } from '../domain/notice.ts'
import { EFFECT_KINDS, SERVICES } from '../integrations/index.ts'
import type { OpenService, Roles, Service } from '../integrations/service.ts'
import { AppError, asAppError, defect, rewritten } from '../kernel/errors.ts'
import type { Attempted } from '../kernel/operation.ts'
import type { Redact } from '../kernel/redaction.ts'
import type { World } from '../kernel/world.ts'
import type { AlertChannels, Outbox, ServiceAttempt } from '../operations/define.ts'
import { lostCredentialError, lostCredentials } from '../settings/bound.ts'
import type { OpenMailers } from '../roles/mailer.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { LoadedSettings } from '../settings/load.ts'
import { configPath, stateDir } from '../settings/paths.ts'
import { isSecretName, secretFile, SECRETS, type SecretName } from '../settings/secrets.ts'
import type { Account } from '../store/accounts.ts'
import type { Store } from '../store/index.ts'
import type { SecretKeeper } from './secret-keeper.ts'
import type { ProgramFacts } from './tree.ts'

/** What the parts are opened with. */
export interface PartsOptions {
  readonly world: World
  readonly program: ProgramFacts
  /** Who changes the store where no call does. */
  readonly actor: string
  readonly configFlag: string | null
  readonly stateDirFlag: string | null
  /** How long a change of the store waits for another process, for which nothing else is done; ten seconds if left out. */
  readonly busyTimeoutMs?: number
  /** Aborts when the process is to end. */
  readonly stop: AbortSignal
  /** Lets a test put itself between the program and its store. */
  readonly wrapStore?: (store: Store) => Store
}

/** Everything an operation can be connected to: each is opened when it is first asked for, once. */
export interface Parts {
  readonly settings: () => Promise<LoadedSettings>
  /** The store as this actor changes it; as the process does where none is given. */
  readonly store: (actor?: string) => Promise<Store>
  readonly models: () => Promise<Roles['models']>
  readonly taskSource: () => Promise<Roles['taskSource']>
  readonly jobWatch: () => Promise<Roles['jobWatch']>
  readonly payments: () => Promise<readonly Payments[]>
  readonly mailers: () => Promise<OpenMailers>
  readonly outbox: (redact: Redact) => Promise<Outbox>
  readonly alertChannels: (redact: Redact) => Promise<AlertChannels>
  readonly services: (redact: Redact) => Promise<ServiceAttempt[]>
  readonly close: () => void
}

/** Opens nothing yet. Each part is loaded, with the code it is made of, when something first needs it. */
export function sessionParts(options: PartsOptions, secrets: SecretKeeper): Parts {
  let opened: Store | null = null
  const settings = once(async () => {
    const { loadSettings } = await import('../settings/load.ts')
    return loadSettings(await withPipedConfig(options), options.configFlag)
  })
  const own = once(async () => (opened = await openIn(options)))
  const store = async (actor = options.actor): Promise<Store> => {
    const asActor = (await own()).as(actor)
    return options.wrapStore?.(asActor) ?? asActor
  }
  const services = SERVICES.map(service => ({
    service,
    open: once(() => openService(service, { options, settings, store, secrets })),
  }))
  const role = async <Name extends keyof Roles>(name: Name): Promise<Roles[Name]> => {
    for (const { service, open } of services) {
      const played = service.plays.includes(name) ? (await open()).roles[name] : undefined
      if (played !== undefined) return played
    }
    throw defect(`no service plays the role ${name}`)
  }
  const writable = services.filter(({ service }) => service.effects.length > 0)
  const channels = services.filter(({ service }) => service.effects.some(({ kind }) => kind === NOTICE.kind))
  return {
    settings,
    store,
    models: () => role('models'),
    taskSource: () => role('taskSource'),
    jobWatch: () => role('jobWatch'),
    payments: async () => {
      const payers = services.filter(({ service }) => service.plays.includes('paymentProvider'))
      const played = await Promise.all(payers.map(async ({ open }) => (await open()).roles.paymentProvider))
      return played.filter(payments => payments !== undefined && payments !== null)
    },
    mailers: async () => ({ open: () => role('mailer') }),
    outbox: async redact => ({
      services: writable.map(({ service }) => service.name),
      deliverers: call => {
        const each = writable.map(({ service, open }) => ({
          service,
          open: once(async () => (await (await open()).deliverer?.(call)) ?? null),
        }))
        return async names =>
          eachOpened(
            each.filter(({ service }) => names.includes(service.name)),
            redact,
          )
      },
    }),
    alertChannels: async redact => ({
      open: async call =>
        eachOpened(
          channels.map(({ service, open }) => ({
            service,
            open: async () => (await open()).alertChannel?.(call) ?? null,
          })),
          redact,
        ),
    }),
    services: redact =>
      Promise.all(
        services.map(async ({ service, open }) => ({
          name: service.name,
          opened: await attempted(open, redact),
        })),
      ),
    close: () => opened?.close(),
  }
}

/** A part of a service, which is opened when it is needed; null where the service has none. */
interface Openable<Part> {
  readonly service: Service
  readonly open: () => Promise<Part | null>
}

/** The part of each service that has it, and why others could not be opened. */
async function eachOpened<Part>(
  services: readonly Openable<Part>[],
  redact: Redact,
): Promise<{ ready: Part[]; failed: { service: string; error: AppError }[] }> {
  const attempts = await Promise.all(
    services.map(async ({ service, open }) => ({
      service: service.name,
      attempt: await attempted(open, redact),
    })),
  )
  return {
    ready: attempts.flatMap(({ attempt }) => (attempt.ok && attempt.value !== null ? [attempt.value] : [])),
    failed: attempts.flatMap(({ service, attempt }) =>
      attempt.ok ? [] : [{ service, error: attempt.error }],
    ),
  }
}

/** The world in which a configuration that is written into a pipe is a file: read here, where a signal is heard. */
async function withPipedConfig({ world, configFlag, stop }: PartsOptions): Promise<World> {
  const { path } = configPath(world, configFlag)
  const piped = await world.files.readPipe(path, stop)
  if (piped === null) return world
  const text = Buffer.from(piped).toString('utf8')
  return {
    ...world,
    files: { ...world.files, readText: name => (name === path ? text : world.files.readText(name)) },
  }
}

/** Makes it at the first call; where that failed, the next call tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    if (made !== null) return made
    const making = make()
    made = making
    making.catch(() => (made = null))
    return making
  }
}

/** The value, or why there is none, without secrets. */
export async function attempted<T>(make: () => Promise<T>, redact: Redact): Promise<Attempted<T>> {
  try {
    return { ok: true, value: await make() }
  } catch (error) {
    return { ok: false, error: rewritten(asAppError(error), redact) }
  }
}

async function openIn(options: PartsOptions): Promise<Store> {
  const { openStore } = await import('../store/index.ts')
  return openStore({
    kinds: EFFECT_KINDS,
    path: join(stateDir(options.world, options.stateDirFlag).path, 'echopilot.db'),
    world: options.world,
    commit: options.program.commit,
    actor: options.actor,
    programVersion: options.program.version,
    busyTimeoutMs: options.busyTimeoutMs,
  })
}

/** What services are opened with. */
interface Opening {
  readonly options: PartsOptions
  readonly settings: Parts['settings']
  readonly store: Parts['store']
  readonly secrets: SecretKeeper
}

async function openService(
  service: (typeof SERVICES)[number],
  { options, settings: loadSettings, store, secrets }: Opening,
): Promise<OpenService> {
  const { settings, path } = await loadSettings()
  const secret = (name: SecretName): string | null => secrets.find(name)?.value ?? null
  const [lost] = lostCredentials(await boundTo(service, store, secret), secret)
  if (lost !== undefined) throw lostCredentialError(lost, path)
  // A section is read by the fields of the service that it is handed to.
  const opener: Service = service
  return opener.open({
    world: options.world,
    stateDir: stateDir(options.world, options.stateDirFlag).path,
    own: settings[service.name],
    core: settings,
    secret: name => (isSecretName(name) ? secret(name) : null),
    missing: names => missingCredentials(names.filter(isSecretName), path),
    store,
  })
}

/**
 * The account of a service whose credential is not set. A store that cannot be read says nothing of accounts; what
 * needs it hears of that by itself.
 */
async function boundTo(
  { name, secrets }: Service,
  store: Opening['store'],
  secret: (name: SecretName) => string | null,
): Promise<readonly Account[]> {
  const opening = Object.keys(secrets)
    .filter(isSecretName)
    .filter(each => SECRETS[each].opensAccount)
  if (!opening.some(each => secret(each) === null)) return []
  try {
    const account = await (await store()).accounts.get(name)
    return account === null ? [] : [account]
  } catch (error) {
    if (error instanceof AppError) return []
    throw error
  }
}

/** Names all of them at once, and where each can be put. */
function missingCredentials(missing: readonly SecretName[], configFile: string): AppError {
  const lines = missing.map(
    name =>
      `  ${name} (${SECRETS[name].meaning}): set the variable ${name}, or ${name}_FILE, or write it to ${secretFile(configFile, name)} (mode 0600)`,
  )
  const count = missing.length === 1 ? 'a credential is' : `${missing.length} credentials are`
  return new AppError(
    'config',
    `${count} missing:\n${lines.join('\n')}`,
    'set it in one of these places, or try everything without an account: echopilot sandbox',
  )
}
