import { join } from 'node:path'
import type { Notion } from '../integrations/notion/api/client.ts'
import type { OpenAiKeys } from '../integrations/openai/index.ts'
import type { Models } from '../roles/model.ts'
import { AppError } from '../kernel/errors.ts'
import type { World } from '../kernel/world.ts'
import type { LoadedSettings } from '../settings/load.ts'
import { lostCredentialError, lostCredentials } from '../settings/bound.ts'
import { configPath, stateDir } from '../settings/paths.ts'
import { SECRETS, secretFile, type SecretName } from '../settings/secrets.ts'
import type { Account } from '../store/accounts.ts'
import type { Store } from '../store/index.ts'
import type { SecretKeeper } from './secret-keeper.ts'

/** What the parts are opened with. */
export interface PartsOptions {
  readonly world: World
  readonly program: { readonly version: string; readonly commit: string }
  readonly actor: string
  readonly configFlag: string | null
  readonly stateDirFlag: string | null
  readonly stop: AbortSignal
  /** Lets a test put itself between the program and its store. */
  readonly wrapStore?: (store: Store) => Store
}

/** Everything an operation can be connected to: each is opened when it is first asked for, once. */
export interface Parts {
  readonly settings: () => Promise<LoadedSettings>
  readonly store: () => Promise<Store>
  readonly models: () => Promise<Models>
  readonly notion: () => Promise<Notion | null>
  readonly close: () => void
}

/** Opens nothing yet. Each part is loaded, with the code it is made of, when something first needs it. */
export function sessionParts(options: PartsOptions, secrets: SecretKeeper): Parts {
  let opened: Store | null = null
  const parts: Parts = {
    settings: once(async () => {
      const { loadSettings } = await import('../settings/load.ts')
      return loadSettings(await withPipedConfig(options), options.configFlag)
    }),
    store: once(async () => (opened = await openIn(options))),
    models: once(() => modelsFor(options, parts, secrets)),
    notion: once(() => notionFor(options, parts, secrets)),
    close: () => opened?.close(),
  }
  return parts
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

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

async function openIn(options: PartsOptions): Promise<Store> {
  const { openStore } = await import('../store/index.ts')
  const store = openStore({
    path: join(stateDir(options.world, options.stateDirFlag).path, 'echopilot.db'),
    world: options.world,
    commit: options.program.commit,
    actor: options.actor,
    programVersion: options.program.version,
  })
  return options.wrapStore?.(store) ?? store
}

async function modelsFor(options: PartsOptions, parts: Parts, secrets: SecretKeeper): Promise<Models> {
  const { connectModels, missingKeys } = await import('../integrations/openai/index.ts')
  const keys: OpenAiKeys = {
    OPENAI_API_KEY: secrets.find('OPENAI_API_KEY')?.value ?? null,
    JUDGE_API_KEY: secrets.find('JUDGE_API_KEY')?.value ?? null,
  }
  const { settings, path } = await parts.settings()
  const missing = missingKeys(settings, keys)
  if (missing.length > 0) throw missingCredentials(missing, path)
  return connectModels(settings, keys, options.world)
}

async function notionFor(options: PartsOptions, parts: Parts, secrets: SecretKeeper): Promise<Notion | null> {
  const token = secrets.find('NOTION_TOKEN')?.value ?? null
  if (token === null) {
    const [lost] = lostCredentials(await boundTo('notion', parts), () => null)
    if (lost === undefined) return null
    throw lostCredentialError(lost, configPath(options.world, options.configFlag).path)
  }
  const { settings } = await parts.settings()
  const { connectNotion } = await import('../integrations/notion/api/index.ts')
  const store = await parts.store()
  return connectNotion(settings.notion, token, options.world, {
    take: (count, perSecond) => store.rates.take('notion', count, perSecond),
    left: perSecond => store.rates.left('notion', perSecond),
  })
}

/** A store that cannot be read says nothing of accounts; what needs it hears of that by itself. */
async function boundTo(service: string, parts: Parts): Promise<readonly Account[]> {
  try {
    const account = await (await parts.store()).accounts.get(service)
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
